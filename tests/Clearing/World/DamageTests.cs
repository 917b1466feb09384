using CsCheck;
using Yibao.Clearing.Book;
using Yibao.Clearing.Differences;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.World;

/// <summary>Random books with random damage at random nodes: all of it is found, nothing is invented, what the rules can repair is repaired, all books are equal after.</summary>
public sealed class DamageTests
{
    private enum Harm
    {
        /// <summary>The book was never told.</summary>
        LostMessage,
        /// <summary>The whole node's knowledge of it is gone, as after an old backup.</summary>
        LostEverything,
        /// <summary>Figures changed in the book only.</summary>
        AlteredBook,
        /// <summary>Figures changed in protocol and book.</summary>
        AlteredEverywhere,
        /// <summary>Person, institution or date-bearing fields changed in the book.</summary>
        AlteredContent,
        /// <summary>The outcome never came back to treatment.</summary>
        OutcomeNotBack,
        /// <summary>Home reversed, the others were not told.</summary>
        ReversedAtHomeOnly,
        /// <summary>Home forgot that it reversed.</summary>
        ReversalLostAtHome,
        /// <summary>A second record under another number, in one book only.</summary>
        DuplicateRecord,
        /// <summary>A relay missed the reversal.</summary>
        ReversalLostAtRelay,
    }

    private sealed record Blow(Harm Harm, int Settlement, int At);

    private static readonly Gen<(int Seed, int Count, Blow[] Blows)> Worlds =
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[20, 120],
            Gen.Select(Gen.Enum<Harm>(), Gen.Int[0, 10_000], Gen.Int[0, 10_000], (harm, settlement, at) => new Blow(harm, settlement, at)).Array[0, 8]);

    [Fact]
    public async Task Every_damage_is_found_and_only_that_and_all_books_are_equal_in_the_end() =>
        await Worlds.SampleAsync(async world => await Run(world.Seed, world.Count, world.Blows), iter: 60);

    [Theory]
    [MemberData(nameof(EveryHarmAtEveryPlace))]
    public async Task Each_damage_alone_at_each_place_of_a_four_node_path(int harm, int at) =>
        await Run(7, 30, [new Blow((Harm)harm, 4, at)]);

    public static TheoryData<int, int> EveryHarmAtEveryPlace()
    {
        var data = new TheoryData<int, int>();
        foreach (var harm in Enum.GetValues<Harm>())
            for (var at = 0; at < 4; at++) data.Add((int)harm, at);
        return data;
    }

    private static async Task Run(int seed, int count, Blow[] blows)
    {
        var country = new Country(seed);
        var settlements = new List<SettlementContent>();
        AdminDivision[] areas = [Wuhan, Yichang, Guiyang, Haidong, Xining];
        for (var n = 0; n < count; n++)
        {
            var (treatment, home) = n % 5 == 4 ? (Wuhan, Xining) : (areas[n % 5], areas[(n / 5 + n % 3 + 1) % 5]);
            if (Country.HostOf(treatment) == Country.HostOf(home)) home = Country.HostOf(treatment) == Hubei ? Guiyang : Wuhan;
            var content = Settlement(Id(n), treatment, home, total: 1000m + n, fund: 600m + n);
            settlements.Add(content);
            await country.Settle(content);
        }

        var damaged = new HashSet<string>(StringComparer.Ordinal);
        var struck = new HashSet<string>(StringComparer.Ordinal);
        foreach (var blow in blows)
        {
            var content = settlements[blow.Settlement % count];
            if (struck.Add(content.SettlementId) && await Strike(country, content, blow) is { } id) damaged.Add(id);
        }

        await country.CloseDay(Day);
        await country.Settle();
        await country.ConfirmWork();
        await country.Settle();
        await country.CloseDay(Day.AddDays(1));
        await country.ConfirmWork();
        await country.Settle();

        var differences = await country.Differences();
        differences.Select(d => d.SettlementId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe(damaged.Order(StringComparer.Ordinal), "found = damaged");
        differences.Where(d => d.State.IsOpen).Select(d => $"{d.House} {d.SettlementId} {d.State.Kind} {d.State.Work} {string.Join(';', d.State.Steps)}").ShouldBeEmpty();
        await country.BooksShouldBeEqual(Day, Day.AddDays(1));
        await country.DaysShouldBeClosed(Day);
        await country.DaysShouldBeClosed(Day.AddDays(1));
        // Nothing that home granted was lost on the way.
        foreach (var content in settlements)
            foreach (var node in Country.Path(content.TreatmentArea, content.HomeArea))
                (await country[node].Book.Find([content.SettlementId])).ShouldHaveSingleItem().Entry.Content.SameAs(content).ShouldBeTrue();
    }

    /// <summary>The number under which the damage must be found; null where this place cannot be struck that way.</summary>
    private static async Task<string?> Strike(Country country, SettlementContent content, Blow blow)
    {
        var path = Country.Path(content.TreatmentArea, content.HomeArea);
        var (id, where) = (content.SettlementId, path[blow.At % path.Count]);
        var (node, home, treatment) = (country[where], path[^1], path[0]);
        var negative = content.Negate(id + "-R", Day, At(Day, 15), Money.Zero);
        switch (blow.Harm)
        {
            case Harm.LostMessage:
                node.Book.Lose(id);
                return id;
            case Harm.LostEverything:
                node.Book.Lose(id);
                node.Settlements.Lose(id);
                return id;
            case Harm.AlteredBook:
                node.Book.Damage(id, c => c.WithFund(c.FundTotal + new Money(1)));
                return id;
            case Harm.AlteredEverywhere:
                node.Book.Damage(id, c => c.WithFund(c.FundTotal - new Money(100)));
                node.Settlements.Streams[id] = node.Settlements.Streams[id] with { Content = content.WithFund(content.FundTotal - new Money(100)) };
                return id;
            case Harm.AlteredContent:
                node.Book.Damage(id, c => c with { Institution = "H42010099999" });
                return id;
            case Harm.OutcomeNotBack:
                country[treatment].Book.Lose(id);
                country[treatment].Settlements.Streams[id] = country[treatment].Settlements.Streams[id] with { State = PartyState.Intent, Content = null, Signed = [] };
                return id;
            case Harm.ReversedAtHomeOnly:
                await country[home].Hold(content, negative);
                return negative.SettlementId;
            case Harm.ReversalLostAtHome:
                await country.Reverse(content, negative);
                await country[home].Hold(content, null, book: false);
                country[home].Book.Lose(negative.SettlementId);
                return negative.SettlementId;
            case Harm.ReversalLostAtRelay:
                await country.Reverse(content, negative);
                var relay = path[path.Count / 2];
                if (relay == home || relay == treatment) return null;
                await country[relay].Hold(content, null, book: false);
                country[relay].Book.Lose(negative.SettlementId);
                return negative.SettlementId;
            case Harm.DuplicateRecord:
                var (role, towardsTreatment, towardsHome) = Country.Place(where, content);
                await node.Book.Record([new BookEntry(role, content with { SettlementId = id + "-2" }, 1, content.Instant, BookFeed.CrossingOf(towardsTreatment, towardsHome, Country.ParentOf(where)))], At(Day, 12));
                return id + "-2";
            default: throw new InvalidOperationException();
        }
    }
}
