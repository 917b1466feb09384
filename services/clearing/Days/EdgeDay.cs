using System.Globalization;
using Yibao.Contracts.Messages;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Days;

/// <summary>How far one day on one edge has come.</summary>
public enum DayStatus
{
    Open,
    /// <summary>日切: the content is fixed.</summary>
    Cut,
    /// <summary>相符.</summary>
    Reconciled,
    /// <summary>不符: differences or pending settlements are open.</summary>
    Mismatch,
    /// <summary>All differences have been dealt with.</summary>
    Resolved,
    /// <summary>This edge and all below it agree.</summary>
    Closed,
}

/// <summary>The house fixed the day's content on this edge.</summary>
public sealed record EdgeDayCut(AdminDivision House, AdminDivision Side, DateOnly Day, DaySums Sums, DateTimeOffset At) : IFact;

/// <summary>A run ended: what the side holds and which settlements differ.</summary>
/// <param name="EventsRoot">The side's sealed root of the day's events, kept as a witness; empty until sealed.</param>
public sealed record EdgeDayCompared(int Run, DaySums HouseSums, DaySums SideSums, IReadOnlyList<string> Differing, IReadOnlyList<string> Pending, byte[] EventsRoot, DateTimeOffset At) : IFact;

/// <summary>One difference of the day is dealt with.</summary>
public sealed record EdgeDayDifferenceSettled(string SettlementId, DateTimeOffset At) : IFact;

/// <summary>The edges below the side have closed this day.</summary>
public sealed record EdgeDayBelowClosed(DateTimeOffset At) : IFact;

/// <summary>All agree. What is found later opens the day again.</summary>
public sealed record EdgeDayClosed(DateTimeOffset At) : IFact;

/// <summary>The day of one edge at its house: <c>day/{house}/{side}/{date}</c>.</summary>
public sealed record EdgeDay(
    DayStatus Status,
    DaySums? CutSums,
    DateTimeOffset? CutAt,
    int Run,
    DaySums? HouseSums,
    DaySums? SideSums,
    IReadOnlyList<string> Open,
    IReadOnlyList<string> Pending,
    bool BelowClosed,
    bool HadDifferences) : IState<EdgeDay>
{
    public static EdgeDay Empty { get; } = new(DayStatus.Open, null, null, 0, null, null, [], [], false, false);

    public static StreamKey<EdgeDay> Key(AdminDivision house, AdminDivision side, DateOnly day) =>
        new(string.Create(CultureInfo.InvariantCulture, $"day/{house}/{side}/{day:yyyy-MM-dd}"));

    public EdgeDay Evolve(IFact fact) => fact switch
    {
        EdgeDayCut cut => this with { Status = DayStatus.Cut, CutSums = cut.Sums, CutAt = cut.At },
        EdgeDayCompared run => Settle(this with
        {
            Run = run.Run, HouseSums = run.HouseSums, SideSums = run.SideSums, Open = run.Differing, Pending = run.Pending,
            HadDifferences = HadDifferences || run.Differing.Count > 0,
        }),
        EdgeDayDifferenceSettled settled => Settle(this with { Open = [.. Open.Where(id => id != settled.SettlementId)] }),
        EdgeDayBelowClosed => this with { BelowClosed = true },
        EdgeDayClosed => this with { Status = DayStatus.Closed },
        _ => throw new InvalidOperationException($"A day does not know {fact.GetType().Name}."),
    };

    /// <summary>Whether the comparison on this edge leaves nothing open.</summary>
    public bool Agrees => Status is DayStatus.Reconciled or DayStatus.Resolved or DayStatus.Closed;

    public static Decision Cut(StreamKey<EdgeDay> key, EdgeDay day, EdgeDayCut cut) =>
        day.Status != DayStatus.Open ? Decision.Done
        : cut.At < new DateTimeOffset(cut.Day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(8)) ? Decision.Refuse(ReconciliationErrors.DayNotOver.With(Text(cut.Day)))
        : Decision.Accept(key, cut);

    public static Decision Compare(StreamKey<EdgeDay> key, EdgeDay day, DateOnly date, EdgeDayCompared run) =>
        day.Status == DayStatus.Open ? Decision.Refuse(ReconciliationErrors.DayNotCut.With(Text(date)))
        : run.Run <= day.Run ? Decision.Done
        : day.Status == DayStatus.Closed && run.Differing.Count == 0 && run.Pending.Count == 0 ? Decision.Done
        : Decision.Accept(key, run);

    public static Decision SettleDifference(StreamKey<EdgeDay> key, EdgeDay day, string settlementId, DateTimeOffset at) =>
        day.Open.Contains(settlementId, StringComparer.Ordinal) ? Decision.Accept(key, new EdgeDayDifferenceSettled(settlementId, at)) : Decision.Done;

    public static Decision Below(StreamKey<EdgeDay> key, EdgeDay day, DateTimeOffset at) =>
        day.BelowClosed ? Decision.Done : Decision.Accept(key, new EdgeDayBelowClosed(at));

    /// <param name="sideIsLeaf">The side has no edges below it, so there is nothing to wait for.</param>
    public static Decision Close(StreamKey<EdgeDay> key, EdgeDay day, DateOnly date, bool sideIsLeaf, DateTimeOffset at) => day.Status switch
    {
        DayStatus.Closed => Decision.Done,
        DayStatus.Open => Decision.Refuse(ReconciliationErrors.DayNotCut.With(Text(date))),
        DayStatus.Cut or DayStatus.Mismatch => Decision.Refuse(ReconciliationErrors.DayHasDifferences.With(Text(date), day.Open.Count + day.Pending.Count)),
        DayStatus.Reconciled or DayStatus.Resolved => day.BelowClosed || sideIsLeaf
            ? Decision.Accept(key, new EdgeDayClosed(at))
            : Decision.Refuse(ReconciliationErrors.BelowOpen.With(Text(date))),
    };

    private static EdgeDay Settle(EdgeDay day) => day with
    {
        Status = day.Open.Count > 0 || day.Pending.Count > 0 ? DayStatus.Mismatch : day.HadDifferences ? DayStatus.Resolved : DayStatus.Reconciled,
    };

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
