using Yibao.Clearing.Days;
using Yibao.Clearing.Months;
using Yibao.Contracts.Messages;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.World;

public sealed class HomeAgencyTests
{
    [Fact]
    public async Task A_home_place_is_reconciled_when_every_edge_was_compared_and_in_mismatch_while_its_own_settlement_waits()
    {
        var country = new Country();
        for (var n = 0; n < 42; n++) await country.Settle(Settlement(Id(n), treatment: Guiyang, home: Yichang));
        await country.Settle(Settlement("LOST", treatment: Guiyang, home: Wuhan));
        country[Guizhou].Settlements.Lose("LOST");
        country[Guizhou].Book.Lose("LOST");
        await country[Hubei].Home.Judge(Day);
        (await country[Hubei].Door.Read(HomeDay.Key(Yichang, Day))).Status.ShouldBe(HomeDayStatus.Open);

        await country.CloseDay(Day);
        var (yichang, wuhan) = (await country[Hubei].Door.Read(HomeDay.Key(Yichang, Day)), await country[Hubei].Door.Read(HomeDay.Key(Wuhan, Day)));
        (yichang.Status, yichang.Count).ShouldBe((HomeDayStatus.Reconciled, 42));
        (wuhan.Status, wuhan.Open.ShouldHaveSingleItem()).ShouldBe((HomeDayStatus.Mismatch, "LOST"));

        await country.ConfirmWork();
        await country.Settle();
        (await country[Hubei].Door.Read(HomeDay.Key(Wuhan, Day))).Status.ShouldBe(HomeDayStatus.Resolved);
    }

    [Fact]
    public async Task A_month_closes_by_itself_once_all_its_days_are_done_and_is_told_of_while_one_is_not()
    {
        var country = new Country();
        var first = new DateOnly(2023, 3, 1);
        for (var day = first; day.Month == 3; day = day.AddDays(1)) await country.CloseDay(day);
        await country[Hubei].Home.CheckMonth(new(2023, 4, 1));
        (await country[Hubei].Door.Read(HomeMonth.Key(Yichang, first))).ClosedAt.ShouldNotBeNull();

        await country[Hubei].Home.CheckMonth(new(2023, 5, 3));
        (await country[Hubei].Door.Read(HomeMonth.Key(Yichang, first.AddMonths(1)))).OverdueSince.ShouldBeNull();
        await country[Hubei].Home.CheckMonth(new(2023, 5, 4));
        var april = await country[Hubei].Door.Read(HomeMonth.Key(Yichang, first.AddMonths(1)));
        (april.OverdueSince, april.ClosedAt).ShouldBe((new DateOnly(2023, 5, 4), null));
        april.Told.ShouldBe([Yichang, Hubei]);
    }
}
