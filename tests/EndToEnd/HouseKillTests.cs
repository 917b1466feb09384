using System.Collections.Concurrent;
using System.Globalization;
using Yibao.HouseSample;
using Yibao.Kernel;

namespace Yibao.EndToEnd.Tests;

/// <summary>kill -9 of every process, of PostgreSQL and of RabbitMQ while deposits are under way: nothing is lost and nothing doubled.</summary>
public sealed class HouseKillTests(ITestOutputHelper output)
{
    private const int Tellers = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task Nothing_is_lost_or_doubled_whatever_is_killed()
    {
        // The order and the moments of the blows; a failure is tried again with its seed (the machine's own timing stays its own).
        var seed = int.TryParse(Environment.GetEnvironmentVariable("YIBAO_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        using var limit = new CancellationTokenSource(Patience);

        await using var house = await House.Open(own: true);
        await using var processes = await HouseProcesses.Start(house);
        using var client = new HttpClient { BaseAddress = processes.Counter };
        using var closing = new CancellationTokenSource();
        var done = new ConcurrentDictionary<string, Money>(StringComparer.Ordinal);
        var repeats = 0;
        var tellers = Enumerable.Range(0, Tellers).Select(teller => Task.Run(() => Deposits(teller), CancellationToken.None)).ToList();

        // Before the first blow the queues must exist and be remembered by the broker.
        await After(20);
        await house.UntilBooked(20, Patience);

        foreach (var (what, kill, start) in Blows(house, processes).OrderBy(_ => random.Next()))
        {
            await After(random.Next(3, 40));
            await kill();
            // The tellers go on all the while; so does everything else that still lives.
            await Task.Delay(random.Next(0, 300), CancellationToken.None);
            var before = done.Count;
            await start();
            await After(5);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} killed after {before}, going on at {done.Count}"));
        }

        await closing.CancelAsync();
        await Task.WhenAll(tellers);
        await house.UntilBooked(done.Count, Patience);

        var expected = done.Keys.Order(StringComparer.Ordinal).ToList();
        (await house.Decided()).Order(StringComparer.Ordinal).ShouldBe(expected);
        (await house.Passed()).Order(StringComparer.Ordinal).ShouldBe(expected);
        (await house.Booked()).Order(StringComparer.Ordinal).ShouldBe(expected);
        (await house.SumOfBook()).ShouldBe(done.Values.Aggregate(Money.Zero, static (sum, amount) => sum + amount));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{expected.Count} deposits, {repeats} repeats"));
        // A blow that nobody felt would prove nothing.
        repeats.ShouldBeGreaterThan(0);

        async Task Deposits(int teller)
        {
            for (var i = 0; !closing.IsCancellationRequested; i++)
            {
                var deposit = new Deposit($"t{teller}-{i}", $"till-{teller}", new Money(100 + i));
                Interlocked.Add(ref repeats, await house.Deposit(client, deposit, limit.Token));
                done[deposit.Id] = deposit.Amount;
            }
        }

        // A number of further deposits, not of seconds: on a slow machine the same happens, later.
        async Task After(int more)
        {
            var target = done.Count + more;
            while (done.Count < target)
            {
                if (tellers.FirstOrDefault(teller => teller.IsFaulted) is { } failed) await failed;
                limit.Token.ThrowIfCancellationRequested();
                await Task.Delay(5, CancellationToken.None);
            }
        }
    }

    private static IEnumerable<(string What, Func<Task> Kill, Func<Task> Start)> Blows(House house, HouseProcesses processes)
    {
        foreach (var (_, service) in HouseModule.All)
        {
            yield return (service, () => processes.Kill(service), async () =>
            {
                processes.Launch(service);
                await processes.UntilReady(service);
            });
        }

        yield return ("PostgreSQL", () => house.Backing.Postgres.KillAsync(), () => house.Backing.Postgres.StartAsync());
        yield return ("RabbitMQ", () => house.Backing.Rabbit.KillAsync(), () => house.Backing.Rabbit.StartAsync());
    }
}
