using Yibao.Contracts.Outages;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.Outages;

namespace Yibao.Settlement.Tests.Outages;

/// <summary>OPS-002: report before, verify during. The rules of announcing, draining and coming back.</summary>
public sealed class OutageDeciderTests
{
    private static readonly AdminDivision Guizhou = new("520000");
    private static readonly AdminDivision[] Neighbours = [AdminDivision.National];
    private static readonly OutageRules Rules = new();
    private static readonly DateTimeOffset Now = new(2023, 3, 10, 1, 0, 0, TimeSpan.Zero);

    private static OutageNotice Notice(double fromHours = 24, double hours = 4) =>
        new(Guizhou, "up-1", 1, Now.AddHours(fromHours), Now.AddHours(fromHours + hours), "升级", OutageStage.Announced);

    private static Decision Announce(Outage state, OutageNotice notice, bool emergency = false, string? open = null) => OutageDecider.Announce(state, notice, open, emergency, Rules, Neighbours, Now);

    private static Outage After(params Decision[] decisions) => decisions.OfType<Decision.Accepted>().SelectMany(accepted => accepted.Appends).SelectMany(append => append.Facts).Aggregate(Outage.Empty, (state, fact) => state.Evolve(fact));

    private static Outage Announced => After(Announce(Outage.Empty, Notice()));

    [Fact]
    public void An_announcement_is_told_to_every_neighbour_and_only_once()
    {
        var facts = Announce(Outage.Empty, Notice()).ShouldBeOfType<Decision.Accepted>().Appends.ShouldHaveSingleItem().Facts;
        facts[0].ShouldBe(new OutageAnnounced(Notice(), Emergency: false, Now));
        facts[1].ShouldBe(new OutageTold(AdminDivision.National, Notice()));
        Announce(Announced, Notice()).ShouldBe(Decision.Done);
        Code(Announce(Announced, Notice(hours: 5))).ShouldBe("OUTAGE_OVERLAPS");
        Code(Announce(Outage.Empty, Notice(), open: "other")).ShouldBe("OUTAGE_OVERLAPS");
    }

    [Theory]
    [InlineData(24, 4, false, null)]
    [InlineData(23.99, 4, false, "OUTAGE_NOTICE_TOO_SHORT")]
    [InlineData(23.99, 4, true, null)]
    [InlineData(24, 72, false, null)]
    [InlineData(24, 72.01, false, "OUTAGE_WINDOW_INVALID")]
    [InlineData(24, 0, false, "OUTAGE_WINDOW_INVALID")]
    [InlineData(24, -1, false, "OUTAGE_WINDOW_INVALID")]
    public void It_comes_early_enough_and_ends(double fromHours, double hours, bool emergency, string? code) => Code(Announce(Outage.Empty, Notice(fromHours, hours), emergency)).ShouldBe(code);

    [Fact]
    public void Nothing_is_drained_before_it_begins_or_while_something_is_under_way()
    {
        var during = Now.AddHours(25);
        Code(OutageDecider.Drain(Announced, "up-1", 0, 0, 100, 90, Now)).ShouldBe("OUTAGE_NOT_BEGUN");
        Code(OutageDecider.Drain(Announced, "up-1", 1, 0, 100, 90, during)).ShouldBe("OUTAGE_NOT_DRAINED");
        Code(OutageDecider.Drain(Announced, "up-1", 0, 1, 100, 90, during)).ShouldBe("OUTAGE_NOT_DRAINED");
        Code(OutageDecider.Drain(Outage.Empty, "up-1", 0, 0, 100, 90, during)).ShouldBe("OUTAGE_UNKNOWN");
        var drained = After(Announce(Outage.Empty, Notice()), OutageDecider.Drain(Announced, "up-1", 0, 0, 100, 90, during));
        drained.Drained.ShouldBe(new OutageDrained(100, 90, during));
        OutageDecider.Drain(drained, "up-1", 5, 5, 200, 180, during).ShouldBe(Decision.Done);
    }

    [Fact]
    public void It_ends_only_when_everything_of_before_is_there()
    {
        var during = Now.AddHours(25);
        var drained = After(Announce(Outage.Empty, Notice()), OutageDecider.Drain(Announced, "up-1", 0, 0, 100, 90, during));
        Code(OutageDecider.End(Announced, "up-1", 90, Neighbours, during)).ShouldBe("OUTAGE_DRAIN_FIRST");
        Code(OutageDecider.End(drained, "up-1", 89, Neighbours, during)).ShouldBe("OUTAGE_DATA_MISSING");
        var late = OutageDecider.End(drained, "up-1", 90, Neighbours, Now.AddHours(29)).ShouldBeOfType<Decision.Accepted>().Appends[0].Facts;
        late[0].ShouldBeOfType<OutageEnded>().Overdue.ShouldBe(TimeSpan.FromHours(1));
        var over = late.Aggregate(drained, (state, fact) => state.Evolve(fact));
        over.Notice!.ShouldBe(Notice() with { Stage = OutageStage.Ended, Version = 2 });
        OutageDecider.End(over, "up-1", 90, Neighbours, during).ShouldBe(Decision.Done);
        Code(OutageDecider.Withdraw(over, "up-1", Neighbours, during)).ShouldBe("OUTAGE_OVER");
        Code(OutageDecider.Extend(over, "up-1", Now.AddHours(40), Rules, Neighbours, during)).ShouldBe("OUTAGE_OVER");
    }

    [Fact]
    public void Of_notices_that_come_in_any_order_the_highest_version_stands()
    {
        var extended = Notice() with { Version = 2, Until = Now.AddHours(30) };
        var first = After(OutageDecider.Hear(Outage.Empty, extended, Now));
        OutageDecider.Hear(first, Notice(), Now).ShouldBe(Decision.Done);
        OutageDecider.Hear(first, extended, Now).ShouldBe(Decision.Done);
        After(OutageDecider.Hear(Outage.Empty, Notice(), Now), OutageDecider.Hear(After(OutageDecider.Hear(Outage.Empty, Notice(), Now)), extended, Now)).Notice.ShouldBe(extended);
        Code(OutageDecider.Withdraw(Outage.Empty, "x", Neighbours, Now)).ShouldBe("OUTAGE_UNKNOWN");
        OutageDecider.Extend(Announced, "up-1", Notice().Until, Rules, Neighbours, Now).ShouldBe(Decision.Done);
        After(OutageDecider.Withdraw(Announced, "up-1", Neighbours, Now)).Notice!.Stage.ShouldBe(OutageStage.Withdrawn);
    }

    private static string? Code(Decision decision) => (decision as Decision.Refused)?.Error.Code;
}
