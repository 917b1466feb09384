using System.Collections.Immutable;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Filings;

/// <summary>One filing as it stands.</summary>
/// <param name="Start">First instant that covers an admission; null until approved.</param>
/// <param name="End">Exclusive; null: no end (FIL-017).</param>
/// <param name="LeftForceAt">When it was superseded, cancelled or ended: exclusive like <paramref name="End"/>.</param>
/// <param name="Version">Counts what other nodes must learn; 0 until approved.</param>
public sealed record Filing(
    FilingApplied Application,
    FilingStatus Status,
    AdminDivision Place,
    string Details,
    DateTimeOffset? Start,
    DateTimeOffset? End,
    DateTimeOffset? ApprovedAt,
    DateTimeOffset? LeftForceAt,
    bool FormGenerated,
    long Version,
    DateTimeOffset ChangedAt)
{
    public string Number => Application.Number;

    public AdminDivision HomeArea => Application.HomeArea;

    public InsuranceType Insurance => Application.Insurance;

    public FilingCategory Category => Application.Category;

    public FilingClass Class => Application.Category.ClassOf();

    public FilingMode Mode => Application.Mode;

    /// <summary>The change that waits for review (FIL-041).</summary>
    public FilingChangeRequested? Pending { get; init; }

    /// <summary>Every confirmed version of the particulars, oldest first: old values stay readable as of their date.</summary>
    public ImmutableArray<DetailsVersion> History { get; init; } = [];

    public CommitmentArchived? Commitment { get; init; }

    /// <summary>The letter was destroyed after its retention.</summary>
    public bool CommitmentGone { get; init; }

    /// <summary>The day-change job has listed the expiry.</summary>
    public bool ExpiryNoted { get; init; }

    /// <summary>Changes that were confirmed: a repeat is recognised.</summary>
    public ImmutableHashSet<string> ConfirmedChanges { get; init; } = [];

    /// <summary>Selected outpatient institutions (FIL-028).</summary>
    public ImmutableArray<string> Selected { get; init; } = [];

    /// <summary>The highest version each higher tier has stored.</summary>
    public ImmutableDictionary<AdminDivision, long> Forwarded { get; init; } = ImmutableDictionary<AdminDivision, long>.Empty;

    /// <summary>Approved, not run out and not out of force: it holds its place and its class's slot, also while it waits for its start or its successor's.</summary>
    public bool HoldsAt(DateTimeOffset instant) => ApprovedAt is not null && (End is not { } end || instant < end) && (LeftForceAt is not { } left || instant < left);

    /// <summary>It covers a visit that began then, whatever happened to it afterwards (FIL-018, FIL-019, FIL-042).</summary>
    public bool CoversBeginningAt(DateTimeOffset visit) =>
        Start is { } start && start <= visit && (End is not { } end || visit < end) && (LeftForceAt is not { } left || visit < left);

    /// <summary>The place it was for at that instant: a change of place does not reach back to a stay that had begun.</summary>
    public AdminDivision PlaceAt(DateTimeOffset instant) => History.LastOrDefault(version => version.From <= instant)?.Place ?? Place;

    /// <summary>Applied for and not yet decided.</summary>
    public bool IsOpen => Status is FilingStatus.Submitted or FilingStatus.UnderReview;

    public FilingReplicated Replica(PersonKey person) => new(
        Number, Version, person, HomeArea, Insurance, Category, Place, Mode, Application.Proof, Status, Start, End, LeftForceAt, ChangedAt);
}

/// <summary>The filing's particulars as of a date.</summary>
public sealed record DetailsVersion(int Version, DateTimeOffset From, AdminDivision Place, string Details);

/// <summary>
/// Every filing of one person, past and present: stream <c>filings/{person}</c>. One stream and not one per filing, because the
/// rules that must never break (one per place, one long-term and one temporary over all) hold between them: whichever of two
/// requests is stored second has seen the first.
/// </summary>
public sealed record PersonFilings : IState<PersonFilings>
{
    public static PersonFilings Empty { get; } = new();

    public static StreamKey<PersonFilings> Stream(PersonKey person) => new($"filings/{person}");

    public ImmutableDictionary<string, Filing> ByNumber { get; private init; } = ImmutableDictionary<string, Filing>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Application id → filing number.</summary>
    public ImmutableDictionary<string, string> Applications { get; private init; } = ImmutableDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    public IEnumerable<Filing> All => ByNumber.Values.OrderBy(filing => filing.Application.At).ThenBy(filing => filing.Number, StringComparer.Ordinal);

    public Filing? Find(string number) => ByNumber.GetValueOrDefault(number);

    public Filing? Of(string applicationId) => Applications.TryGetValue(applicationId, out var number) ? ByNumber[number] : null;

    public IEnumerable<Filing> HoldingAt(DateTimeOffset instant) => All.Where(filing => filing.HoldsAt(instant));

    public PersonFilings Evolve(IFact fact) => fact switch
    {
        FilingApplied e => this with
        {
            ByNumber = ByNumber.Add(e.Number, new Filing(e, FilingStatus.Submitted, e.Place, e.Details, null, null, null, null, false, 0, e.At)),
            Applications = Applications.Add(e.ApplicationId, e.Number),
        },
        FilingFormGenerated e => With(e.Number, f => f with { FormGenerated = true }),
        CommitmentArchived e => With(e.Number, f => f with { Commitment = e }),
        CommitmentDestroyed e => With(e.Number, f => f with { Commitment = null, CommitmentGone = true }),
        FilingReviewStarted e => With(e.Number, f => f with { Status = FilingStatus.UnderReview }),
        FilingMaterialRequested or FilingRuleOverridden or FilingHandledLate or FilingTold => this,
        FilingExpired e => With(e.Number, f => f with { ExpiryNoted = true }),
        FilingApproved e => With(e.Number, f => Approved(f, e.Start, e.End, e.At)),
        FilingApprovedInstantly e => With(e.Number, f => Approved(f, e.Start, e.End, e.At)),
        FilingRejected e => With(e.Number, f => f with { Status = FilingStatus.Rejected }),
        FilingSuperseded e => With(e.Number, f => Left(f, FilingStatus.Superseded, e.EndsAt, e.At)),
        FilingCancelled e => With(e.Number, f => f.Status == FilingStatus.Active ? Left(f, FilingStatus.Cancelled, e.At, e.At) : f with { Status = FilingStatus.Cancelled, Pending = null }),
        FilingsEndedByEnrolment e => EndOf(e),
        FilingChangeRequested e => With(e.Number, f => f with { Pending = e }),
        FilingChangeRefused e => With(e.Number, f => f with { Pending = null }),
        FilingChangeConfirmed e => With(e.Number, f => Changed(f, e.At)),
        OutpatientInstitutionSelected e => With(e.Number, f => f with { Selected = f.Selected.Add(e.Institution) }),
        OutpatientInstitutionDeselected e => With(e.Number, f => f with { Selected = f.Selected.Remove(e.Institution) }),
        FilingForwarded e => With(e.Number, f => f with { Forwarded = f.Forwarded.SetItem(e.Tier, Math.Max(e.Version, f.Forwarded.GetValueOrDefault(e.Tier))) }),
        _ => throw new InvalidOperationException($"A person's filings do not know {fact.GetType().Name}."),
    };

    private PersonFilings With(string number, Func<Filing, Filing> change) => this with { ByNumber = ByNumber.SetItem(number, change(ByNumber[number])) };

    private static Filing Approved(Filing filing, DateTimeOffset start, DateTimeOffset? end, DateTimeOffset at) => filing with
    {
        Status = FilingStatus.Active, Start = start, End = end, ApprovedAt = at, Version = 1, ChangedAt = at,
        History = [new DetailsVersion(1, start, filing.Place, filing.Details)],
    };

    private static Filing Left(Filing filing, FilingStatus status, DateTimeOffset left, DateTimeOffset at) =>
        filing with { Status = status, LeftForceAt = left, Pending = null, Version = filing.Version + 1, ChangedAt = at };

    private static Filing Changed(Filing filing, DateTimeOffset at)
    {
        var change = filing.Pending!.Change;
        var (place, details) = (change.Place ?? filing.Place, change.Details ?? filing.Details);
        return filing with
        {
            Place = place, Details = details, Pending = null, ConfirmedChanges = filing.ConfirmedChanges.Add(filing.Pending.ChangeId), Version = filing.Version + 1, ChangedAt = at,
            History = filing.History.Add(new DetailsVersion(filing.History.Length + 1, at, place, details)),
        };
    }

    /// <summary>The applications that were still open go with the filings: they were made under the enrolment that is over.</summary>
    private PersonFilings EndOf(FilingsEndedByEnrolment e) => this with
    {
        ByNumber = ByNumber.SetItems(ByNumber
            .Where(entry => entry.Value.HomeArea == e.HomeArea && entry.Value.Insurance == e.Insurance && (entry.Value.IsOpen || entry.Value.HoldsAt(e.At)))
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.IsOpen
                ? entry.Value with { Status = FilingStatus.Ended, Pending = null }
                : Left(entry.Value, FilingStatus.Ended, e.At, e.At)))),
    };
}
