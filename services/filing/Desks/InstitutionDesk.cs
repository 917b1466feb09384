using Yibao.Filing.Institutions;
using Yibao.Filing.Policy;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Desks;

/// <summary>Carries out what is done to institutions.</summary>
public sealed class InstitutionDesk(IWriteDoor door, FilingPolicies policies, NodeRegistry places, ICurrentActor current)
{
    public async Task<Institution> Do(InstitutionCommand command, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        current.MustBeInstitution(command.Code);
        var stream = Institution.Stream(Desk.Need(command.Code, "code"));
        var map = places.At(command.At);
        // Which rules hold follows from who answers for the house, so it is read first; the decider sees the state of its own read.
        var known = await door.Read(stream, cancellation);
        var day = command.At.BusinessDate();
        var area = command is ApplyInstitution application ? map.Area(application.Seat).Code
            : known.AreaOn(day) ?? throw InstitutionErrors.Unknown.With(command.Code).AsException();
        var rules = policies.For(area, day).Institutions;
        // From a day on an area may have no houses of its own (INS-024).
        if (command is ApplyInstitution && rules.NoInstitutionsFrom is { } none && day >= none) throw InstitutionErrors.NoInstitutionsHere.With(area, none.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), map[area].SameCityAs).AsException();
        var executed = await door.Execute(new Command(command.Actor, current.Correlation, [stream], states =>
            InstitutionDecider.Decide(command, states.Of(stream), rules, WorkingCalendar.Reference, map)), cancellation);
        return executed.OrThrow().State(stream);
    }

    /// <exception cref="RefusedException"><c>INSTITUTION_UNKNOWN</c>.</exception>
    public Task<Institution> Get(string code, CancellationToken cancellation = default)
    {
        current.MustBeInstitution(code);
        return Look(code, cancellation);
    }

    /// <summary>Any institution of this node, for what is public of it (1201).</summary>
    /// <exception cref="RefusedException"><c>INSTITUTION_UNKNOWN</c>.</exception>
    public async Task<Institution> Look(string code, CancellationToken cancellation = default)
    {
        return await door.Read(Institution.Stream(Desk.Need(code, "code")), cancellation) is { Application: not null } known ? known : throw InstitutionErrors.Unknown.With(code).AsException();
    }
}
