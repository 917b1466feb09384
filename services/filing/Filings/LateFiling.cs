using Yibao.Contracts.Filings;
using Yibao.Filing.Policy;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Filings;

/// <summary>补办: who may, from when, how far back (FIL-021, FIL-033..036, AMB-11, AMB-12).</summary>
public static class LateFiling
{
    public static FilingMode ModeOf(Stay? stay) => stay switch
    {
        null => FilingMode.Advance,
        { SelfPaidAt: null } => FilingMode.RetroBeforeDischarge,
        _ => FilingMode.RetroAfterDischarge,
    };

    internal static Error? Check(ApplyForFiling c, FilingPolicy policy, List<(string Rule, string Detail)> overridden)
    {
        if (c.LateFor is not { } stay) return c.RequestedStart is { } wish && wish < c.At.BusinessDate() ? FilingErrors.StartInPast.With(ApplyForFilingDecider.Day(wish)) : null;
        if (stay.AdmittedAt > c.At) return FilingErrors.FieldMissing.With("入院时间（不得晚于申请时间）");
        var allowed = stay.SelfPaidAt is not null
            ? policy.RetroAfterDischarge
            : policy.RetroBeforeDischarge == RetroScope.All || (policy.RetroBeforeDischarge == RetroScope.EmergencyOnly && c.CategoryCode == (int)FilingCategory.Emergency);
        if (!allowed) return FilingErrors.RetroNotAllowed;

        var latest = stay.AdmittedAt.MidnightBefore();
        if (StartsAtFiling(stay, (FilingCategory)c.CategoryCode, c.Commitment is not null, policy)) return null;
        if (StartTooLate(c.RequestedStart, stay) is { } late) return late;
        var start = (c.RequestedStart?.Start() ?? latest).BusinessDate();
        if (policy.RetroWindowMonths is not { } months || start >= c.At.BusinessDate().AddMonths(-months)) return null;
        if (!c.OverrideSoftRules) return FilingErrors.RetroWindowExceeded.With(months, ApplyForFilingDecider.Day(start));
        overridden.Add(("filing.retro.windowMonths", ApplyForFilingDecider.Day(start)));
        return null;
    }

    /// <summary>A start entered by hand must lie before the admission (FIL-034).</summary>
    internal static Error? StartTooLate(DateOnly? start, Stay stay) => start is { } day && day.Start() >= stay.AdmittedAt
        ? FilingErrors.RetroStartTooLate.With(ApplyForFilingDecider.Day(day), stay.AdmittedAt.InBeijing().ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture),
            stay.AdmittedAt.MidnightBefore().ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture))
        : null;

    /// <summary>BEN-015: by commitment after a self-paid discharge, the long-term level holds only from the filing's own day.</summary>
    internal static bool StartsAtFiling(Stay stay, FilingCategory category, bool byCommitment, FilingPolicy policy) =>
        policy.CommitmentAfterDischargeStartsAtFiling && stay.SelfPaidAt is not null && category.ClassOf() == FilingClass.LongTerm && byCommitment;

    /// <summary>From when it holds: approval, the wished day, or 00:00 before the admission.</summary>
    internal static DateTimeOffset StartOf(FilingApplied application, FilingPolicy policy, DateTimeOffset approvedAt, DateOnly? entered)
    {
        if (application.LateFor is not { } stay)
            return (entered ?? application.RequestedStart) is { } wish && wish.Start() > approvedAt ? wish.Start() : approvedAt;
        if (StartsAtFiling(stay, application.Category, application.Proof == ProofBasis.Commitment, policy)) return application.At.BusinessDate().Start();
        return (entered ?? application.RequestedStart)?.Start() ?? stay.AdmittedAt.MidnightBefore();
    }
}
