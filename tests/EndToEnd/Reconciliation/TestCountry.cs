using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Grpc.Core;
using Npgsql;
using Yibao.Backing;
using Yibao.Clearing.Book;
using Yibao.Cli.Reconciling;
using Yibao.Cli.Shell;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using static Yibao.Cli.Reconciling.SampleCountry;

namespace Yibao.EndToEnd.Tests.Reconciliation;

/// <summary>The sample country with what the tests do to it: damage behind its back, a backup taken and played back, an operator's confirmation.</summary>
internal sealed class TestCountry : IAsyncDisposable
{
    private readonly string _prefix;
    private readonly bool _owned;

    private TestCountry(SampleCountry country, string prefix, bool owned) => (Country, _prefix, _owned) = (country, prefix, owned);

    public SampleCountry Country { get; }

    public static IReadOnlyList<AdminDivision> Nodes { get; } = [Nation, Hubei, Guizhou];

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    /// <param name="backing">Null: servers of its own, to be killed.</param>
    public static async Task<TestCountry> Start(BackingServices? backing, TimeSpan? redriveEvery = null)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"rc{Environment.ProcessId}_{Random.Shared.Next(0xFFFFFF):x6}_");
        var results = Path.Combine(Path.GetTempPath(), prefix);
        return new TestCountry(await StartAsync(new Output(json: true), backing, prefix, results, Ending, redriveEvery: redriveEvery, start: TestDay.Morning), prefix, backing is null);
    }

    /// <summary>Many settlements, a few at a time; answers the national ids in the order of the visits.</summary>
    public async Task<IReadOnlyList<string>> Settle(string sample, IEnumerable<string> visits)
    {
        var names = visits.ToList();
        var ids = new string[names.Count];
        await Parallel.ForAsync(0, names.Count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Ending }, async (n, stop) =>
        {
            var settled = await UntilDefinite(() => Country.Settle(sample, names[n], stop));
            settled.State.ShouldBe(Contracts.Settlement.V1.SettlementState.Granted, settled.RefusalMessage);
            ids[n] = settled.NationalId;
        });
        return ids;
    }

    /// <summary>Told to repeat with the same id, it is repeated: as an institution would.</summary>
    public static async Task<T> UntilDefinite<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (RpcException told) when (ErrorStatus.FromRpc(told) is { Definition.Transient: true })
            {
                await Task.Delay(100, Ending);
            }
        }
    }

    /// <summary>Behind the service's back; so many rows must be hit.</summary>
    public async Task Damage(AdminDivision node, string sql, string settlementId, int rows = 1) =>
        (await Country.Rows(node, "clearing").Execute(sql, settlementId)).ShouldBe(rows, $"{sql} at {node}");

    public async Task Restart(AdminDivision node, string service)
    {
        await Country.Platform[node, service].StopAsync(Ending);
        await Country.Platform[node, service].StartAsync(Ending);
    }

    /// <summary>A cold copy of everything a node stores.</summary>
    public async Task Backup(AdminDivision node)
    {
        await Stopped(node, async postgres =>
        {
            await postgres.DropDatabaseAsync(DatabaseOf(node) + "_backup", Ending);
            await postgres.CreateDatabaseAsync(DatabaseOf(node) + "_backup", DatabaseOf(node), Ending);
        });
    }

    /// <summary>The node comes back as it was when the copy was taken.</summary>
    public Task Restore(AdminDivision node) => Stopped(node, async postgres =>
    {
        await postgres.DropDatabaseAsync(DatabaseOf(node), Ending);
        await postgres.CreateDatabaseAsync(DatabaseOf(node), DatabaseOf(node) + "_backup", Ending);
    });

    /// <summary>Looks until the open differences are these, and no others are.</summary>
    public async Task<ComparedDay> OpenAre(DateOnly day, IEnumerable<string> expected, double seconds = 300)
    {
        var wanted = expected.Order(StringComparer.Ordinal).ToList();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var compared = await Country.Comparison.Watch(day, TimeSpan.Zero, Ending);
            var open = compared.Differences.Where(d => d["open"]!.GetValue<bool>()).Select(d => (string)d["settlement_id"]!).Order(StringComparer.Ordinal).ToList();
            var compares = compared.Nodes.Single(n => (string?)n["node"] == Nation.Code)["edges"]!.AsArray().All(edge => (int?)edge!["runs"] > 0 && (wanted.Count > 0 || (string?)edge["status"] == "Closed"));
            if (compares && open.SequenceEqual(wanted)) return compared;
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
            {
                open.ShouldBe(wanted, $"{string.Join('\n', compared.Differences)}\n{compared.Nodes.Single(n => (string?)n["node"] == Nation.Code)["edges"]}");
                throw new TimeoutException($"The edges have not been compared: {compared.Nodes[0]}");
            }

            await Task.Delay(200, Ending);
        }
    }

    /// <summary>The responsible city's operator confirms what no rule may do alone.</summary>
    public Task<JsonObject> Confirm(JsonObject difference, string resolution) => Country.Comparison.Ask(
        Nation, HttpMethod.Post, $"reconciliation/differences/{Uri.EscapeDataString((string)difference["settlement_id"]!)}/resolve", Ending,
        new { resolution, reason = "与医疗机构核对无误" }, new TokenOf("city", new AdminDivision((string)difference["handler"]!), Role.CityOperator));

    /// <summary>All three books hold the same settlements, under the same days, and both ends of each edge add up to the same.</summary>
    public async Task BooksShouldBeEqual(params DateOnly[] days)
    {
        foreach (var side in new[] { Hubei, Guizhou })
        {
            foreach (var day in days)
            {
                var (house, child) = ((await Country.Book(Nation).Digest(Edge.Down(side), day, Ending)).Sums, (await Country.Book(side).Digest(Edge.Up(Nation), day, Ending)).Sums);
                child.Agrees(house).ShouldBeTrue($"{side} on {day:O}: {child.Count} {child.Total} {child.Fund} {child.Cash}, the house {house.Count} {house.Total} {house.Fund} {house.Cash}");
            }
        }

        var books = new List<IReadOnlyList<string>>();
        foreach (var node in Nodes)
            books.Add(await Country.Rows(node, "clearing").Query("select settlement_id, encode(content_hash, 'hex'), total_fen, fund_fen, cash_fen from book order by 1, 2",
                r => $"{r.GetString(0)} {r.GetString(1)} {r.GetInt64(2)} {r.GetInt64(3)} {r.GetInt64(4)}"));
        books[1].ShouldBe(books[0], "treatment and nation");
        books[2].ShouldBe(books[0], "home and nation");
    }

    public async ValueTask DisposeAsync()
    {
        var (backing, owned) = (Country.Platform.Backing, _owned);
        await Country.DisposeAsync();
        if (owned) return;
        foreach (var node in Nodes)
        {
            await backing.Postgres.DropDatabaseAsync(DatabaseOf(node));
            await backing.Postgres.DropDatabaseAsync(DatabaseOf(node) + "_backup");
            await backing.Rabbit.DropVirtualHostAsync(DatabaseOf(node));
        }

        await backing.Rabbit.DropVirtualHostAsync($"{_prefix}n{Nation.Code}-edges");
    }

    private string DatabaseOf(AdminDivision node) => $"{_prefix}n{node.Code}";

    private async Task Stopped(AdminDivision node, Func<PostgresServer, Task> work)
    {
        var hosts = Country.Platform.Hosts.Where(host => host.Node == node).ToList();
        foreach (var host in hosts) await host.StopAsync(Ending);
        // A template must have nobody connected, idle pools included.
        await using (var pooled = new NpgsqlConnection(hosts[0].Settings.Database)) NpgsqlConnection.ClearPool(pooled);
        await work(Country.Platform.Backing.Postgres);
        await Task.WhenAll(hosts.Select(host => host.StartAsync(Ending)));
    }
}
