using System.Security.Cryptography;
using System.Text;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Filings;

/// <summary>登记申请 through any channel: one workflow, one state (FIL-014).</summary>
/// <param name="ApplicationId">The applicant's own id; a repeat has no second effect.</param>
/// <param name="CategoryCode">1…6; anything else is refused by name.</param>
/// <param name="MissingFields">Mandatory particulars of the form that the shell found empty before it sealed them (FIL-047).</param>
/// <param name="Details">Reference of the sealed particulars.</param>
/// <param name="DetailsDigest">Keyed digest of the particulars: tells a repeat from another application without knowing them.</param>
/// <param name="RequestedStart">First day wished for; null: from approval, or by the rule for late filings.</param>
/// <param name="LateFor">The stay that is under way or over already (补办).</param>
/// <param name="Follows">The earlier filing that a renewal for the same disease refers to (FIL-044).</param>
/// <param name="Due">End of the handling clock, if the channel is online and the area has one.</param>
/// <param name="OverrideSoftRules">A supervisor sets aside what holds only in principle; his reason is the actor's.</param>
public sealed record ApplyForFiling(
    Actor Actor,
    PersonKey Person,
    string ApplicationId,
    AdminDivision HomeArea,
    InsuranceType Insurance,
    int CategoryCode,
    AdminDivision Place,
    string Channel,
    IReadOnlyList<string> Materials,
    DateTimeOffset At)
{
    public IReadOnlyList<string> MissingFields { get; init; } = [];

    public string Details { get; init; } = "";

    public string DetailsDigest { get; init; } = "";

    public DateOnly? RequestedStart { get; init; }

    public Stay? LateFor { get; init; }

    public CategoryFacts Facts { get; init; } = new();

    public Commitment? Commitment { get; init; }

    public ReferralCertificate? Referral { get; init; }

    public string? NoticeVersion { get; init; }

    public bool ReplaceExisting { get; init; }

    public string? Follows { get; init; }

    public DateOnly? Due { get; init; }

    public bool OverrideSoftRules { get; init; }

    /// <summary>备案编号: the area and 18 digits of the application id's digest, so that a repeat arrives at the same number.</summary>
    public string Number
    {
        get
        {
            var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{HomeArea}|{Person}|{ApplicationId}"));
            var digits = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(digest) % 1_000_000_000_000_000_000UL;
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{HomeArea}{digits:000000000000000000}");
        }
    }

    /// <summary>Everything applied for, without the instant and the actor.</summary>
    public string Content => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        HomeArea, Insurance, CategoryCode, Place, Channel, string.Join(',', Materials.Order(StringComparer.Ordinal)), DetailsDigest,
        RequestedStart?.ToString("O"), LateFor?.AdmittedAt.ToUniversalTime().ToString("O"), LateFor?.SelfPaidAt?.ToUniversalTime().ToString("O"),
        Referral?.Institution, Referral?.Disease, Commitment?.Document, NoticeVersion, ReplaceExisting, Follows))));
}

/// <summary>What the definition of a category asks for (FIL-002).</summary>
/// <param name="Retired">已退休.</param>
/// <param name="HukouMoved">户籍已迁入定居地.</param>
/// <param name="AwayFrom">First day of living or working elsewhere.</param>
/// <param name="AwayUntil">The day up to which that is shown (exclusive end of the span).</param>
public sealed record CategoryFacts(bool? Retired = null, bool? HukouMoved = null, DateOnly? AwayFrom = null, DateOnly? AwayUntil = null);

/// <summary>个人承诺书 (Annex 2).</summary>
/// <param name="Document">Reference of the stored letter.</param>
/// <param name="Category">The one box that is ticked.</param>
public sealed record Commitment(string Document, int Category, bool Signed, DateOnly? SignedOn);

/// <summary>Applies the rules of admission to an application, in the order in which an applicant can put them right.</summary>
public static class ApplyForFilingDecider
{
    public static Decision Decide(ApplyForFiling c, FilingNumber number, PersonFilings filings, InsuredPerson person, FilingPolicy policy, NodeMap places) =>
        Ruled(c, number, filings, person, policy, places).Told(filings, c.Person);

    private static Decision Ruled(ApplyForFiling c, FilingNumber number, PersonFilings filings, InsuredPerson person, FilingPolicy policy, NodeMap places)
    {
        if (filings.Of(c.ApplicationId) is { } known)
            return known.Application.Content == c.Content ? Decision.Done : Decision.Refuse(FilingErrors.ApplicationReused.With(c.ApplicationId));
        if (number.Issued is not null) return Decision.Refuse(FilingErrors.NumberTaken.With(c.Number));

        // FIL-001, FIL-003
        if (!Enum.IsDefined((FilingCategory)c.CategoryCode) || !policy.Categories.TryGetValue((FilingCategory)c.CategoryCode, out var rule) || !rule.CanBeApplied)
        {
            var offered = policy.Categories.Values.Where(r => r.CanBeApplied).Select(r => $"{(int)r.Category} {r.Name}");
            return Decision.Refuse(FilingErrors.CategoryUnknown.With(c.CategoryCode, string.Join("；", offered)));
        }

        if (person.Of(c.HomeArea, c.Insurance, c.At) is not { } enrolment || enrolment.At(c.At).Status != Entitlement.Active)
        {
            var status = person.Enrolments.LastOrDefault(e => e.Is(c.HomeArea, c.Insurance))?.At(c.At).Status.ToString() ?? "未参保";
            return Decision.Refuse(FilingErrors.InsuredNotActive.With(c.HomeArea, (int)c.Insurance, status));
        }

        if (rule.OpenFrom is { } opens && c.At.BusinessDate() < opens) return Decision.Refuse(FilingErrors.CategoryNotYetOpen.With(Day(opens)));

        // FIL-014, FIL-047
        if (!policy.Channels.ContainsKey(c.Channel)) return Decision.Refuse(FilingErrors.ChannelUnknown.With(c.Channel, string.Join("、", policy.Channels.Keys)));
        if (c.MissingFields.Count > 0) return Decision.Refuse(FilingErrors.FieldMissing.With(string.Join("、", c.MissingFields)));

        var overridden = new List<(string Rule, string Detail)>();
        if (Place(c, policy, places, overridden) is { } misplaced) return Decision.Refuse(misplaced);
        if (Definition(c, rule) is { } undefined) return Decision.Refuse(undefined);

        var renewal = Renewal(c, filings, rule, out var renewed);
        if (renewal is not null) return Decision.Refuse(renewal);
        if (CategoryProof.Check(c, rule, policy, renewed is not null, out var proof) is { } unproved) return Decision.Refuse(unproved);
        if (LateFiling.Check(c, policy, overridden) is { } late) return Decision.Refuse(late);
        if (overridden.Count > 0 && !MayOverride(c.Actor)) return Decision.Refuse(FilingErrors.OverrideNeedsReason);

        var mode = LateFiling.ModeOf(c.LateFor);
        var applied = new FilingApplied(
            c.Number, c.ApplicationId, c.Content, c.HomeArea, c.Insurance, rule.Category, c.Place, c.Channel, [.. c.Materials], proof, mode,
            c.RequestedStart, c.LateFor, c.Referral ?? renewed?.Application.Referral, c.NoticeVersion, c.Details, c.ReplaceExisting, c.Follows, c.Due, c.At);
        var facts = new List<IFact> { applied, new FilingFormGenerated(c.Number, c.At) };
        facts.AddRange(overridden.Select(o => new FilingRuleOverridden(c.Number, o.Rule, o.Detail, c.At)));
        if (proof == ProofBasis.Commitment)
        {
            var signed = c.Commitment!.SignedOn!.Value;
            facts.Add(new CommitmentArchived(c.Number, c.Commitment.Document, signed, signed.AddYears(policy.CommitmentRetentionYears), c.At));
        }

        // FIL-025: said now, so that the person can choose; asked again at approval, where it counts.
        var entry = Approval.TakeForce(applied, filings, policy, places, c.At, null, c.ReplaceExisting, c.Actor, c.OverrideSoftRules);
        if (entry.Refusal is { } taken) return Decision.Refuse(taken);

        // FIL-016
        if (policy.SelfService.Contains(rule.Category) && policy.Channels[c.Channel].Online && mode != FilingMode.RetroAfterDischarge && overridden.Count == 0)
        {
            facts.Add(new FilingApprovedInstantly(c.Number, entry.Start, entry.End, c.At));
            facts.AddRange(entry.Facts);
        }

        return Decision.Accept(
            new Append(FilingNumber.Stream(c.Number), [new FilingNumberIssued(c.Number, c.Person, c.HomeArea, c.At)]),
            new Append(PersonFilings.Stream(c.Person), facts));
    }

    /// <summary>AMB-03: an authorised role with a reason.</summary>
    internal static bool MayOverride(Actor actor) => actor.Role == Role.Supervisor && !string.IsNullOrWhiteSpace(actor.Reason);

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    // FIL-030, FIL-054
    private static Error? Place(ApplyForFiling c, FilingPolicy policy, NodeMap places, List<(string, string)> overridden)
    {
        if (!places.Knows(c.Place)) return FilingErrors.PlaceUnknown.With(c.Place);
        if (places.IsHome(c.HomeArea, c.Place)) return FilingErrors.PlaceIsHome.With(c.Place);
        if (!places.IsProvinceWide(c.Place) || policy.ProvinceScope.Allows(c.Place)) return null;
        if (!c.OverrideSoftRules) return FilingErrors.PlaceTooWide.With(c.Place);
        overridden.Add(("filing.scopeUnit", c.Place.ToString()));
        return null;
    }

    // FIL-002
    private static Error? Definition(ApplyForFiling c, CategoryRule rule)
    {
        if (rule.HukouMoved)
        {
            if (c.Facts.Retired is null || c.Facts.HukouMoved is null) return FilingErrors.FieldMissing.With("是否退休、户籍是否迁入定居地");
            if (c.Facts.Retired is false) return FilingErrors.NotRetired;
            if (c.Facts.HukouMoved is false) return FilingErrors.HukouNotMoved;
        }

        if (rule.MinimumMonths is not { } months) return null;
        if (c.Facts.AwayFrom is not { } from || c.Facts.AwayUntil is not { } until) return FilingErrors.FieldMissing.With("异地连续居住或工作起止日期");
        return from.AddMonths(months) <= until ? null : FilingErrors.LongTermTooShort.With(months, Day(from), Day(until));
    }

    // FIL-044
    private static Error? Renewal(ApplyForFiling c, PersonFilings filings, CategoryRule rule, out Filing? earlier)
    {
        earlier = null;
        if (c.Follows is not { } follows) return null;
        if (filings.Find(follows) is not { } found || found.ApprovedAt is null) return FilingErrors.FilingNotFound.With(follows);
        var same = found.Category == rule.Category && found.HomeArea == c.HomeArea && found.Insurance == c.Insurance
            && found.Application.Referral is { } certificate && (c.Referral is null || c.Referral.Disease == certificate.Disease);
        if (!same) return FilingErrors.RenewalDiffers.With(follows);
        earlier = found;
        return null;
    }
}
