using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
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

    /// <summary>
    /// Later settlements are not recalculated (AMB-20). Where the one taken back had borne a deductible, or a later one was cut off by a
    /// ceiling, they would have come out otherwise: a correction case is offered. Null: nothing to correct.
    /// </summary>
    public static CorrectionOffered? Correction(SettlementContent original, BenefitYear year)
    {
        var place = year.Live.IndexOf(original.SettlementId);
        if (place < 0 || place == year.Live.Count - 1) return null;
        IReadOnlyList<string> later = [.. year.Live.Skip(place + 1)];
        var deductible = year.Drawn[original.SettlementId].Draws.Any(draw => Counters.IsDeductible(draw.Counter));
        var ceiling = later.Any(id => year.Drawn[id].Capped);
        return deductible || ceiling ? new CorrectionOffered(original.HomeArea, original.Institution, later, deductible, ceiling, original.FundTotal) : null;
    }

    private static bool IsLast(string settlementId, BenefitYear year) => year.LastLive is null || year.LastLive == settlementId;
}

/// <summary>更正: after an out-of-sequence refund the person may ask to have later settlements of the year looked at (AMB-20).</summary>
/// <param name="Area">参保地统筹区: whose agency offers it.</param>
/// <param name="Later">Live settlements of the year that came after the one taken back.</param>
/// <param name="Deductible">It had borne a deductible that they then did not bear.</param>
/// <param name="Ceiling">One of them was cut off by a ceiling that has room again.</param>
/// <param name="Refunded">What the funds got back.</param>
public sealed record CorrectionOffered(AdminDivision Area, string Institution, IReadOnlyList<string> Later, bool Deductible, bool Ceiling, Money Refunded) : IFact;
