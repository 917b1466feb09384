using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Identity;

/// <summary>Who is at the other end, as his certificate or token proves it.</summary>
/// <param name="User">The token's subject, or <c>420000/settlement</c> for a certificate. Never a personal identity.</param>
/// <param name="Roles">Everything he may act as; the rule of the endpoint picks the one he acts in.</param>
/// <param name="Node">The agency he belongs to.</param>
public sealed record Caller(string User, IReadOnlySet<Role> Roles, AdminDivision Node)
{
    /// <summary>定点医药机构编码 (fixmedins_code) of an institution's system.</summary>
    public string? Institution { get; init; }

    /// <summary>For whom a commissioned insurer acts, and how far (SEC-002).</summary>
    public Delegation? Delegation { get; init; }

    /// <summary>The actor that another service of the same node passed on.</summary>
    public Actor? Forwarded { get; init; }

    /// <summary>The actor for commands, in the capacity that the endpoint's rule accepted.</summary>
    public Actor ActingAs(Role role) => Forwarded is { } forwarded && role == Role.System
        ? forwarded
        : new Actor(User, role, Node, role == Role.Institution ? Institution : Delegation?.Agency.Code);
}

/// <summary>委托经办 (SEC-002): the agency whose duties an insurer carries and the limits of the commission.</summary>
/// <param name="Agency">The commissioning agency; goes into every fact as <c>onBehalfOf</c>.</param>
/// <param name="InsuranceTypes">Codes of the insurances within the commission (insutype), e.g. 390.</param>
/// <param name="Functions">Names of the functions within the commission, e.g. <c>filing</c>.</param>
/// <param name="Until">Last day of the commission; the identity provider keeps it.</param>
public sealed record Delegation(AdminDivision Agency, IReadOnlySet<string> InsuranceTypes, IReadOnlySet<string> Functions, DateOnly Until);
