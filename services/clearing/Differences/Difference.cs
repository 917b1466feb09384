using Yibao.Clearing.Months;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Differences;

/// <summary>Why it came to the difference; the platform's first guess, corrected by whoever finds out.</summary>
public enum CauseCode
{
    /// <summary>超时: the outcome never arrived there.</summary>
    TimeOut,
    /// <summary>消息丢失: the protocol holds it, the book was not told.</summary>
    MessageLost,
    /// <summary>单边冲正: reversed, but not at every party.</summary>
    OneSidedReversal,
    /// <summary>数据被改: figures or fields differ from what home signed.</summary>
    RecordAltered,
    /// <summary>多余记录: booked without a grant.</summary>
    DuplicateRecord,
    /// <summary>系统恢复丢失: a node came back from an older backup.</summary>
    RestoredFromBackup,
    /// <summary>医院未收到结果.</summary>
    Undelivered,
    /// <summary>其他.</summary>
    Other,
}

/// <summary>How a difference ended (REC-004).</summary>
public enum ResolutionType
{
    /// <summary>补记: the missing record was added with its original time and amounts.</summary>
    AddMissing,
    /// <summary>冲销: an extra record was reversed.</summary>
    ReverseExtra,
    /// <summary>更正: by reversal and a new record, or by the signed figures.</summary>
    Correct,
    /// <summary>自行相符: a late message arrived.</summary>
    AgreedByItself,
}

/// <summary>Version of one party as shown side by side.</summary>
public sealed record ShownVersion(AdminDivision Node, PartyRole Role, PartyState State, SettlementContent? Content, SettlementContent? Booked, bool Proven)
{
    /// <summary>What the book summed up instead of what it was booked with; of a sum difference, the day's sums.</summary>
    public PartySums? BookAltered { get; init; }
}

/// <summary>A difference was found and judged.</summary>
/// <param name="Owner">Who has to find the cause: the home city (Hubei) or the provincial centre (Qinghai).</param>
/// <param name="Province">Where it is escalated to.</param>
/// <param name="DueOn">Last day: the closing of the month.</param>
public sealed record DifferenceOpened(
    string SettlementId, string? OriginalId, DateOnly Day, DifferenceKind Kind, CauseCode Cause, AdminDivision? TreatmentArea, AdminDivision? HomeArea,
    Money Total, Money Fund, AdminDivision Owner, AdminDivision Province, DateOnly DueOn, IReadOnlyList<RepairStep> Steps, WorkReason Work,
    IReadOnlyList<ShownVersion> Versions, DateTimeOffset At) : IFact;

/// <summary>A later run saw it otherwise.</summary>
public sealed record DifferenceRejudged(DifferenceKind Kind, IReadOnlyList<RepairStep> Steps, WorkReason Work, IReadOnlyList<ShownVersion> Versions, DateTimeOffset At) : IFact;

/// <summary>A repair was asked of a party.</summary>
public sealed record RepairOrdered(RepairStep Step, DateTimeOffset At) : IFact;

/// <summary>What came of it; null when it was done.</summary>
public sealed record RepairReported(RepairKind Kind, AdminDivision Node, string? Refusal, DateTimeOffset At) : IFact;

/// <summary>The cause was found; one entry per step of the handling.</summary>
public sealed record DifferenceExplained(CauseCode Cause, string Step, string By, DateTimeOffset At) : IFact;

/// <summary>提请省级经办机构协调处理.</summary>
public sealed record DifferenceEscalated(AdminDivision To, string Reason, DateTimeOffset At) : IFact;

/// <summary>An operator confirmed the rebuild or the voiding that no rule may do alone.</summary>
public sealed record RepairConfirmed(WorkReason Work, string By, string Reason, DateTimeOffset At) : IFact;

/// <summary>All parties agree again.</summary>
public sealed record DifferenceResolved(ResolutionType Resolution, DateTimeOffset At) : IFact;

/// <summary>One settlement on which the parties differ, at the house that found it: <c>difference/{house}/{settlement}</c>.</summary>
public sealed record Difference(
    DifferenceOpened? Found,
    CauseCode Cause,
    DifferenceKind Kind,
    IReadOnlyList<RepairStep> Steps,
    WorkReason Work,
    IReadOnlyList<ShownVersion> Versions,
    IReadOnlyList<RepairOrdered> Ordered,
    IReadOnlyList<RepairReported> Reported,
    IReadOnlyList<DifferenceExplained> Explanations,
    DifferenceEscalated? Escalated,
    RepairConfirmed? Confirmed,
    ResolutionType? Resolution,
    DateTimeOffset? ResolvedAt) : IState<Difference>
{
    public static Difference Empty { get; } = new(null, CauseCode.Other, DifferenceKind.None, [], WorkReason.None, [], [], [], [], null, null, null, null);

    public static StreamKey<Difference> Key(AdminDivision house, string settlementId) => new($"difference/{house}/{settlementId}");

    public bool IsOpen => Found is not null && ResolvedAt is null;

    /// <summary>Who acts now: the province once it was escalated.</summary>
    public AdminDivision? Handler => Escalated?.To ?? Found?.Owner;

    public Difference Evolve(IFact fact) => fact switch
    {
        DifferenceOpened opened => Empty with { Found = opened, Cause = opened.Cause, Kind = opened.Kind, Steps = opened.Steps, Work = opened.Work, Versions = opened.Versions },
        DifferenceRejudged again => this with { Kind = again.Kind, Steps = again.Steps, Work = again.Work, Versions = again.Versions },
        RepairOrdered ordered => this with { Ordered = [.. Ordered, ordered] },
        RepairReported reported => this with { Reported = [.. Reported, reported] },
        DifferenceExplained explained => this with { Cause = explained.Cause, Explanations = [.. Explanations, explained] },
        DifferenceEscalated escalated => this with { Escalated = escalated },
        RepairConfirmed confirmed => this with { Confirmed = confirmed },
        DifferenceResolved resolved => this with { Resolution = resolved.Resolution, ResolvedAt = resolved.At },
        _ => throw new InvalidOperationException($"A difference does not know {fact.GetType().Name}."),
    };

    /// <summary>A run found it (again). A difference that had been resolved opens anew; the same finding twice changes nothing.</summary>
    public static Decision Observe(StreamKey<Difference> key, Difference state, DifferenceOpened found) =>
        !state.IsOpen ? Decision.Accept(key, found)
        : state.Kind == found.Kind && state.Work == found.Work && state.Steps.SequenceEqual(found.Steps) && Same(state.Versions, found.Versions) ? Decision.Done
        : Decision.Accept(key, new DifferenceRejudged(found.Kind, found.Steps, found.Work, found.Versions, found.At));

    public static Decision Order(StreamKey<Difference> key, Difference state, string settlementId, RepairStep step, DateTimeOffset at) =>
        Unless(state, settlementId) ?? (state.Steps.Contains(step) ? Decision.Accept(key, new RepairOrdered(step, at)) : Decision.Done);

    /// <summary>One report per order: the same one may come twice.</summary>
    public static Decision Report(StreamKey<Difference> key, Difference state, RepairReported report) =>
        !state.IsOpen || state.Reported.Count(r => r.Kind == report.Kind && r.Node == report.Node) >= state.Ordered.Count(o => o.Step.Kind == report.Kind && o.Step.Node == report.Node)
            ? Decision.Done
            : Decision.Accept(key, report);

    public static Decision Explain(StreamKey<Difference> key, Difference state, string settlementId, AdminDivision by, CauseCode cause, string step, string user, DateTimeOffset at) =>
        Unless(state, settlementId) ?? NotAllowed(state, by)
        ?? (string.IsNullOrWhiteSpace(step) ? Decision.Refuse(ReconciliationErrors.StepTextMissing)
            : state.Explanations.Any(e => e.Cause == cause && e.Step == step && e.By == user) ? Decision.Done
            : Decision.Accept(key, new DifferenceExplained(cause, step.Trim(), user, at)));

    public static Decision Escalate(StreamKey<Difference> key, Difference state, string settlementId, AdminDivision by, string reason, DateTimeOffset at) =>
        Unless(state, settlementId) ?? (state.Escalated is not null || state.Found!.Owner == state.Found.Province ? Decision.Done : NotAllowed(state, by)
        ?? (string.IsNullOrWhiteSpace(reason) ? Decision.Refuse(ReconciliationErrors.StepTextMissing) : Decision.Accept(key, new DifferenceEscalated(state.Found.Province, reason.Trim(), at))));

    /// <summary>An operator takes the responsibility for a rebuild or for voiding an extra record, with a reason.</summary>
    public static Decision Confirm(StreamKey<Difference> key, Difference state, string settlementId, AdminDivision by, ResolutionType resolution, string user, string reason, DateTimeOffset at) =>
        Unless(state, settlementId) ?? NotAllowed(state, by)
        ?? (string.IsNullOrWhiteSpace(reason) ? Decision.Refuse(ReconciliationErrors.StepTextMissing)
            : state.Confirmed is not null ? Decision.Done
            : Fits(state.Work, resolution) ? Decision.Accept(key, new RepairConfirmed(state.Work, user, reason.Trim(), at))
            : Decision.Refuse(ReconciliationErrors.ResolutionUnfit.With(resolution, state.Kind)));

    /// <summary>A run no longer finds it. <paramref name="stillDiffers"/> guards against closing by word alone.</summary>
    public static Decision Resolve(StreamKey<Difference> key, Difference state, string settlementId, bool stillDiffers, DateTimeOffset at) =>
        state.Found is null ? Decision.Refuse(ReconciliationErrors.DifferenceUnknown.With(settlementId))
        : !state.IsOpen ? Decision.Done
        : stillDiffers ? Decision.Refuse(ReconciliationErrors.NotRepaired.With(settlementId))
        : Decision.Accept(key, new DifferenceResolved(ResolutionOf(state), at));

    /// <summary>The first guess at the cause.</summary>
    public static CauseCode CauseOf(Judgement judgement, IReadOnlyList<PartyView> parties) => judgement.Kind switch
    {
        DifferenceKind.ExtraRecord => CauseCode.DuplicateRecord,
        DifferenceKind.AmountDiff or DifferenceKind.ContentDiff or DifferenceKind.SumsDiffer => CauseCode.RecordAltered,
        _ when judgement.Steps.Count > 0 && judgement.Steps.All(s => s.Kind == RepairKind.Rebook) => CauseCode.MessageLost,
        _ when parties.Any(p => p.State == PartyState.Reversed) => CauseCode.OneSidedReversal,
        _ when parties.Any(p => p.Role == PartyRole.Home && p.State == PartyState.Nothing) && parties.Any(p => p.Proven is not null) => CauseCode.RestoredFromBackup,
        _ => CauseCode.TimeOut,
    };

    /// <summary>The day by which the month of the settlement is closed.</summary>
    public static DateOnly DueOn(DateOnly day, int closeDay) => HomeMonth.DueOn(day, closeDay);

    private static ResolutionType ResolutionOf(Difference state)
    {
        // Ordered and not refused: that a report got lost does not make the repair one that happened by itself.
        var done = state.Ordered.Where(o => !state.Reported.Any(r => r.Refusal is not null && r.Kind == o.Step.Kind && r.Node == o.Step.Node)).Select(o => o.Step.Kind).ToHashSet();
        if (done.Count == 0) return ResolutionType.AgreedByItself;
        if (done.Contains(RepairKind.VoidEntry) || done.Contains(RepairKind.Reverse)) return ResolutionType.ReverseExtra;
        return done.Contains(RepairKind.AdoptSignedFigures) || state.Kind is DifferenceKind.AmountDiff or DifferenceKind.ContentDiff ? ResolutionType.Correct : ResolutionType.AddMissing;
    }

    private static bool Fits(WorkReason work, ResolutionType resolution) => (work, resolution) is
        (WorkReason.RebuildAtTreatment, ResolutionType.AddMissing) or (WorkReason.ExtraRecord, ResolutionType.ReverseExtra);

    private static Decision? Unless(Difference state, string settlementId) =>
        state.Found is null ? Decision.Refuse(ReconciliationErrors.DifferenceUnknown.With(settlementId))
        : !state.IsOpen ? Decision.Refuse(ReconciliationErrors.DifferenceResolved.With(settlementId))
        : null;

    private static Decision? NotAllowed(Difference state, AdminDivision by) =>
        by == state.Handler || by == state.Found!.Province ? null : Decision.Refuse(ReconciliationErrors.NotOwner.With(state.Handler, by));

    private static bool Same(IReadOnlyList<ShownVersion> one, IReadOnlyList<ShownVersion> other) => one.Count == other.Count && one.Zip(other).All(pair =>
        pair.First.Node == pair.Second.Node && pair.First.Role == pair.Second.Role && pair.First.State == pair.Second.State && pair.First.Proven == pair.Second.Proven
        && pair.First.BookAltered == pair.Second.BookAltered && Same(pair.First.Content, pair.Second.Content) && Same(pair.First.Booked, pair.Second.Booked));

    private static bool Same(SettlementContent? one, SettlementContent? other) => one is null ? other is null : other is not null && one.SameAs(other);
}
