using System.Globalization;
using Yibao.Clearing.Exchange;
using Yibao.Clearing.Rules;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Differences;

/// <summary>合计不符: a day's count or sums differ on an edge although every settlement agrees. Belongs to the house, is never decided by rule, and holds the edge's day.</summary>
public static class SumsDifference
{
    private const string Mark = "sums:";

    /// <summary>Stands where a settlement's number would: <c>sums:{house}:{side}:{date}</c>.</summary>
    public static string IdOf(DayRun run) => string.Create(CultureInfo.InvariantCulture, $"{Mark}{run.House}:{run.Side}:{run.Day:yyyy-MM-dd}");

    public static bool IsAmong(IReadOnlyList<string> open) => open.Any(id => id.StartsWith(Mark, StringComparison.Ordinal));

    public static DifferenceOpened Of(DayRun run, DaySums house, DaySums side, ISurroundings around, ReconciliationRules rules, DateTimeOffset now) => new(
        IdOf(run), null, run.Day, DifferenceKind.SumsDiffer, CauseCode.RecordAltered, null, null, house.Total - side.Total, house.Fund - side.Fund,
        around.Node, around.Node, Difference.DueOn(run.Day, rules.Of(around, run.Day).MonthCloseDay), [], WorkReason.SumsDiffer, [Shown(run.House, house), Shown(run.Side, side)], now);

    private static ShownVersion Shown(AdminDivision node, DaySums sums) =>
        new(node, PartyRole.Relay, PartyState.Unknown, null, null, false) { BookAltered = new PartySums(sums.Total, sums.Fund, sums.Cash) };
}
