using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Identity;

/// <summary>Who acts and in which business transaction, for every command that this call leads to.</summary>
public interface ICurrentActor
{
    /// <exception cref="InvalidOperationException">Nobody acts: the code runs outside any call, job or message.</exception>
    Actor Actor { get; }

    /// <summary>Follows the business transaction through every node; made here when the caller brought none.</summary>
    string Correlation { get; }

    /// <summary>The caller himself; null in jobs and consumers.</summary>
    Caller? Caller { get; }

    /// <summary>Whether the acting person's agency has the area in its subtree. Jobs, consumers and this node's services see all.</summary>
    bool Sees(AdminDivision area);

    /// <exception cref="RefusedException"><c>OUT_OF_REGION</c>.</exception>
    void MustSee(AdminDivision area);

    /// <summary>An institution may see and do only what is its own; everyone else is let through.</summary>
    /// <exception cref="RefusedException"><c>OUT_OF_REGION</c>.</exception>
    void MustBeInstitution(string institution);

    /// <summary>A commissioned insurer keeps to the functions and insurances of his commission (SEC-002); everyone else is let through.</summary>
    /// <param name="function">The function, e.g. <c>filing</c>.</param>
    /// <param name="insurance">险种 (insutype) of the business; null where it has none.</param>
    /// <exception cref="RefusedException"><c>DELEGATION_EXCEEDED</c>.</exception>
    void MustBeCommissioned(string function, string? insurance = null);

    /// <summary>Until disposed, this actor acts: for jobs, consumers and detached work.</summary>
    IDisposable Act(Actor actor, string correlation);
}

/// <summary>Flows with the asynchronous call; one per host, so hosts in one process do not see each other's.</summary>
internal sealed class CurrentActor(IRegions regions) : ICurrentActor
{
    private readonly AsyncLocal<State?> _current = new();

    public Actor Actor => _current.Value?.Actor ?? throw new InvalidOperationException("Nobody acts here: this code runs outside any call, job or message.");

    public string Correlation => _current.Value?.Correlation ?? throw new InvalidOperationException("This code runs outside any call, job or message.");

    public Caller? Caller => _current.Value?.Caller;

    internal string? CorrelationOrNull => _current.Value?.Correlation;

    internal Actor? ActorOrNull => _current.Value?.Actor;

    // By the actor, not the connection: a service of this node passes on whoever called it.
    public bool Sees(AdminDivision area) => Actor.Role is Role.System or Role.Node || regions.IsWithin(area, ReachOf(Actor));

    public void MustSee(AdminDivision area)
    {
        if (!Sees(area)) throw SecurityErrors.OutOfRegion.With(area.Code).AsException();
    }

    public void MustBeInstitution(string institution)
    {
        // The actor carries the institution whether its token came here or the gateway of this node passed it on.
        if (Actor.Role == Role.Institution && Actor.OnBehalfOf != institution) throw SecurityErrors.OutOfRegion.With(institution).AsException();
    }

    public void MustBeCommissioned(string function, string? insurance = null)
    {
        if (Actor.Role != Role.DelegatedInsurer) return;
        // The commission is in his own token: nobody passes it on for him.
        var commission = Caller?.Delegation;
        if (commission is null || !commission.Functions.Contains(function)) throw SecurityErrors.DelegationExceeded.With(function).AsException();
        if (insurance is not null && !commission.InsuranceTypes.Contains(insurance)) throw SecurityErrors.DelegationExceeded.With($"险种 {insurance}").AsException();
    }

    public IDisposable Act(Actor actor, string correlation) => Set(new State(actor, correlation, null));

    private static AdminDivision ReachOf(Actor actor) =>
        actor.Role == Role.DelegatedInsurer && AdminDivision.TryParse(actor.OnBehalfOf, out var agency) ? agency : actor.Node;

    internal IDisposable Act(Caller caller, Role role, string correlation) => Set(new State(caller.ActingAs(role), correlation, caller));

    /// <summary>Someone who did not prove who he is, at a door that is open to all.</summary>
    internal IDisposable ActOpen(string correlation) => Set(new State(null, correlation, null));

    private Restore Set(State state)
    {
        var before = _current.Value;
        _current.Value = state;
        return new Restore(this, before);
    }

    private sealed record State(Actor? Actor, string Correlation, Caller? Caller);

    private sealed class Restore(CurrentActor owner, State? before) : IDisposable
    {
        public void Dispose() => owner._current.Value = before;
    }
}
