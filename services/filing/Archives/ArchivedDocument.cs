using System.Collections.Immutable;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Archives;

/// <summary>业务档案 kinds; each belongs to the agency that handled the business (000 Art.36, 004 Art.87).</summary>
public enum ArchiveKind
{
    /// <summary>备案材料: the home agency's.</summary>
    Filing,
    /// <summary>个人承诺书 (004 Annex 2): the home agency's.</summary>
    Commitment,
    /// <summary>手工报销材料: the home agency's.</summary>
    ManualReimbursement,
    /// <summary>结算单据: the treatment agency's.</summary>
    Settlement,
    /// <summary>外伤无第三方责任承诺书 (004 Annex 11): the treatment agency's.</summary>
    TraumaCommitment,
    /// <summary>稽核案卷: the treatment agency's.</summary>
    AuditCase,
}

/// <summary>归档.</summary>
/// <param name="Keeper">保管机构: follows from the kind.</param>
/// <param name="Business">The business it proves: a filing's number, a settlement's id, a case.</param>
/// <param name="Digest">SHA-256 of the document, hex: what is kept elsewhere can be proved unchanged.</param>
/// <param name="RetainUntil">Last day of the retention (保管期限).</param>
public sealed record DocumentArchived(string Id, ArchiveKind Kind, AdminDivision HomeArea, AdminDivision TreatmentArea, AdminDivision Keeper, string Business, string Digest, DateOnly RetainUntil, DateTimeOffset At) : IFact;

/// <summary>申请查阅.</summary>
public sealed record ReadingRequested(string RequestId, AdminDivision By, string Purpose, DateTimeOffset At) : IFact;

/// <summary>准予查阅.</summary>
/// <param name="Until">Last day on which it may be read.</param>
public sealed record ReadingGranted(string RequestId, DateOnly Until, DateTimeOffset At) : IFact;

/// <summary>不予查阅.</summary>
public sealed record ReadingRefused(string RequestId, string Reason, DateTimeOffset At) : IFact;

/// <summary>查阅: who read what, also the keeper himself.</summary>
public sealed record DocumentRead(AdminDivision By, string Purpose, DateTimeOffset At) : IFact;

/// <summary>销毁, after the retention.</summary>
public sealed record DocumentDestroyed(DateTimeOffset At) : IFact;

/// <param name="Until">Null while undecided or refused.</param>
public sealed record ReadingRequest(string Id, AdminDivision By, string Purpose, bool Decided, DateOnly? Until);

/// <summary>One document of the archive: stream <c>archive/{id}</c>.</summary>
public sealed record ArchivedDocument : IState<ArchivedDocument>
{
    public static ArchivedDocument Empty { get; } = new();

    public static StreamKey<ArchivedDocument> Stream(string id) => new($"archive/{id}");

    public DocumentArchived? Archived { get; private init; }

    public ImmutableArray<ReadingRequest> Requests { get; private init; } = [];

    public int Readings { get; private init; }

    public bool Destroyed { get; private init; }

    public ArchivedDocument Evolve(IFact fact) => fact switch
    {
        DocumentArchived e => this with { Archived = e },
        ReadingRequested e => this with { Requests = Requests.Add(new ReadingRequest(e.RequestId, e.By, e.Purpose, false, null)) },
        ReadingGranted e => this with { Requests = Decided(e.RequestId, e.Until) },
        ReadingRefused e => this with { Requests = Decided(e.RequestId, null) },
        DocumentRead => this with { Readings = Readings + 1 },
        DocumentDestroyed => this with { Destroyed = true },
        _ => throw new InvalidOperationException($"An archived document does not know {fact.GetType().Name}."),
    };

    public ReadingRequest? Request(string id) => Requests.FirstOrDefault(request => request.Id == id);

    private ImmutableArray<ReadingRequest> Decided(string id, DateOnly? until) => [.. Requests.Select(request => request.Id == id ? request with { Decided = true, Until = until } : request)];
}

/// <summary>Who keeps a document, and who may read it (SEC-006).</summary>
public static class ArchiveDecider
{
    /// <summary>The agency that handled the business keeps its documents.</summary>
    public static AdminDivision KeeperOf(ArchiveKind kind, AdminDivision home, AdminDivision treatment) => kind switch
    {
        ArchiveKind.Filing or ArchiveKind.Commitment or ArchiveKind.ManualReimbursement => home,
        ArchiveKind.Settlement or ArchiveKind.TraumaCommitment or ArchiveKind.AuditCase => treatment,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static Decision Archive(ArchivedDocument document, DocumentArchived wanted)
    {
        if (document.Archived is not { } known) return Decision.Accept(ArchivedDocument.Stream(wanted.Id), wanted);
        return known with { At = wanted.At } == wanted ? Decision.Done : Decision.Refuse(PrivacyErrors.DocumentDifferent.With(wanted.Id));
    }

    public static Decision Ask(ArchivedDocument document, string id, string requestId, AdminDivision by, string purpose, DateTimeOffset at)
    {
        if (document.Archived is null || document.Destroyed) return Decision.Refuse(PrivacyErrors.DocumentUnknown.With(id));
        return document.Request(requestId) is { } known
            ? known.By == by && known.Purpose == purpose ? Decision.Done : Decision.Refuse(PrivacyErrors.ReadingDecided.With(requestId))
            : Decision.Accept(ArchivedDocument.Stream(id), new ReadingRequested(requestId, by, purpose, at));
    }

    /// <param name="until">Last day of reading; null refuses, with a reason.</param>
    public static Decision Decide(ArchivedDocument document, string id, string requestId, AdminDivision by, DateOnly? until, string reason, DateTimeOffset at)
    {
        if (document.Archived is not { } archived) return Decision.Refuse(PrivacyErrors.DocumentUnknown.With(id));
        if (archived.Keeper != by) return Decision.Refuse(PrivacyErrors.NotKeeper.With(id, archived.Keeper));
        if (document.Request(requestId) is not { } request) return Decision.Refuse(PrivacyErrors.ReadingUnknown.With(requestId));
        if (request.Decided) return request.Until == until ? Decision.Done : Decision.Refuse(PrivacyErrors.ReadingDecided.With(requestId));
        return Decision.Accept(ArchivedDocument.Stream(id), until is { } last ? new ReadingGranted(requestId, last, at) : new ReadingRefused(requestId, reason, at));
    }

    /// <summary>Every reading is stored, the keeper's own as well: so it is never a repeat.</summary>
    public static Decision Read(ArchivedDocument document, string id, AdminDivision by, string purpose, DateTimeOffset at)
    {
        if (document.Archived is not { } archived || document.Destroyed) return Decision.Refuse(PrivacyErrors.DocumentUnknown.With(id));
        var may = archived.Keeper == by || document.Requests.Any(request => request.By == by && request.Until is { } until && at.BusinessDate() <= until);
        return may
            ? Decision.Accept(ArchivedDocument.Stream(id), new DocumentRead(by, purpose, at))
            : Decision.Refuse(PrivacyErrors.ReadingNotGranted.With(id, archived.Keeper));
    }

    public static Decision Destroy(ArchivedDocument document, string id, AdminDivision by, DateTimeOffset at)
    {
        if (document.Archived is not { } archived) return Decision.Refuse(PrivacyErrors.DocumentUnknown.With(id));
        if (document.Destroyed) return Decision.Done;
        if (archived.Keeper != by) return Decision.Refuse(PrivacyErrors.NotKeeper.With(id, archived.Keeper));
        return at.BusinessDate() <= archived.RetainUntil
            ? Decision.Refuse(PrivacyErrors.RetentionRuns.With(id, archived.RetainUntil.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)))
            : Decision.Accept(ArchivedDocument.Stream(id), new DocumentDestroyed(at));
    }
}
