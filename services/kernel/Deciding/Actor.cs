using Yibao.Kernel.Places;

namespace Yibao.Kernel.Deciding;

/// <summary>Who did it: carried into every command and stored with every fact.</summary>
/// <param name="User">The user, certificate or job; an opaque name, never a personal identity.</param>
/// <param name="Role">In which capacity.</param>
/// <param name="Node">The agency (or the institution's agency) the user belongs to.</param>
/// <param name="OnBehalfOf">The agency for which a delegate acts (SEC-002), or the institution code for HIS calls.</param>
/// <param name="Reason">Why: mandatory when a soft rule (原则上) is overridden.</param>
public sealed record Actor(string User, Role Role, AdminDivision Node, string? OnBehalfOf = null, string? Reason = null)
{
    /// <summary>The platform itself: a job, a consumer, an automatic rule.</summary>
    public static Actor System(AdminDivision node, string job) => new(job, Role.System, node);
}

/// <summary>The capacities in which one can act. What each may do is decided in the services (architecture §9).</summary>
public enum Role
{
    /// <summary>The platform's own jobs and consumers.</summary>
    System,
    /// <summary>Another node, known by its certificate.</summary>
    Node,
    /// <summary>定点医药机构: acts for itself only.</summary>
    Institution,
    /// <summary>市（州）经办人员.</summary>
    CityOperator,
    /// <summary>省级经办人员.</summary>
    ProvinceOperator,
    /// <summary>国家级经办人员.</summary>
    NationalOperator,
    /// <summary>审核人员.</summary>
    Reviewer,
    /// <summary>财政经办: prepares money orders.</summary>
    FinanceMaker,
    /// <summary>财政复核: confirms money orders of another person.</summary>
    FinanceChecker,
    /// <summary>主管: overrides soft rules with a reason.</summary>
    Supervisor,
    /// <summary>审计: reads everything, changes nothing.</summary>
    Auditor,
    /// <summary>委托经办的商业保险机构 (SEC-002).</summary>
    DelegatedInsurer,
}
