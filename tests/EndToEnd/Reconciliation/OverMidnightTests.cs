using System.Diagnostics;
using Yibao.Clearing.Book;
using static Yibao.Cli.Reconciling.SampleCountry;

namespace Yibao.EndToEnd.Tests.Reconciliation;

/// <summary>What is late is waited for, or counts for the next day; it is never a difference.</summary>
public sealed class OverMidnightTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_down_over_midnight_and_a_side_that_is_away_delay_the_day_and_invent_nothing()
    {
        await using var test = await TestCountry.Start(backing: null);
        var (country, rabbit) = (test.Country, test.Country.Platform.Backing.Rabbit);
        var before = await test.Settle(Eastward, ["A1", "A2"]);
        (await country.Booked([.. before], Ending)).ShouldBeTrue();

        // The broker is gone: settling goes on, nothing of it reaches any book, and no node cuts its day without it.
        await rabbit.KillAsync();
        var day = country.Today;
        string[] during = [.. await test.Settle(Eastward, ["A3", "A4", "A5"]), .. await test.Settle(Westward, ["B1", "B2"])];
        country.Morning(day);
        var asked = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(3))
        {
            foreach (var node in TestCountry.Nodes) (await country.Book(node).CutOf(day, Ending)).ShouldBeNull($"{node} cut its day without what its settlement service still holds");
            await Task.Delay(250, Ending);
        }

        await rabbit.StartAsync();
        await test.OpenAre(day, []);
        (await country.Comparison.Differences(day, Ending)).ShouldBeEmpty();
        (await country.Book(Nation).CutOf(day, Ending))!.Edges.Values.Select(sums => sums.Count).ShouldBe([7L, 7L], "everything of the day is in the day");
        (await country.Book(Nation).Find([.. during], Ending)).ShouldAllBe(row => row.Batch == day);
        await test.BooksShouldBeEqual(day);

        // The next day one side's clearing is away from before the last settlements until after the cut.
        var next = country.Today;
        var early = await test.Settle(Eastward, ["C1"]);
        (await country.Booked([.. early], Ending)).ShouldBeTrue();
        await country.Platform[Guizhou, "clearing"].StopAsync(Ending);
        var late = await test.Settle(Eastward, ["C2", "C3"]);
        (await country.Booked([.. late], Ending, Nation, Hubei)).ShouldBeTrue();
        country.Morning(next);
        (await country.Stage.Eventually(async () => await country.Book(Nation).CutOf(next, Ending) is not null && await country.Book(Hubei).CutOf(next, Ending) is not null, Ending)).ShouldBeTrue();
        await country.Platform[Guizhou, "clearing"].StartAsync(Ending);
        await test.OpenAre(next, []);
        (await country.Comparison.Differences(next, Ending)).ShouldBeEmpty();
        await test.BooksShouldBeEqual(day, next);
    }
}
