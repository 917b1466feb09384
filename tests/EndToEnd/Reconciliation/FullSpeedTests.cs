using System.Collections.Concurrent;
using System.Globalization;
using Yibao.Backing;
using Yibao.Clearing.Book;
using Yibao.Contracts.Settlement.V1;
using static Yibao.Cli.Reconciling.SampleCountry;

namespace Yibao.EndToEnd.Tests.Reconciliation;

/// <summary>The day is cut while settlements run as fast as they can over three nodes: each is in exactly one day, and the sums are equal at the three.</summary>
public sealed class FullSpeedTests(ITestOutputHelper output)
{
    private const int Runs = 3;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_day_is_cut_under_full_load()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("YIBAO_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        await using var test = await TestCountry.Start(await SharedBacking.GetAsync(), redriveEvery: TimeSpan.FromSeconds(1));
        for (var run = 1; run <= Runs; run++) await Midnight(test, run, random);
    }

    private async Task Midnight(TestCountry test, int run, Random random)
    {
        var country = test.Country;
        // Shortly before midnight the callers start; 00:30 comes while they go on, so that what is under way is of the day and booked around its cut.
        var day = country.Today;
        var eve = new DateTimeOffset(day.ToDateTime(new TimeOnly(23, 58, 0)), TimeSpan.FromHours(8)).AddMilliseconds(-random.Next(0, 60_000));
        if (country.Clock.GetUtcNow() < eve) country.Clock.AdvanceTo(eve);
        var settled = new ConcurrentBag<string>();
        using var closing = new CancellationTokenSource();
        var callers = random.Next(4, 9);
        var before = random.Next(10, 30);
        var work = Enumerable.Range(0, callers).Select(caller => Task.Run(() => Caller(caller), Ending)).ToList();
        await Until(() => settled.Count >= before, work);
        country.Clock.AdvanceTo(new DateTimeOffset(day.AddDays(1).ToDateTime(new TimeOnly(0, 30)), TimeSpan.FromHours(8)).AddMilliseconds(random.Next(0, 500)));
        var atCut = settled.Count;
        await Until(() => settled.Count >= atCut + before, work);
        while (await country.Book(Nation).CutOf(day, Ending) is null) await Task.Delay(20, Ending);
        await closing.CancelAsync();
        await Task.WhenAll(work);

        (await country.Booked([.. settled.Distinct(StringComparer.Ordinal)], Ending)).ShouldBeTrue();
        await test.OpenAre(day, []);
        var next = day.AddDays(1);
        country.Morning(next);
        await test.OpenAre(next, []);
        (await country.Comparison.Differences(day, Ending)).Concat(await country.Comparison.Differences(next, Ending)).ShouldBeEmpty("nothing was damaged");
        await test.BooksShouldBeEqual(day, next);

        var rows = (await country.Book(Nation).Find([.. settled.Distinct(StringComparer.Ordinal)], Ending)).ToDictionary(row => row.Entry.Content.SettlementId, row => row.Batch, StringComparer.Ordinal);
        rows.Count.ShouldBe(settled.Count, "each settlement once");
        rows.Values.ShouldAllBe(batch => batch == day || batch == next);
        var cut = (await country.Book(Nation).CutOf(day, Ending))!;
        foreach (var side in new[] { Hubei, Guizhou })
        {
            // What the cut fixed stays what it was, and the two days hold everything once, at both ends.
            cut.Edges[side].Agrees((await country.Book(Nation).Digest(Edge.Down(side), day, Ending)).Sums).ShouldBeTrue();
            (cut.Edges[side].Count + (await country.Book(Nation).Digest(Edge.Down(side), next, Ending)).Sums.Count).ShouldBe(rows.Count);
            var there = (await country.Book(side).Find([.. rows.Keys], Ending)).ToDictionary(row => row.Entry.Content.SettlementId, row => row.UpBatch, StringComparer.Ordinal);
            there.Count(row => rows[row.Key] != row.Value).ShouldBe(0, $"the same day at {side}");
        }

        var late = (await country.Book(Nation).Find([.. rows.Keys], Ending)).Count(row => row.Batch != row.Entry.Content.BusinessDate);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {run}: {callers} callers, {rows.Count} settlements, {cut.Edges[Hubei].Count} in the day, {late} came after its cut"));

        async Task Caller(int caller)
        {
            for (var n = 0; !closing.IsCancellationRequested; n++)
            {
                var (sample, visit) = ((caller + n) % 3 == 0 ? Westward : Eastward, string.Create(CultureInfo.InvariantCulture, $"F{run}C{caller}N{n}"));
                var answer = await TestCountry.UntilDefinite(() => country.Settle(sample, visit, Ending));
                answer.State.ShouldBe(SettlementState.Granted, answer.RefusalMessage);
                settled.Add(answer.NationalId);
            }
        }
    }

    private static async Task Until(Func<bool> reached, IReadOnlyList<Task> work)
    {
        while (!reached())
        {
            if (work.FirstOrDefault(task => task.IsFaulted) is { } failed) await failed;
            Ending.ThrowIfCancellationRequested();
            await Task.Delay(5, Ending);
        }
    }
}
