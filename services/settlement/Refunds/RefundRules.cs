using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.Refunds;

/// <summary>
/// What may be refunded (004 Art.59). General outpatient care: out of sequence, across years and after clearing (SET-026…028).
/// Inpatient and chronic care (AMB-20): only while undeclared, and only the last settlement of the person's benefit year.
/// </summary>
public static class RefundRules
{
    /// <summary>Chronic outpatient care (14) and inpatient care (2x): what AMB-20 limits.</summary>
    public static bool IsLimited(string careType) => careType == "14" || careType.StartsWith('2');

    /// <summary>What treatment knows: declared or not.</summary>
    public static Error? AtTreatment(SettlementContent original, bool declared) =>
        declared && IsLimited(original.CareType) ? SettlementErrors.RefundOfDeclared.With(original.SettlementId) : null;

    /// <summary>What home knows: whether others of the year came after it.</summary>
    public static Error? AtHome(string settlementId, string careType, BenefitYear year) =>
        IsLimited(careType) && !IsLast(settlementId, year) ? SettlementErrors.RefundNotLast.With(settlementId) : null;

    private static bool IsLast(string settlementId, BenefitYear year) => year.LastLive is null || year.LastLive == settlementId;
}
