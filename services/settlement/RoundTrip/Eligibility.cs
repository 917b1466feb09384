using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.RoundTrip;

/// <summary>What filing says of one visit: standing, filing or deemed filing, area state, institution suspension, in one answer.</summary>
public abstract record Eligibility
{
    private Eligibility() { }

    /// <summary>May be settled directly.</summary>
    /// <param name="Standing">What the benefit engine needs of the person.</param>
    /// <param name="Case">The visit in the engine's terms.</param>
    public sealed record Granted(Standing Standing, CaseFacts Case) : Eligibility;

    /// <summary>May not; stored as the outcome of the id.</summary>
    public sealed record Refused(Error Error) : Eligibility;
}

/// <summary>One call to this node's filing service, as of the instants in the request.</summary>
public interface IEligibility
{
    /// <exception cref="RefusedException">A transient error: filing cannot be asked now, nothing is decided.</exception>
    Task<Eligibility> Check(SettlementRequest request, CancellationToken cancellation = default);
}

/// <summary>The home area's policy packs.</summary>
public interface IPolicies
{
    /// <summary>The pack in force on the decisive date of the request.</summary>
    /// <exception cref="RefusedException"><c>POLICY_MISSING</c>.</exception>
    PolicyPack For(SettlementRequest request);
}
