using Yibao.Clearing.Book;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Book;

/// <summary>What every book must keep, in memory and in the database alike.</summary>
public abstract class BookRules
{
    private static readonly DateTimeOffset Now = At(Day.AddDays(1), 0, 30);

    protected abstract Task<IBook> NewBook();

    [Fact]
    public async Task The_same_message_twice_is_booked_once()
    {
        var book = await NewBook();
        (await book.Record([Entry(Settlement("A"))], Now)).ShouldBe(new Booked(1, 0, []), new Same());
        (await book.Record([Entry(Settlement("A")), Entry(Settlement("A"))], Now)).ShouldBe(new Booked(0, 0, []), new Same());
        (await book.Digest(Edge.Down(Hubei), Day)).Sums.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_settlement_twice_in_one_batch_is_booked_once()
    {
        var book = await NewBook();
        (await book.Record([Entry(Settlement("A")), Entry(Settlement("A")), Entry(Settlement("B"))], Now)).Taken.ShouldBe(2);
    }

    [Fact]
    public async Task A_negative_may_come_before_its_original_and_each_counts_on_its_own_day()
    {
        var book = await NewBook();
        var original = Settlement("A");
        var negative = original.Negate("A-R", Day.AddDays(2), At(Day.AddDays(2), 9), Money.Zero);
        await book.Record([Entry(negative)], Now);
        await book.Record([Entry(original)], Now);
        var first = (await book.Digest(Edge.Down(Hubei), Day)).Sums;
        var third = (await book.Digest(Edge.Down(Hubei), Day.AddDays(2))).Sums;
        (first.Count, first.Total, first.Fund).ShouldBe((1, Money.Yuan(20000), Money.Yuan(12080)));
        (third.Count, third.Total, third.Fund).ShouldBe((1, Money.Yuan(-20000), Money.Yuan(-12080)));
    }

    [Fact]
    public async Task The_same_version_with_other_figures_is_not_taken_and_named()
    {
        var book = await NewBook();
        await book.Record([Entry(Settlement("A"))], Now);
        var other = await book.Record([Entry(Settlement("A", fund: 12092m))], Now);
        other.Conflicts.Single().Content.FundTotal.ShouldBe(Money.Yuan(12092));
        (await book.Find(["A"])).Single().Entry.Content.FundTotal.ShouldBe(Money.Yuan(12080));
    }

    [Fact]
    public async Task A_repair_replaces_by_its_higher_version_and_keeps_the_day()
    {
        var book = await NewBook();
        await book.Record([Entry(Settlement("A", fund: 12092m))], Now);
        await book.Cut(Day, [Hubei, Guizhou], Now);
        (await book.Record([Entry(Settlement("A"), version: 2)], Now)).Corrected.ShouldBe(1);
        (await book.Record([Entry(Settlement("A", fund: 12092m), version: 1)], Now)).Corrected.ShouldBe(0);
        var row = (await book.Find(["A"])).Single();
        (row.Entry.Content.FundTotal, row.Batch).ShouldBe((Money.Yuan(12080), Day));
    }

    [Fact]
    public async Task What_comes_after_the_cut_goes_to_the_earliest_open_day_and_is_named_as_moved()
    {
        var book = await NewBook();
        await book.Record([Entry(Settlement("A"))], Now);
        var cut = await book.Cut(Day, [Hubei, Guizhou], Now);
        await book.Record([Entry(Settlement("B"))], Now);
        (await book.Find(["B"])).Single().Batch.ShouldBe(Day.AddDays(1));
        (await book.Digest(Edge.Down(Hubei), Day)).Sums.Agrees(cut.Edges[Hubei]).ShouldBeTrue();
        (await book.Moved(Hubei, Day)).Single().ShouldBe(new("B", Day, Day.AddDays(1)));
        (await book.Moved(Hubei, Day.AddDays(1))).Single().ShouldBe(new("B", Day, Day.AddDays(1)));
        (await book.Cut(Day, [Hubei, Guizhou], Now.AddHours(9))).CutAt.ShouldBe(cut.CutAt);
    }

    [Fact]
    public async Task A_day_nothing_happened_on_and_that_lies_behind_the_last_cut_takes_nothing_in()
    {
        var book = await NewBook();
        await book.Cut(Day, [Hubei], Now);
        await book.Record([Entry(Settlement("OLD", day: Day.AddDays(-40)))], Now);
        (await book.Find(["OLD"])).Single().Batch.ShouldBe(Day.AddDays(1));
    }

    [Fact]
    public async Task A_later_day_is_not_cut_before_an_earlier_one()
    {
        var book = await NewBook();
        await book.Record([Entry(Settlement("A")), Entry(Settlement("B", day: Day.AddDays(1)))], Now);
        var refused = await Should.ThrowAsync<RefusedException>(() => book.Cut(Day.AddDays(1), [Hubei], Now));
        refused.Error.Code.ShouldBe("RECONCILIATION_EARLIER_DAY_OPEN");
    }

    [Fact]
    public async Task A_child_follows_the_days_its_parent_names()
    {
        var book = await NewBook();
        var up = new Crossing(null, null, true);
        await book.Record([Entry(Settlement("A"), PartyRole.Home, up), Entry(Settlement("B"), PartyRole.Home, up)], Now);
        await book.Move([new("B", Day, Day.AddDays(1)), new("UNKNOWN", Day, Day.AddDays(1))]);
        (await book.Digest(Edge.Up(Nation), Day)).Sums.Count.ShouldBe(1);
        (await book.Digest(Edge.Up(Nation), Day.AddDays(1))).LeavesAt("").Single().SettlementId.ShouldBe("B");
        (await book.Find(["B"])).Single().Batch.ShouldBe(Day);
    }

    [Fact]
    public async Task Two_roles_in_one_node_must_say_the_same()
    {
        var book = await NewBook();
        await book.Record([Entry(Settlement("A", home: Yichang), PartyRole.Treatment, Crossing.Within), Entry(Settlement("A", home: Yichang), PartyRole.Home, Crossing.Within)], Now);
        await book.Record([Entry(Settlement("B", home: Yichang), PartyRole.Treatment, Crossing.Within)], Now);
        await book.Record([Entry(Settlement("C", home: Yichang), PartyRole.Treatment, Crossing.Within), Entry(Settlement("C", home: Yichang, fund: 1m), PartyRole.Home, Crossing.Within)], Now);
        (await book.RolesDisagreeing(Day)).ShouldBe(["B", "C"], ignoreOrder: true);
        (await book.Digest(Edge.Within(Hubei), Day)).Sums.Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_pair_matrix_counts_each_settlement_once()
    {
        var book = await NewBook();
        await book.Record([Entry(Settlement("A")), Entry(Settlement("B")), Entry(Settlement("C", home: Xining)),
            Entry(Settlement("D", home: Yichang), PartyRole.Treatment, Crossing.Within), Entry(Settlement("D", home: Yichang), PartyRole.Home, Crossing.Within)], Now);
        (await book.Pairs(Day)).ShouldBe([
            new PairLine(Wuhan, Yichang, 1, Money.Yuan(20000), Money.Yuan(12080), Money.Yuan(7920)),
            new PairLine(Wuhan, Guiyang, 2, Money.Yuan(40000), Money.Yuan(24160), Money.Yuan(15840)),
            new PairLine(Wuhan, Xining, 1, Money.Yuan(20000), Money.Yuan(12080), Money.Yuan(7920))]);
    }

    [Fact]
    [Covers("REC-009")]
    public async Task Of_100_settlements_the_one_in_a_difference_is_held_until_it_is_resolved()
    {
        var book = await NewBook();
        var up = new Crossing(null, null, true);
        await book.Record([.. Enumerable.Range(1, 100).Select(n => Entry(Settlement(Id(n)), PartyRole.Treatment, up))], Now);
        (await book.DeclarableOf("H42010000001", Day, Day)).Reconciled.ShouldBeEmpty("nothing is declarable before the day was compared");

        await book.Judge(Edge.Up(Nation), Day, new Verdict([new(Id(7), Guiyang)], []), Now);
        var first = await book.DeclarableOf("H42010000001", new(2023, 3, 1), new(2023, 3, 31));
        first.Reconciled.Count.ShouldBe(99);
        first.Held.Single().SettlementId.ShouldBe(Id(7));

        await book.Judge(Edge.Up(Nation), Day, new Verdict([], []), Now.AddHours(1));
        // An older verdict that comes late changes nothing.
        await book.Judge(Edge.Up(Nation), Day, new Verdict([new(Id(8), Guiyang)], []), Now.AddMinutes(1));
        var next = await book.DeclarableOf("H42010000001", new(2023, 3, 1), new(2023, 3, 31));
        (next.Reconciled.Count, next.Held.Count).ShouldBe((100, 0));
    }

    [Fact]
    public async Task Settlements_with_a_home_place_that_has_not_been_compared_wait()
    {
        var book = await NewBook();
        var up = new Crossing(null, null, true);
        await book.Record([Entry(Settlement("A"), PartyRole.Treatment, up), Entry(Settlement("B", home: Xining), PartyRole.Treatment, up)], Now);
        await book.Judge(Edge.Up(Nation), Day, new Verdict([], [Xining]), Now);
        var declarable = await book.DeclarableOf("H42010000001", Day, Day);
        declarable.Reconciled.Single().SettlementId.ShouldBe("A");
        declarable.Held.Single().SettlementId.ShouldBe("B");
    }

    private sealed class Same : IEqualityComparer<Booked>
    {
        public bool Equals(Booked? x, Booked? y) => x?.Taken == y?.Taken && x?.Corrected == y?.Corrected && x?.Conflicts.Count == y?.Conflicts.Count;

        public int GetHashCode(Booked obj) => obj.Taken;
    }
}

public sealed class MemoryBookTests : BookRules
{
    protected override Task<IBook> NewBook() => Task.FromResult<IBook>(new MemoryBook());
}
