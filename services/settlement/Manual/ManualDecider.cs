using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Manual;

/// <summary>Opened from the uploaded details, calculated by one person, paid by another, revoked with a reason.</summary>
public static class ManualDecider
{
    public static Decision Open(FeeDetails details, DateTimeOffset now, ManualCase state) => state.Opened is not null
        ? Decision.Done
        : Decision.Accept(ManualCase.Stream(details.VisitId), new ManualCaseOpened(
            details.VisitId, details.Reference, details.HomeArea, details.TreatmentArea, details.Institution, details.Person, details.Insurance, details.CareType,
            details.CareUntil, details.Fault!.Code, details.Fault.At, details.Lines, details.Total, now));

    /// <summary>What a calculation rests on beside the benefit year.</summary>
    /// <param name="Split">The lines by the home place's catalogue.</param>
    /// <param name="Standing">What filing said, as of the visit.</param>
    /// <param name="Policy">In force on the day of discharge.</param>
    public sealed record Basis(SplitTotals Split, string CatalogueVersion, Standing Standing, CaseFacts Case, PolicyPack Policy)
    {
        /// <summary>The person paid everything in cash: the account is not drawn on.</summary>
        public Breakdown Adjudicate(BenefitYear year) => BenefitEngine.Adjudicate(Policy, Standing, year.Accumulators, Account.None, Split, Case with { AccountUse = AccountUse.None });
    }

    public static Decision Calculate(string visitId, Basis basis, string by, DateTimeOffset now, ManualCase state, BenefitYear year, long yearVersion)
    {
        if (state.Opened is null) return Decision.Refuse(ManualErrors.CaseUnknown.With(visitId));
        if (state.Paid is not null) return Decision.Refuse(ManualErrors.CaseEnded.With(visitId));
        if (year.HandedOver is not null) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(state.Opened.HomeArea));
        Breakdown breakdown;
        try
        {
            breakdown = basis.Adjudicate(year);
        }
        catch (RefusedException refused)
        {
            return Decision.Refuse(refused.Error);
        }

        if (SplitChecks.Identity2(basis.Split, breakdown.Figures) is { } broken) return Decision.Refuse(broken);
        // The same calculation by the same person is a repeat; by another one it is his.
        if (state.Calculated is { } known && known.By == by && known.Figures == breakdown.Figures && known.PolicyVersion == breakdown.PolicyVersion) return Decision.Done;
        return Decision.Accept(ManualCase.Stream(visitId), new ManualBenefitCalculated(
            basis.Split, basis.CatalogueVersion, basis.Standing, basis.Case, breakdown.Figures, breakdown.PolicyVersion, yearVersion, breakdown.Explained, by, now));
    }

    /// <param name="by">Not the person who calculated.</param>
    /// <param name="crossProvince">Where the visit was.</param>
    public static Decision Pay(string visitId, string by, bool crossProvince, PolicyPack policy, DateTimeOffset now, ManualCase state, BenefitYear year)
    {
        if (state.Opened is not { } opened) return Decision.Refuse(ManualErrors.CaseUnknown.With(visitId));
        if (state.Paid is not null) return Decision.Done;
        if (state.Calculated is not { } calculated) return Decision.Refuse(ManualErrors.NotCalculated.With(visitId));
        if (year.HandedOver is not null) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(opened.HomeArea));
        if (calculated.By == by) return Decision.Refuse(ManualErrors.SecondPersonNeeded.With(visitId));
        // Other payments of the year may have come in between: exactly what was calculated is paid, or nothing.
        var breakdown = new Basis(calculated.Split, calculated.CatalogueVersion, calculated.Standing, calculated.Case, policy).Adjudicate(year);
        if (!Quotes.SamePayments(calculated.Figures, breakdown.Figures)) return Decision.Refuse(SettlementErrors.ResultChanged);

        var payment = PaymentId(visitId, state.Payments + 1);
        return Decision.Accept(
            new Append(ManualCase.Stream(visitId), [new ManualReimbursed(visitId, payment, opened.HomeArea, opened.TreatmentArea, opened.Insurance, opened.CareType, opened.CareUntil, crossProvince, calculated.Figures, now)]),
            new Append(Year(opened), year.Draw(payment, breakdown.Draws)));
    }

    public static Decision Revoke(string visitId, string reason, DateTimeOffset now, ManualCase state, BenefitYear year)
    {
        if (state.Opened is not { } opened) return Decision.Refuse(ManualErrors.CaseUnknown.With(visitId));
        if (string.IsNullOrWhiteSpace(reason)) return Decision.Refuse(ManualErrors.ReasonNeeded);
        if (year.HandedOver is not null) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(opened.HomeArea));
        if (state.Paid is not { } paid) return state.Payments > 0 ? Decision.Done : Decision.Refuse(ManualErrors.NotPaid.With(visitId));
        return Decision.Accept(
            new Append(ManualCase.Stream(visitId), [new ManualRevoked(visitId, paid.PaymentId, paid.HomeArea, paid.CareUntil.BusinessDate(), reason, now)]),
            new Append(Year(opened), year.Restore(paid.PaymentId, paid.PaymentId + "/revoked")));
    }

    /// <summary>The benefit year of the discharge date, as for a direct settlement (SET-015).</summary>
    public static StreamKey<BenefitYear> Year(ManualCaseOpened opened) =>
        BenefitYear.Stream(opened.HomeArea, opened.Person.ToString(), opened.Insurance, opened.CareUntil.BusinessDate().Year);

    private static string PaymentId(string visitId, int number) => $"{FeeDetails.ReferenceOf(visitId)}/manual-{number.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
