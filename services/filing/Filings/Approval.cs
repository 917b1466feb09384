using Yibao.Contracts.Filings;
using Yibao.Filing.Policy;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Filings;

/// <summary>What taking force would do: from when until when, and what it does to the person's other filings.</summary>
internal sealed record Entry(DateTimeOffset Start, DateTimeOffset? End, IReadOnlyList<IFact> Facts, Error? Refusal);

/// <summary>How a filing takes force among the person's others: one per place, one long-term and one temporary over all (FIL-017, FIL-018, FIL-024, FIL-025).</summary>
internal static class Approval
{
    public static Entry TakeForce(
        FilingApplied application, PersonFilings filings, FilingPolicy policy, NodeMap places,
        DateTimeOffset at, DateOnly? enteredStart, bool replace, Actor actor, bool overrideSoftRules)
    {
        var start = LateFiling.StartOf(application, policy, at, enteredStart);
        var filingClass = application.Category.ClassOf();
        DateTimeOffset? end = filingClass == FilingClass.Temporary ? start.BusinessDate().AddMonths(policy.TemporaryValidityMonths).Start() : null;

        var facts = new List<IFact>();
        // A filing that starts later leaves the former one in force until then.
        var handover = start > at ? start : at;
        // What leaves by then anyway stays as it was decided: superseding it again would only prolong it beside its own successor.
        var standing = filings.HoldingAt(at).Where(other => other.Number != application.Number && (other.LeftForceAt is not { } leaves || leaves > handover)).ToList();
        var samePlace = standing.Where(other => places.Overlap(other.Place, application.Place)).ToList();
        var sameClass = standing.Except(samePlace).Where(other => other.Class == filingClass).ToList();

        foreach (var other in samePlace)
        {
            if (Locked(other, policy, at) is { } locked && !Override(other, locked)) return new Entry(start, end, [], locked);
            facts.Add(new FilingSuperseded(other.Number, application.Number, handover, at));
        }

        // A late filing that has run out already takes no slot.
        var runsOut = end is { } last && last <= at;
        var excess = runsOut ? 0 : sameClass.Count + 1 - policy.MaxOf(filingClass);
        if (excess > 0 && !replace) return new Entry(start, end, [], FilingErrors.ClassSlotTaken.With(sameClass[0].Place));
        foreach (var other in sameClass.Take(Math.Max(excess, 0)))
        {
            if (Locked(other, policy, at) is { } locked && !Override(other, locked)) return new Entry(start, end, [], locked);
            facts.Add(new FilingSuperseded(other.Number, application.Number, handover, at));
        }

        return new Entry(start, end, facts, null);

        bool Override(Filing other, Error locked)
        {
            if (!overrideSoftRules || !ApplyForFilingDecider.MayOverride(actor)) return false;
            facts.Add(new FilingRuleOverridden(other.Number, "filing.longTerm.changeLockMonths", locked.Details[1], at));
            return true;
        }
    }

    /// <summary>FIL-023, AMB-15: a long-term filing stands for some months before it may be changed, cancelled or replaced.</summary>
    public static Error? Locked(Filing filing, FilingPolicy policy, DateTimeOffset at)
    {
        if (policy.ChangeLockMonths == 0 || filing.Class != FilingClass.LongTerm || filing.Start is not { } start) return null;
        var opens = start.BusinessDate().AddMonths(policy.ChangeLockMonths);
        return at.BusinessDate() < opens ? FilingErrors.ChangeLocked.With(policy.ChangeLockMonths, ApplyForFilingDecider.Day(opens)) : null;
    }
}
