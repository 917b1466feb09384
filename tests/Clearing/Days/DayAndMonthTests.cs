using Yibao.Clearing.Days;
using Yibao.Clearing.Months;
using Yibao.Contracts.Messages;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Days;

public sealed class DayAndMonthTests
{
    private readonly MemoryDoor _door = new();

    private async Task<Decision> Do<T>(StreamKey<T> key, Func<T, Decision> decide) where T : class, IState<T> =>
        (await _door.Execute(new Command(Actor.System(Nation, "test"), "c", [key], s => decide(s.Of(key))))).Decision;

    private static string? Code(Decision decision) => (decision as Decision.Refused)?.Error.Code;

    [Fact]
    [Covers("REC-002")]
    public async Task Home_420500_with_42_matched_settlements_is_reconciled_and_an_unmatched_one_keeps_the_day_in_mismatch()
    {
        var day = new DateOnly(2023, 3, 10);
        var key = HomeDay.Key(Yichang, day);
        var total = Money.Yuan(42 * 1000);
        (await _door.Read(key)).Status.ShouldBe(HomeDayStatus.Open);
        (await Do(key, s => HomeDay.Judge(key, s, compared: false, 42, total, [], At(day, 23)))).ShouldBe(Decision.Done);
        await Do(key, s => HomeDay.Judge(key, s, compared: true, 42, total, [], At(day.AddDays(1), 0, 30)));
        var state = await _door.Read(key);
        (state.Status, state.Count).ShouldBe((HomeDayStatus.Reconciled, 42));

        var next = HomeDay.Key(Yichang, day.AddDays(1));
        await Do(next, s => HomeDay.Judge(next, s, true, 42, total, ["X"], At(day.AddDays(2), 0, 30)));
        (await _door.Read(next)).Status.ShouldBe(HomeDayStatus.Mismatch);
        (await Do(next, s => HomeDay.Judge(next, s, true, 42, total, ["X"], At(day.AddDays(2), 9)))).ShouldBe(Decision.Done);
        (await _door.Read(next)).Done.ShouldBeFalse();
        await Do(next, s => HomeDay.Judge(next, s, true, 43, total, [], At(day.AddDays(3), 9)));
        (await _door.Read(next)).Status.ShouldBe(HomeDayStatus.Resolved);
    }

    [Fact]
    [Covers("REC-003")]
    public async Task On_2023_04_03_two_differences_of_March_are_open_so_on_the_4th_city_and_province_are_told()
    {
        var march = new DateOnly(2023, 3, 1);
        var key = HomeMonth.Key(Yichang, march);
        HomeMonth.DueOn(march).ShouldBe(new DateOnly(2023, 4, 3));
        Code(await Do(key, s => HomeMonth.Close(key, s, march, 2, 0, At(new(2023, 4, 3), 18)))).ShouldBe("RECONCILIATION_MONTH_OPEN");
        (await Do(key, s => HomeMonth.Check(key, s, march, new(2023, 4, 3), 2, 0, [Yichang, Hubei]))).ShouldBe(Decision.Done);
        (await Do(key, s => HomeMonth.Check(key, s, march, new(2023, 4, 4), 2, 0, [Yichang, Hubei]))).ShouldBeOfType<Decision.Accepted>();
        (await Do(key, s => HomeMonth.Check(key, s, march, new(2023, 4, 4), 2, 0, [Yichang, Hubei]))).ShouldBe(Decision.Done);
        var state = await _door.Read(key);
        (state.OverdueSince, state.ClosedAt).ShouldBe((new DateOnly(2023, 4, 4), null));
        state.Told.ShouldBe([Yichang, Hubei]);
        (await Do(key, s => HomeMonth.Close(key, s, march, 0, 0, At(new(2023, 4, 5), 9)))).ShouldBeOfType<Decision.Accepted>();
        (await Do(key, s => HomeMonth.Check(key, s, march, new(2023, 4, 6), 0, 0, [Yichang, Hubei]))).ShouldBe(Decision.Done);
    }

    [Fact]
    public async Task A_month_with_a_day_that_was_never_reconciled_does_not_close()
    {
        var key = HomeMonth.Key(Yichang, new(2023, 12, 1));
        HomeMonth.DueOn(new(2023, 12, 1)).ShouldBe(new DateOnly(2024, 1, 3));
        Code(await Do(key, s => HomeMonth.Close(key, s, new(2023, 12, 1), 0, 1, At(new(2024, 1, 2), 9)))).ShouldBe("RECONCILIATION_MONTH_OPEN");
    }

    [Fact]
    public async Task A_day_is_cut_only_when_it_is_over_and_closes_only_when_all_below_has()
    {
        var key = EdgeDay.Key(Nation, Qinghai, Day);
        var sums = new DaySums(1, Money.Yuan(1), Money.Zero, Money.Yuan(1), [1]);
        var cut = new EdgeDayCut(Nation, Qinghai, Day, sums, At(Day, 23, 59, 59));
        Code(await Do(key, s => EdgeDay.Cut(key, s, cut))).ShouldBe("RECONCILIATION_DAY_NOT_OVER");
        Code(await Do(key, s => EdgeDay.Compare(key, s, Day, new EdgeDayCompared(1, sums, sums, [], [], [], At(Day, 23))))).ShouldBe("RECONCILIATION_DAY_NOT_CUT");
        var now = At(Day.AddDays(1), 0, 30);
        await Do(key, s => EdgeDay.Cut(key, s, cut with { At = now }));
        (await Do(key, s => EdgeDay.Cut(key, s, cut with { At = now.AddHours(3) }))).ShouldBe(Decision.Done);
        Code(await Do(key, s => EdgeDay.Close(key, s, Day, false, now))).ShouldBe("RECONCILIATION_DAY_HAS_DIFFERENCES");
        await Do(key, s => EdgeDay.Compare(key, s, Day, new EdgeDayCompared(1, sums, sums, ["A"], [], [], now)));
        (await Do(key, s => EdgeDay.Compare(key, s, Day, new EdgeDayCompared(1, sums, sums, [], [], [], now)))).ShouldBe(Decision.Done);
        (await _door.Read(key)).Status.ShouldBe(DayStatus.Mismatch);
        await Do(key, s => EdgeDay.SettleDifference(key, s, "A", now));
        (await _door.Read(key)).Status.ShouldBe(DayStatus.Resolved);
        Code(await Do(key, s => EdgeDay.Close(key, s, Day, false, now))).ShouldBe("RECONCILIATION_BELOW_OPEN");
        await Do(key, s => EdgeDay.Below(key, s, now));
        await Do(key, s => EdgeDay.Close(key, s, Day, false, now));
        (await _door.Read(key)).Status.ShouldBe(DayStatus.Closed);
        // A node restored from an older backup: what is found later opens the day again.
        await Do(key, s => EdgeDay.Compare(key, s, Day, new EdgeDayCompared(2, sums, sums, ["B"], [], [], now)));
        (await _door.Read(key)).Status.ShouldBe(DayStatus.Mismatch);
    }
}
