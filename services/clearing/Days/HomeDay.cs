using System.Globalization;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Days;

/// <summary>All settlements of one home place on one day were found equal at every party.</summary>
public sealed record HomeDayReconciled(long Count, Money Total, DateTimeOffset At) : IFact;

/// <summary>Some are not; each has its own difference.</summary>
public sealed record HomeDayMismatched(long Count, Money Total, IReadOnlyList<string> Open, DateTimeOffset At) : IFact;

/// <summary>The last difference of the day was dealt with.</summary>
public sealed record HomeDayResolved(long Count, Money Total, DateTimeOffset At) : IFact;

/// <summary>How far a home place has come with one day (REC-002).</summary>
public enum HomeDayStatus
{
    Open,
    Reconciled,
    Mismatch,
    Resolved,
}

/// <summary>参保地每日对账 (REC-002, 004 Art.54): <c>home-day/{home}/{date}</c>, Open → {Reconciled | Mismatch → Resolved}.</summary>
public sealed record HomeDay(HomeDayStatus Status, long Count, Money Total, IReadOnlyList<string> Open) : IState<HomeDay>
{
    public static HomeDay Empty { get; } = new(HomeDayStatus.Open, 0, Money.Zero, []);

    public static StreamKey<HomeDay> Key(AdminDivision home, DateOnly day) =>
        new(string.Create(CultureInfo.InvariantCulture, $"home-day/{home}/{day:yyyy-MM-dd}"));

    public bool Done => Status is HomeDayStatus.Reconciled or HomeDayStatus.Resolved;

    public HomeDay Evolve(IFact fact) => fact switch
    {
        HomeDayReconciled day => new HomeDay(HomeDayStatus.Reconciled, day.Count, day.Total, []),
        HomeDayMismatched day => new HomeDay(HomeDayStatus.Mismatch, day.Count, day.Total, day.Open),
        HomeDayResolved day => new HomeDay(HomeDayStatus.Resolved, day.Count, day.Total, []),
        _ => throw new InvalidOperationException($"A home day does not know {fact.GetType().Name}."),
    };

    /// <summary>The day job, and again whenever a difference of the day was dealt with.</summary>
    /// <param name="compared">Every edge that the place's settlements crossed has been compared.</param>
    /// <param name="open">Unresolved differences and pending settlements of the place on this day.</param>
    public static Decision Judge(StreamKey<HomeDay> key, HomeDay day, bool compared, long count, Money total, IReadOnlyList<string> open, DateTimeOffset at)
    {
        if (!compared) return Decision.Done;
        if (open.Count > 0)
        {
            return day.Status == HomeDayStatus.Mismatch && day.Count == count && day.Total == total && day.Open.Order(StringComparer.Ordinal).SequenceEqual(open.Order(StringComparer.Ordinal))
                ? Decision.Done
                : Decision.Accept(key, new HomeDayMismatched(count, total, open, at));
        }

        return day.Status switch
        {
            HomeDayStatus.Open => Decision.Accept(key, new HomeDayReconciled(count, total, at)),
            HomeDayStatus.Mismatch => Decision.Accept(key, new HomeDayResolved(count, total, at)),
            HomeDayStatus.Reconciled or HomeDayStatus.Resolved => Decision.Done,
        };
    }
}
