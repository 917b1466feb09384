using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Differences;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.World;

public sealed class ReconciliationTests
{
    private static readonly DateOnly Next = Day.AddDays(1);

    [Fact]
    public async Task A_day_without_damage_closes_everywhere_and_invents_nothing()
    {
        var country = new Country();
        await Business(country, 60);
        await country.CloseDay(Day);
        (await country.Differences()).ShouldBeEmpty();
        await country.DaysShouldBeClosed(Day);
        await country.BooksShouldBeEqual(Day);
        (await country[Hubei].Book.DeclarableOf("H42010000001", Day, Day)).Held.ShouldBeEmpty();
    }

    [Fact]
    [Covers("REC-001")]
    public async Task Nation_and_treatment_1000_records_home_999_gives_one_item_missing_at_home()
    {
        var country = new Country();
        // 1,000 records, 3,210,000.00 in all, one of them 12,080.00.
        await country.Settle(Settlement("X", total: 12080m, fund: 8000m));
        await country.Settle(Settlement("Y", total: 3210000m - 12080m - 998 * 3200m, fund: 0m));
        for (var n = 0; n < 998; n++) await country.Settle(Settlement(Id(n), total: 3200m, fund: 2000m));
        country[Guizhou].Settlements.Lose("X");
        country[Guizhou].Book.Lose("X").ShouldBeTrue();

        var sums = (await country[Nation].Book.Digest(Edge.Down(Hubei), Day)).Sums;
        (sums.Count, sums.Total).ShouldBe((1000, Money.Yuan(3210000m)));
        var home = (await country[Guizhou].Book.Digest(Edge.Up(Nation), Day)).Sums;
        (home.Count, home.Total).ShouldBe((999, Money.Yuan(3197920m)));

        await country.CloseDay(Day);
        var run = country[Nation].Door.Facts(EdgeDay.Key(Nation, Guizhou, Day).Id).Select(f => f.Fact).OfType<EdgeDayCompared>().First();
        run.Differing.ShouldBe(["X"]);
        (run.HouseSums.Count, run.SideSums.Count, run.SideSums.Total).ShouldBe((1000, 999, Money.Yuan(3197920m)));
        var difference = (await country.Differences()).ShouldHaveSingleItem().State;
        (difference.Found!.Kind, difference.Found.Total).ShouldBe((DifferenceKind.MissingAtHome, Money.Yuan(12080m)));
        difference.Found.Versions.Select(v => (v.Node, v.Role, v.Booked is not null)).ShouldBe([(Nation, PartyRole.Relay, true), (Hubei, PartyRole.Treatment, true), (Guizhou, PartyRole.Home, false)]);
    }

    [Fact]
    [Covers("REC-004")]
    public async Task Missing_at_home_is_replayed_with_its_original_time_and_amounts_and_the_day_becomes_resolved()
    {
        var country = new Country();
        await Business(country, 40);
        var lost = Settlement("LOST", total: 20000m, fund: 12080m, instant: At(Day, 9, 17, 3));
        await country.Settle(lost);
        country[Guizhou].Settlements.Lose("LOST");
        country[Guizhou].Book.Lose("LOST");

        await country.CloseDay(Day);
        var row = (await country[Guizhou].Book.Find(["LOST"])).ShouldHaveSingleItem();
        row.Entry.Content.SameAs(lost).ShouldBeTrue();
        row.Entry.Content.Instant.ShouldBe(At(Day, 9, 17, 3));
        var difference = (await country.Differences()).ShouldHaveSingleItem().State;
        (difference.Kind, difference.Resolution, difference.IsOpen).ShouldBe((DifferenceKind.MissingAtHome, ResolutionType.AddMissing, false));
        country[Nation].Door.Facts(EdgeDay.Key(Nation, Guizhou, Day).Id).Select(f => f.Fact).OfType<EdgeDayCompared>().Count().ShouldBe(2);
        (await country[Nation].Door.Read(EdgeDay.Key(Nation, Guizhou, Day))).HadDifferences.ShouldBeTrue();
        await country.DaysShouldBeClosed(Day);
        await country.BooksShouldBeEqual(Day);
    }

    [Fact]
    [Covers("REC-005")]
    public async Task A_mismatch_at_home_630200_belongs_to_the_provincial_centre_of_Qinghai()
    {
        var country = new Country();
        await country.Settle(Settlement("X", home: Haidong));
        country[Qinghai].Settlements.Lose("X");
        country[Qinghai].Book.Lose("X");
        await country.CloseDay(Day);
        (await country.Differences()).ShouldHaveSingleItem().State.Found!.Owner.ShouldBe(Qinghai);
    }

    [Fact]
    public async Task A_mismatch_of_a_Hubei_home_belongs_to_the_city()
    {
        var country = new Country();
        await country.Settle(Settlement("X", treatment: Guiyang, home: Yichang));
        country[Hubei].Settlements.Lose("X");
        country[Hubei].Book.Lose("X");
        await country.CloseDay(Day);
        var difference = (await country.Differences()).ShouldHaveSingleItem().State;
        (difference.Found!.Owner, difference.Found.Province, difference.Found.DueOn).ShouldBe((Yichang, Hubei, new DateOnly(2023, 4, 3)));
    }

    [Fact]
    [Covers("REC-011")]
    public async Task A_settlement_of_23_59_59_booked_at_home_after_midnight_matches_on_its_business_date()
    {
        var country = new Country();
        var late = Settlement("LATE", instant: At(Day, 23, 59, 59));
        country.Clock.SetUtcNow(At(Day, 23, 59, 59));
        await country[Hubei].Hold(late, null);
        country.Clock.SetUtcNow(At(Next, 0, 0, 1));
        await country[Nation].Hold(late, null);
        await country[Guizhou].Hold(late, null);
        await country.CloseDay(Day);
        (await country.Differences()).ShouldBeEmpty();
        foreach (var node in new[] { Hubei, Nation, Guizhou }) (await country[node].Book.Find(["LATE"])).Single().Batch.ShouldBe(Day);
        await country.DaysShouldBeClosed(Day);
    }

    [Fact]
    [Covers("REC-011")]
    public async Task What_one_party_alone_holds_is_pending_while_it_is_younger_than_the_message_time_out()
    {
        var country = new Country();
        var young = Settlement("YOUNG", instant: At(Next, 0, 15));
        country.Clock.SetUtcNow(At(Next, 0, 30));
        await country[Guizhou].Hold(young, null);
        foreach (var node in Country.Nodes) await country[node].House.CloseDay(Day);
        await country.Deliver();
        var day = await country[Nation].Door.Read(EdgeDay.Key(Nation, Guizhou, Day));
        (day.Status, day.Pending.ShouldHaveSingleItem(), day.Open.Count).ShouldBe((DayStatus.Mismatch, "YOUNG", 0));
        (await country.Differences()).ShouldBeEmpty();

        await country[Nation].Hold(young, null);
        await country[Hubei].Hold(young, null);
        await country.Settle();
        (await country.Differences()).ShouldBeEmpty();
        await country.DaysShouldBeClosed(Day);
        await country.CloseDay(Next);
        await country.BooksShouldBeEqual(Day, Next);
    }

    [Fact]
    [Covers("REC-011")]
    public async Task A_reversed_settlement_and_its_reversal_reconcile_on_their_own_days()
    {
        var country = new Country();
        var original = Settlement("A");
        await country.Settle(original);
        await country.CloseDay(Day);
        await country.Reverse(original, original.Negate("A-R", Next, At(Next, 9), Money.Zero));
        await country.CloseDay(Next);
        (await country.Differences()).ShouldBeEmpty();
        (await country[Nation].Book.Digest(Edge.Down(Guizhou), Day)).Sums.Total.ShouldBe(Money.Yuan(20000));
        (await country[Nation].Book.Digest(Edge.Down(Guizhou), Next)).Sums.Total.ShouldBe(Money.Yuan(-20000));
        await country.DaysShouldBeClosed(Next);
    }

    [Fact]
    public async Task What_is_booked_at_the_house_after_the_cut_counts_for_the_next_day_at_both_ends()
    {
        var country = new Country();
        await Business(country, 10);
        await country.CloseDay(Day);
        await country.Settle(Settlement("STRAGGLER"));
        await country.CloseDay(Next);
        (await country.Differences()).ShouldBeEmpty();
        (await country[Hubei].Book.Find(["STRAGGLER"])).Single().UpBatch.ShouldBe(Next);
        await country.BooksShouldBeEqual(Day, Next);
        await country.DaysShouldBeClosed(Next);
    }

    [Fact]
    public async Task A_province_that_is_silent_over_midnight_holds_only_its_own_settlements()
    {
        var country = new Country();
        await country.Settle(Settlement("A"));
        await country.Settle(Settlement("B", home: Haidong));
        country.Down.Add(Guizhou);
        await country.CloseDay(Day);
        var declarable = await country[Hubei].Book.DeclarableOf("H42010000001", Day, Day);
        (declarable.Reconciled.Single().SettlementId, declarable.Held.Single().SettlementId).ShouldBe(("B", "A"));
        country.Down.Clear();
        await country.Settle();
        (await country[Hubei].Book.DeclarableOf("H42010000001", Day, Day)).Held.ShouldBeEmpty();
        await country.DaysShouldBeClosed(Day);
    }

    [Fact]
    public async Task A_sum_that_differs_although_every_settlement_agrees_is_a_difference_and_holds_the_edge()
    {
        var country = new Country();
        await country.Settle(Settlement("A"));
        await country.Settle(Settlement("B", home: Haidong));
        country.Says = message => message is DayAnswer { Run.Side: var side } answer && side == Guizhou ? answer with { Sums = answer.Sums with { Cash = answer.Sums.Cash + new Money(1) } } : message;
        await country.CloseDay(Day);

        var (house, id, difference) = (await country.Differences()).ShouldHaveSingleItem();
        (house, id, difference.Kind, difference.Work, difference.IsOpen, difference.Handler).ShouldBe((Nation, "sums:100000:520000:2023-03-10", DifferenceKind.SumsDiffer, WorkReason.SumsDiffer, true, Nation));
        difference.Versions.Select(v => (v.Node, v.BookAltered!.Cash)).ShouldBe([(Nation, Money.Yuan(7920m)), (Guizhou, Money.Yuan(7920.01m))]);
        (await country[Nation].Door.Read(EdgeDay.Key(Nation, Guizhou, Day))).Status.ShouldBe(DayStatus.Mismatch);
        var declarable = await country[Hubei].Book.DeclarableOf("H42010000001", Day, Day);
        declarable.Reconciled.Select(c => c.SettlementId).ShouldBe(["B"]);
        declarable.Held.Select(c => c.SettlementId).ShouldBe(["A"], "nobody can say which settlement is wrong: all of the pair wait");

        // It adds up again: resolved by the next run.
        country.Says = message => message;
        await country[Nation].House.Compare(Day);
        await country.Settle();
        (await country.Differences()).ShouldHaveSingleItem().State.Resolution.ShouldBe(ResolutionType.AgreedByItself);
        (await country[Hubei].Book.DeclarableOf("H42010000001", Day, Day)).Held.ShouldBeEmpty();
        await country.DaysShouldBeClosed(Day);
    }

    [Fact]
    public async Task A_node_restarted_in_the_middle_of_an_exchange_comes_to_the_same_end()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var country = new Country(seed);
            await Business(country, 100);
            country[Guizhou].Book.Lose(Id(0));
            country[Guizhou].Settlements.Lose(Id(0));
            country.Clock.SetUtcNow(At(Next, 0, 30));
            foreach (var node in Country.Nodes) await country[node].House.CloseDay(Day);
            try { await country.Deliver(seed * 3); }
            catch (InvalidOperationException) { /* stopped in the middle on purpose */ }

            country[Guizhou].Start();
            country[Qinghai].Start();
            country[Nation].Start();
            await country[Qinghai].House.Resume();
            await country[Nation].House.Resume();
            await country.Settle();
            await country.DaysShouldBeClosed(Day);
            (await country.Differences()).ShouldAllBe(d => !d.State.IsOpen);
        }
    }

    internal static async Task Business(Country country, int count)
    {
        Kernel.Places.AdminDivision[] areas = [Wuhan, Yichang, Guiyang, Haidong, Xining];
        for (var n = 0; n < count; n++)
        {
            var (treatment, home) = n == 0 ? (Wuhan, Guiyang) : (areas[n % 5], areas[(n / 5 + n % 3 + 1) % 5]);
            if (Country.HostOf(treatment) == Country.HostOf(home)) home = Country.HostOf(treatment) == Hubei ? Guiyang : Wuhan;
            await country.Settle(Settlement(Id(n), treatment, home, total: 1000m + n, fund: 600m + n));
        }
    }
}
