using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Identity;

/// <summary>
/// The rule of one endpoint or gRPC method: which roles, over which region, and whether it changes anything. Nothing
/// without a rule is served. Immutable: every word returns a new rule.
/// </summary>
public sealed record Access
{
    private Access() { }

    /// <summary>The roles that may call; empty only for <see cref="Anyone"/>.</summary>
    public IReadOnlySet<Role> Roles { get; private init; } = new HashSet<Role>();

    /// <summary>Whether callers need not prove who they are.</summary>
    public bool Open { get; private init; }

    /// <summary>Whether the call may change anything.</summary>
    public bool Changes { get; private init; }

    /// <summary>How the region is kept, in words; null while nothing was said.</summary>
    public string? Region { get; private init; }

    private bool Deferred { get; init; }

    private IReadOnlyList<RegionRule> Rules { get; init; } = [];

    /// <summary>Health and published documents: nothing that depends on who asks.</summary>
    public static Access Anyone { get; } = new() { Open = true, Region = "公开" };

    /// <summary>The door itself asks for a proof of another kind than token or certificate, or passes everything on to a service that asks.</summary>
    /// <param name="how">What it asks for, in words.</param>
    public static Access Guarded(string how) => new() { Open = true, Region = how };

    /// <summary>Other nodes, known by their certificate.</summary>
    public static Access Nodes { get; } = new() { Roles = new HashSet<Role> { Role.Node }, Changes = true, Region = "节点证书" };

    /// <summary>The services of this node, known by their certificate.</summary>
    public static Access Inside { get; } = new() { Roles = new HashSet<Role> { Role.System }, Changes = true, Region = "本节点服务证书" };

    /// <summary>People and institutions may look; the auditor always may.</summary>
    public static Access Read(params ReadOnlySpan<Role> roles) => new() { Roles = new HashSet<Role>([.. roles, Role.Auditor]) };

    /// <summary>People and institutions may act; the auditor never may.</summary>
    /// <exception cref="ArgumentException">The auditor was named, or nobody.</exception>
    public static Access Change(params ReadOnlySpan<Role> roles)
    {
        if (roles.IsEmpty) throw new ArgumentException("A rule names who may act.", nameof(roles));
        if (roles.Contains(Role.Auditor)) throw new ArgumentException("An auditor changes nothing.", nameof(roles));
        return new() { Roles = new HashSet<Role>([.. roles]), Changes = true };
    }

    /// <summary>This node's services may call too, passing their actor on.</summary>
    public Access OrInside() => this with { Roles = new HashSet<Role>([.. Roles, Role.System]) };

    /// <summary>An institution acts for itself only: the code in the request must be its own.</summary>
    public Access OwnInstitution<TRequest>(Func<TRequest, string?> institution) where TRequest : class => With("本机构", new RegionRule(
        role => role == Role.Institution,
        typeof(TRequest),
        (request, caller, _) => institution((TRequest)request) is var code && !string.IsNullOrEmpty(code) && code == caller.Institution ? null : code ?? ""));

    /// <summary>An operator, reviewer or auditor keeps to his agency's subtree: the area in the request must lie in it.</summary>
    public Access OwnSubtree<TRequest>(Func<TRequest, AdminDivision?> area) where TRequest : class => With("本辖区", new RegionRule(
        role => role is not (Role.Institution or Role.System or Role.Node),
        typeof(TRequest),
        (request, caller, regions) => area((TRequest)request) is { } asked && regions.IsWithin(asked, caller.Reach()) ? null : area((TRequest)request)?.Code ?? ""));

    /// <summary>The region is not in the request: the service checks it itself through <see cref="ICurrentActor"/> once it knows.</summary>
    public Access CheckedInside(string how) => this with { Region = Region is null ? how : $"{Region}；{how}", Deferred = true };

    /// <summary>What is wrong with the rule itself; null when it is complete.</summary>
    public string? Fault()
    {
        if (Open) return null;
        if (Deferred) return null;
        // An auditor sees every institution of this node, so he needs no area of his own.
        var unbound = Roles.Where(role => role is not (Role.System or Role.Node or Role.Auditor) && !Rules.Any(rule => rule.AppliesTo(role))).Order().ToList();
        if (unbound.Count > 0) return $"lets {string.Join(", ", unbound)} in without a region";
        return Region is null ? "says nothing about the region" : null;
    }

    /// <summary>The capacity in which the caller is let in.</summary>
    /// <exception cref="RefusedException"><c>UNAUTHENTICATED</c> or <c>FORBIDDEN</c>.</exception>
    internal Role Admit(Caller? caller)
    {
        if (caller is null) throw SecurityErrors.Unauthenticated.With("缺少凭证").AsException();
        foreach (var role in caller.Roles.Order())
        {
            if (Roles.Contains(role)) return role;
        }

        throw SecurityErrors.Forbidden.With().AsException();
    }

    /// <summary>Checks the region of a request, once it is known.</summary>
    /// <exception cref="RefusedException"><c>OUT_OF_REGION</c>.</exception>
    internal void CheckRegion(object request, Caller caller, Role role, IRegions regions)
    {
        foreach (var rule in Rules)
        {
            if (rule.AppliesTo(role) && rule.Outside(request, caller, regions) is { } outside) throw SecurityErrors.OutOfRegion.With(outside).AsException();
        }
    }

    /// <summary>The request types that the region rules look into.</summary>
    internal IEnumerable<Type> RequestTypes => Rules.Select(rule => rule.Request);

    private Access With(string words, RegionRule rule) => this with { Region = Region is null ? words : $"{Region}、{words}", Rules = [.. Rules, rule] };

    private sealed record RegionRule(Func<Role, bool> AppliesTo, Type Request, Func<object, Caller, IRegions, string?> Outside);
}

internal static class CallerReach
{
    /// <summary>The agency whose subtree a person sees: the commissioning agency for an insurer (SEC-002), else his own.</summary>
    public static AdminDivision Reach(this Caller caller) => caller.Delegation?.Agency ?? caller.Node;
}
