using System.Collections.Immutable;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Institutions;

/// <summary>How far the admission of an institution has come (INS-002).</summary>
public enum AdmissionStep
{
    None,
    Applied,
    Accepted,
    Evaluated,
    Announced,
    /// <summary>签约，资格确定.</summary>
    Agreed,
    Opened,
}

/// <summary>定点医药机构: stream <c>institution/{code}</c>.</summary>
public sealed record Institution : IState<Institution>
{
    public static Institution Empty { get; } = new();

    public static StreamKey<Institution> Stream(string code) => new($"institution/{code}");

    public InstitutionApplied? Application { get; private init; }

    public string Code => Application?.Code ?? "";

    public string Name { get; private init; } = "";

    public AdmissionStep Step { get; private init; }

    public bool EvaluationFailed { get; private init; }

    public ImmutableArray<Agreement> Agreements { get; private init; } = [];

    public ImmutableArray<OpenFor> Openings { get; private init; } = [];

    /// <summary>报备 done; an open institution without it stands on the city's list.</summary>
    public DateTimeOffset? ReportedAt { get; private init; }

    public bool Selected { get; private init; }

    public bool Decided { get; private init; }

    public DateTimeOffset? PublishedFrom { get; private init; }

    public ImmutableArray<Interruption> Interruptions { get; private init; } = [];

    public DateTimeOffset? CancelledFrom { get; private init; }

    /// <summary>Changes that the nation has not been told of yet (INS-005).</summary>
    public ImmutableArray<string> ToReport { get; private init; } = [];

    public ImmutableArray<LevelFrom> Levels { get; private init; } = [];

    public ImmutableArray<ManagedBy> Management { get; private init; } = [];

    /// <summary>Areas that have designated it, with their first day (INS-025).</summary>
    public ImmutableArray<ManagedBy> Designations { get; private init; } = [];

    public ImmutableDictionary<string, InstitutionChangeApplied> PendingChanges { get; private init; } = ImmutableDictionary<string, InstitutionChangeApplied>.Empty.WithComparers(StringComparer.Ordinal);

    public ImmutableHashSet<string> Changes { get; private init; } = ImmutableHashSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>Confirmed values; the bank account that may be paid to is here, never the one applied for.</summary>
    public ImmutableDictionary<InstitutionAttribute, string> Attributes { get; private init; } = ImmutableDictionary<InstitutionAttribute, string>.Empty;

    public ImmutableDictionary<string, MaintenanceDue> Maintenance { get; private init; } = ImmutableDictionary<string, MaintenanceDue>.Empty.WithComparers(StringComparer.Ordinal);

    public ImmutableDictionary<string, UploadDutyArose> Duties { get; private init; } = ImmutableDictionary<string, UploadDutyArose>.Empty.WithComparers(StringComparer.Ordinal);

    public ImmutableHashSet<string> Urged { get; private init; } = ImmutableHashSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    public ImmutableHashSet<string> DutiesSeen { get; private init; } = ImmutableHashSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>Counts what treatment places must learn.</summary>
    public long Version { get; private init; }

    public DateTimeOffset ChangedAt { get; private init; }

    public bool IsSuspended => Interruptions.Length > 0 && Interruptions[^1].Until is null;

    public AdminDivision? AreaOn(DateOnly day) => Management.Where(m => m.From <= day).OrderBy(m => m.From).Select(m => (AdminDivision?)m.Area).LastOrDefault();

    /// <summary>The version in force on a day: audits and payments cite it (INS-028).</summary>
    public Agreement? AgreementOn(DateOnly day) => Agreements.LastOrDefault(agreement => agreement.InForceOn(day));

    public bool OnIntraProvinceList(DateOnly day) => Openings.Any(o => o.Scope == Scope.IntraProvince && o.From <= day);

    /// <param name="publicationRequired">Its province lets only published institutions settle across provinces.</param>
    public InstitutionReplicated Replica(bool publicationRequired) => new(
        Code, Version, Name, Application!.Kind, Management, Levels, Openings, Interruptions, CancelledFrom, publicationRequired, PublishedFrom, ChangedAt);

    public Institution Evolve(IFact fact) => fact switch
    {
        InstitutionApplied e => Told(e.At) with
        {
            Application = e, Name = e.Name, Step = AdmissionStep.Applied, EvaluationFailed = false, CancelledFrom = null,
            // Admitted anew: the time it was out of force stays known, here and wherever it was told.
            Interruptions = CancelledFrom is { } gone ? Interruptions.Add(new Interruption(gone, e.At)) : Interruptions,
            Levels = Levels.Length == 0 ? [new LevelFrom(e.Level, DateOnly.MinValue)] : Levels,
            Management = Management.Length == 0 ? [new ManagedBy(e.Seat, DateOnly.MinValue)] : Management,
        },
        InstitutionAccepted => this with { Step = AdmissionStep.Accepted },
        InstitutionEvaluated e => this with { Step = e.Passed ? AdmissionStep.Evaluated : AdmissionStep.Accepted, EvaluationFailed = !e.Passed },
        InstitutionAnnounced => this with { Step = AdmissionStep.Announced },
        AgreementSigned e => this with
        {
            Step = Step < AdmissionStep.Agreed ? AdmissionStep.Agreed : Step,
            // A new version ends the former one where that was open.
            Agreements = [.. Agreements.Select(a => a.ValidUntil is null || a.ValidUntil > e.Agreement.ValidFrom ? a with { ValidUntil = e.Agreement.ValidFrom } : a), e.Agreement],
        },
        ServiceOpened e => Told(e.At) with { Step = AdmissionStep.Opened, Openings = Openings.Add(new OpenFor(e.Scope, e.Care, e.From, e.Internet)) },
        InstitutionReported e => this with { ReportedAt = e.At },
        InstitutionSelected => this with { Selected = true },
        InstitutionDecided => this with { Decided = true },
        InstitutionPublished e => Told(e.At) with { PublishedFrom = e.From },
        InstitutionSuspended e => Told(e.At) with { Interruptions = Interruptions.Add(new Interruption(e.From, null)), ToReport = ToReport.Add("中止") },
        InstitutionResumed e => Told(e.At) with { Interruptions = Interruptions.SetItem(Interruptions.Length - 1, Interruptions[^1] with { Until = e.From }), ToReport = ToReport.Add("恢复") },
        InstitutionCancelled e => Told(e.At) with { CancelledFrom = e.From, ToReport = ToReport.Add("取消") },
        InstitutionChangeReported e => this with { ToReport = ToReport.Remove(e.Change) },
        InstitutionLevelChanged e => Told(e.At) with { Levels = Levels.Add(new LevelFrom(e.Level, e.From)) },
        MaintenanceDue e => this with { Maintenance = Maintenance.SetItem(e.Task, e) },
        MaintenanceDone e => this with { Maintenance = Maintenance.Remove(e.Task) },
        InstitutionChangeApplied e => this with { PendingChanges = PendingChanges.SetItem(e.Change, e), Changes = Changes.Add(e.Change) },
        InstitutionChangeConfirmed e => Confirmed(PendingChanges[e.Change], e.At),
        InstitutionManagementMoved e => Told(e.At) with { Management = Management.Add(new ManagedBy(e.Area, e.From)) },
        InstitutionDesignated e => this with { Designations = Designations.Add(new ManagedBy(e.Area, e.From)) },
        UploadDutyArose e => this with { Duties = Duties.SetItem(e.Visit, e), DutiesSeen = DutiesSeen.Add(e.Visit) },
        InstitutionTold => this,
        UploadUrged e => this with { Urged = Urged.Add(e.Visit) },
        UploadDutyMet e => this with { Duties = Duties.Remove(e.Visit), Urged = Urged.Remove(e.Visit) },
        _ => throw new InvalidOperationException($"An institution's stream does not know {fact.GetType().Name}."),
    };

    private Institution Told(DateTimeOffset at) => this with { Version = Version + 1, ChangedAt = at };

    private Institution Confirmed(InstitutionChangeApplied change, DateTimeOffset at)
    {
        var next = this with { PendingChanges = PendingChanges.Remove(change.Change), Attributes = Attributes.SetItem(change.Attribute, change.Value) };
        return change.Attribute == InstitutionAttribute.Name ? next.Told(at) with { Name = change.Value } : next;
    }
}
