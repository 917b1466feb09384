using System.Globalization;
using Yibao.Contracts.Filings;
using Yibao.Filing.Areas;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Eligibility;

/// <summary>The one eligibility answer: a pure function of what is stored and of the policy in force. A refusal is an answer like any other.</summary>
public static class EligibilityRules
{
    /// <summary>Special group of persons under differentiated payment (执行差别化支付, FIL-052).</summary>
    public const string DifferentialPay = "DIFFERENTIAL_PAY";

    public static Answer Answer(Question q, Evidence e)
    {
        var reasons = new List<string>();
        var scope = ScopeOf(q, e.Places);
        reasons.Add(scope switch
        {
            Scope.Local => $"参保地 {q.HomeArea}、就医地 {q.TreatmentArea}：按本地就医",
            Scope.IntraProvince => $"参保地 {q.HomeArea}、就医地 {q.TreatmentArea}：省内异地",
            Scope.CrossProvince => $"参保地 {q.HomeArea}、就医地 {q.TreatmentArea}：跨省异地",
        });
        reasons.Add($"备案政策：{e.Policy.Source}");

        var standing = e.Person.Of(q.HomeArea, q.Insurance, e.Policy.StayFollowsEnrolmentAtAdmission ? q.AdmittedAt : q.AskedAt);
        if (((q.Manual ? null : AreaRefuses(q, e.Area, e.Places, scope) ?? e.Institution?.OutOfForce(q.AdmittedAt)) ?? StandingRefuses(q, e.Person, standing)) is { } barred) return Refused(barred);
        reasons.Add($"参保状态正常：{(int)q.Insurance}，人员类别 {standing!.PersonType}");

        if (q.Manual) return ByHand();
        if (scope != Scope.Local && NotYetOpen(q, e, scope) is { } opens) return Refused(FilingErrors.NotYetOpen.With(ApplyForFilingDecider.Day(opens)));
        if (AlreadySelfPaid(q, e.Filings)) return Refused(FilingErrors.AlreadySelfPaid);
        if (q.Care == CareType.ChronicOutpatient && ChronicRefuses(q, e, scope) is { } chronic) return Refused(chronic);

        // FIL-054, FIL-045: at home no filing is asked for; one in force elsewhere stays in force and may change the benefit.
        if (scope == Scope.Local)
        {
            reasons.Add("本地就医无须备案");
            return Eligible(null, Elsewhere(q, e), null);
        }

        var candidates = e.Filings.All.Where(f => f.ApprovedAt is not null && f.HomeArea == q.HomeArea && f.Insurance == q.Insurance).ToList();
        var covering = candidates.Where(f => e.Places.Covers(f.PlaceAt(q.AdmittedAt), q.TreatmentArea)).ToList();
        if (Best(covering.Where(f => f.CoversBeginningAt(q.AdmittedAt)), q, e.Places) is { } filing)
        {
            reasons.Add($"备案 {filing.Number} 覆盖就医地 {q.TreatmentArea}，入院或就诊时有效");
            if (SelectionRefuses(q, e.Policy, filing) is { } unselected) return Refused(unselected);
            return Eligible(InUse(filing, q), null, null);
        }

        // FIL-020: deemed for this visit only, whatever filings there are for other places.
        if (q.Emergency && e.Policy.Emergency == EmergencyMode.Deemed)
        {
            reasons.Add("急诊抢救，视同已备案（仅限本次就医）");
            return Eligible(new FilingInUse(null, FilingCategory.Emergency, FilingMode.Deemed, ProofBasis.Deemed, q.TreatmentArea, q.AdmittedAt, null), null, null);
        }

        // FIL-052
        if (q.Care is CareType.GeneralOutpatient or CareType.Pharmacy && e.Policy.DifferentialPaySet is { } set && e.Person.SpecialGroups.Contains(DifferentialPay))
        {
            reasons.Add("执行差别化支付人员，按现行门诊政策开通");
            return Eligible(null, null, set);
        }

        // FIL-026
        if (!e.Policy.RequiredFor[q.Care])
        {
            reasons.Add("该类就医无须备案");
            return Eligible(null, null, null);
        }

        if (q.Emergency && e.Policy.Emergency == EmergencyMode.VisitFirstThenFile) return Refused(FilingErrors.LateFilingNeeded, guide: true);
        return Refused(WhyNotFiled(q, candidates, covering), guide: true);

        // FIL-036, FIL-048: by hand a filing decides about the benefit, made afterwards or not, and none is needed (BEN-012…016).
        Answer ByHand()
        {
            reasons.Add("手工报销：不以备案和开通为条件，按参保地规定计算");
            if (scope == Scope.Local) return Eligible(null, Elsewhere(q, e), null);
            var used = Best(e.Filings.All.Where(f => f.ApprovedAt is not null && f.HomeArea == q.HomeArea && f.Insurance == q.Insurance && e.Places.Covers(f.PlaceAt(q.AdmittedAt), q.TreatmentArea) && f.CoversBeginningAt(q.AdmittedAt)), q, e.Places);
            return Eligible(used is null ? null : InUse(used, q), null, null);
        }

        Answer Refused(Error error, bool guide = false)
        {
            reasons.Add(error.Message);
            return new Answer(error, standing, e.Person.SpecialGroups, scope, null, null, null, false, e.Policy, guide ? Guide(e.Policy) : null, reasons);
        }

        Answer Eligible(FilingInUse? used, FilingInUse? elsewhere, string? benefitSet) =>
            new(null, standing, e.Person.SpecialGroups, scope, used, elsewhere, benefitSet, e.Policy.OpensPersonalAccount, e.Policy, null, reasons);
    }

    // SET-001; a same-city pair is local for filing and benefit (FIL-054, AMB-24).
    private static Scope ScopeOf(Question q, NodeMap places) =>
        places.SameCity(q.HomeArea, q.TreatmentArea) ? Scope.Local : places.Classify(q.HomeArea, q.TreatmentArea) switch
        {
            VisitClass.Local => Scope.Local,
            VisitClass.IntraProvince => Scope.IntraProvince,
            VisitClass.CrossProvince => Scope.CrossProvince,
        };

    // OPS-010, CLR-035: a stay that began before the suspension still settles (AMB-40).
    private static Error? AreaRefuses(Question q, PoolingArea area, NodeMap places, Scope scope)
    {
        if (scope == Scope.Local) return null;
        if (places.NotConnected(q.HomeArea) is { } unconnected) return unconnected;
        return area.SuspendedSince(q.AdmittedAt) is { } since ? FilingErrors.HomeAreaSuspended.With(q.HomeArea, Minute(since)) : null;
    }

    // FIL-040, AUD-010, AMB-76
    private static Error? StandingRefuses(Question q, InsuredPerson person, Enrolment? standing)
    {
        if (!person.IsKnown) return FilingErrors.PersonUnknown;
        if (standing is null) return FilingErrors.InsuredNotActive.With(q.HomeArea, (int)q.Insurance, "未参保或已变更");
        var entitlement = standing.At(q.AskedAt);
        if (entitlement.Status == Entitlement.Suspended) return FilingErrors.EntitlementSuspended.With(Minute(entitlement.At));
        if (entitlement.Status == Entitlement.Terminated) return FilingErrors.EntitlementTerminated.With(Minute(entitlement.At));
        return person.SuspensionAt(q.AskedAt) is { } suspension ? FilingErrors.PersonSuspended.With(Minute(suspension.From)) : null;
    }

    // SET-031: the area's own openings and the pack's schedule; the earliest that fits decides, none at all means open.
    private static DateOnly? NotYetOpen(Question q, Evidence e, Scope scope)
    {
        var schedule = e.Policy.Rollout
            .Concat(e.Area.Openings.Select(o => new Opening(o.Scope, o.Care, o.Category, o.From)))
            .Where(o => o.Category is null).ToList();
        if (schedule.Count == 0) return null;
        var fitting = schedule.Where(o => (o.Scope ?? scope) == scope && (o.Care ?? q.Care) == q.Care).Select(o => o.From).ToList();
        if (fitting.Count == 0) return null;
        return q.AskedAt.BusinessDate() < fitting.Min() ? fitting.Min() : null;
    }

    // FIL-036
    private static bool AlreadySelfPaid(Question q, PersonFilings filings) => q.SelfPaid || (q.Care == CareType.Inpatient && filings.All.Any(f =>
        f.Application.LateFor is { SelfPaidAt: not null } stay && stay.AdmittedAt.BusinessDate() == q.AdmittedAt.BusinessDate()));

    // FIL-051, FIL-032
    private static Error? ChronicRefuses(Question q, Evidence e, Scope scope)
    {
        if (string.IsNullOrEmpty(q.Disease)) return SystemErrors.FieldMissing.With("病种编码 dise_codg");
        if (e.Chronic.For(q.HomeArea, q.Disease, q.AdmittedAt) is null) return FilingErrors.ChronicNotQualified.With(q.Disease);
        return scope != Scope.Local && e.Policy.ChronicMaxInstitutions is not null && !e.Chronic.PickedAt(q.HomeArea).Contains(q.Institution)
            ? FilingErrors.ChronicInstitutionNotSelected.With(q.Institution)
            : null;
    }

    // FIL-028, FIL-029
    private static Error? SelectionRefuses(Question q, FilingPolicy policy, Filings.Filing filing) =>
        q.Care == CareType.GeneralOutpatient && policy.OutpatientSelectionMax is not null && !filing.Selected.Contains(q.Institution)
            ? FilingErrors.InstitutionNotSelected.With(q.Institution)
            : null;

    private static FilingInUse? Elsewhere(Question q, Evidence e) => e.Filings.All
        .Where(f => f.HomeArea == q.HomeArea && f.Insurance == q.Insurance && f.CoversBeginningAt(q.AdmittedAt))
        .Where(f => e.Policy.ReturnHome == ReturnHome.AllFiled || f.Class == FilingClass.LongTerm)
        .OrderBy(f => f.Class).ThenByDescending(f => f.ApprovedAt)
        .Select(f => InUse(f, q)).FirstOrDefault();

    /// <summary>The narrower place before the wider one, then the later approval: only a province-wide and a city filing can both cover.</summary>
    private static Filings.Filing? Best(IEnumerable<Filings.Filing> filings, Question q, NodeMap places) => filings
        .OrderByDescending(f => f.ApprovedAt)
        .Aggregate((Filings.Filing?)null, (best, f) =>
            best is null || (f.PlaceAt(q.AdmittedAt) != best.PlaceAt(q.AdmittedAt) && places.Covers(best.PlaceAt(q.AdmittedAt), f.PlaceAt(q.AdmittedAt))) ? f : best);

    // FIL-005, FIL-018, FIL-027
    private static Error WhyNotFiled(Question q, List<Filings.Filing> candidates, List<Filings.Filing> covering)
    {
        if (covering.Where(f => f.HoldsAt(q.AskedAt) && f.Start > q.AdmittedAt).MinBy(f => f.Start) is { } later) return FilingErrors.NoFilingAtAdmission.With(Minute(later.Start!.Value));
        if (covering.Where(f => f.End <= q.AdmittedAt && f.LeftForceAt is null).MaxBy(f => f.End) is { } expired)
            return FilingErrors.FilingExpired.With(ApplyForFilingDecider.Day(expired.End!.Value.AddTicks(-1).BusinessDate()));
        var elsewhere = candidates.Where(f => f.CoversBeginningAt(q.AdmittedAt)).Select(f => f.PlaceAt(q.AdmittedAt).Code).Order(StringComparer.Ordinal).ToList();
        return elsewhere.Count > 0 ? FilingErrors.OutsideFiledPlace.With(q.TreatmentArea, string.Join("、", elsewhere)) : FilingErrors.NoFiling.With();
    }

    private static Guidance Guide(FilingPolicy policy) => new([.. policy.Channels.Values], [.. policy.Categories.Values.Where(rule => rule.CanBeApplied).OrderBy(rule => rule.Category)]);

    private static FilingInUse InUse(Filings.Filing f, Question q) => new(f.Number, f.Category, f.Mode, f.Application.Proof, f.PlaceAt(q.AdmittedAt), f.Start!.Value, f.End);

    private static string Minute(DateTimeOffset instant) => instant.InBeijing().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
