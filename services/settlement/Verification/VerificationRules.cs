using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Verification;

/// <summary>What enters the verification scope, and what is found.</summary>
public static class VerificationRules
{
    /// <summary>The facts that go with an outcome: each granted trauma settlement opens an item (SET-016), its reversal withdraws it.</summary>
    public static IEnumerable<IFact> After(SettlementOutcome outcome, SettlementRequest request, TreatmentSettlement settlement)
    {
        if (request.Trauma && outcome is { State: OutcomeState.Granted, Content.Figures: { } figures })
            yield return new VerificationOpened(VerificationQueues.Trauma, request.TreatmentArea, figures.FundTotal - figures.Of(Fund.PersonalAccount));
        if (outcome is { State: OutcomeState.Reversed, Negative: { } negative } && settlement.Verification is { Withdrawn: false })
            yield return new VerificationWithdrawn(negative.SettlementId);
    }

    /// <summary>A liability was found: recovery of the full benefit amount (SET-017).</summary>
    public static Decision Find(string settlementId, Liability liability, DateTimeOffset now, TreatmentSettlement settlement)
    {
        if (settlement.Verification is not { Withdrawn: false } verification) return Decision.Refuse(CareErrors.NotInVerification.With(settlementId));
        if (verification.Found is { } found) return found.Liability == liability ? Decision.Done : Decision.Refuse(CareErrors.LiabilityFoundBefore.With(settlementId));
        return Decision.Accept(TreatmentSettlement.Stream(settlementId), new LiabilityFound(liability, verification.Benefit, now));
    }
}
