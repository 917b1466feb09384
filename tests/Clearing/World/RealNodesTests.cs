using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Yibao.Backing;
using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Differences;
using Yibao.Clearing.Exchange;
using Yibao.Clearing.Hosting;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.World;

/// <summary>Nation and two provinces as real hosts with their own databases, talking over a real broker; only the settlement services are stand-ins.</summary>
public sealed class RealNodesTests : IAsyncLifetime
{
    private static readonly AdminDivision[] Nodes = [Nation, Hubei, Guizhou];

    private readonly DevelopmentCertificates _certificates = new();
    private readonly DevelopmentIssuer _issuer = new();
    private readonly Dictionary<AdminDivision, WebApplication> _hosts = [];
    private readonly Dictionary<AdminDivision, FakeSettlements> _settlements = [];
    private readonly List<BackingSpace> _spaces = [];
    // The morning after the day, at whatever hour of whatever day the tests are run.
    private readonly DateOnly _day = Day;
    private readonly VirtualClock _clock = new(At(Day.AddDays(1), 9));

    public async ValueTask InitializeAsync()
    {
        foreach (var node in Nodes) _spaces.Add(await SharedBacking.NewSpaceAsync());
        foreach (var node in Nodes) await Start(node);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values) await host.DisposeAsync();
        foreach (var space in _spaces) await space.DisposeAsync();
        _issuer.Dispose();
    }

    private async Task Start(AdminDivision node)
    {
        var space = _spaces[Array.IndexOf(Nodes, node)];
        var edges = node == Nation
            ? Nodes.Skip(1).Select(child => new EdgeSettings { Neighbour = child, Broker = _spaces[0].Broker, Hosted = true })
            : [new EdgeSettings { Neighbour = Nation, Broker = _spaces[0].Broker }];
        var fake = _settlements.TryGetValue(node, out var known) ? known : _settlements[node] = new FakeSettlements { Place = content => Country.Place(node, content), Now = _clock.GetUtcNow };
        var host = ServiceHost.Build(new ServiceSettings
        {
            Node = node, Service = "clearing", Database = space.Database, Broker = space.Broker, Edges = [.. edges], Migrate = true, Credentials = _certificates.For(node, "clearing", [.. Nodes]),
            Development = true, Identity = new IdentitySettings { DevelopmentKey = _issuer.PublicPem }, CallDeadline = TimeSpan.FromMinutes(1), ConnectWithin = TimeSpan.FromSeconds(30),
        }, new ClearingModule(), builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            builder.Services.Replace(ServiceDescriptor.Singleton<ISettlementDesk>(fake));
            builder.Services.Replace(ServiceDescriptor.Singleton<IProofs, Proofs>());
            builder.Services.Replace(ServiceDescriptor.Singleton<ISettlementFeed>(new ToldEverything()));
        });
        await host.StartAsync();
        _hosts[node] = host;
    }

    /// <summary>These books are filled directly: no outbox is behind them.</summary>
    private sealed class ToldEverything : ISettlementFeed
    {
        public Task<IReadOnlyList<(string SettlementId, PartyRole Role)>?> Told(CancellationToken cancellation = default) => Task.FromResult<IReadOnlyList<(string, PartyRole)>?>([]);
    }

    private T Get<T>(AdminDivision node) where T : notnull => _hosts[node].Services.GetRequiredService<T>();

    private async Task Settle(SettlementContent content, SettlementContent? negative = null)
    {
        foreach (var node in Country.Path(content.TreatmentArea, content.HomeArea)) await Hold(node, content, negative);
    }

    private async Task Hold(AdminDivision node, SettlementContent content, SettlementContent? negative)
    {
        var (role, towardsTreatment, towardsHome) = Country.Place(node, content);
        var state = negative is null ? PartyState.Granted : PartyState.Reversed;
        _settlements[node].Streams[content.SettlementId] = new(role, state, content, negative, Proofs.Sign(state, content, negative), content.Instant, towardsTreatment, towardsHome);
        var crossing = BookFeed.CrossingOf(towardsTreatment, towardsHome, Country.ParentOf(node));
        BookEntry[] entries = [new BookEntry(role, content, 1, content.Instant, crossing), .. negative is null ? Array.Empty<BookEntry>() : [new BookEntry(role, negative, 1, negative.Instant, crossing)]];
        await Get<IBook>(node).Record(entries, _clock.GetUtcNow());
    }

    private SettlementContent Yesterday(string id, decimal fund = 12080m) => Settlement(id, day: _day, fund: fund);

    private async Task Damage(AdminDivision node, string sql)
    {
        await using var command = Get<NpgsqlDataSource>(node).CreateCommand(sql);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    private async Task CloseEverywhere()
    {
        // The same jobs as at 00:30, by hand; the scheduler may have run them at the start already.
        foreach (var node in Nodes)
        {
            await Get<HouseOfEdges>(node).CloseDay(_day);
            await Get<EdgePost>(node).Flush();
        }
    }

    private async Task<EdgeDay> DayOf(AdminDivision side) => await Get<IWriteDoor>(Nation).Read(EdgeDay.Key(Nation, side, _day));

    private async Task Closed(double seconds = 180)
    {
        var started = Stopwatch.GetTimestamp();
        // The house has closed, and its last verdict has come down.
        while ((await DayOf(Hubei)).Status != DayStatus.Closed || (await DayOf(Guizhou)).Status != DayStatus.Closed
            || (await Get<IBook>(Hubei).DeclarableOf("H42010000001", _day, _day)).Held.Count > 0 || !(await Get<IWriteDoor>(Guizhou).Read(HomeDay.Key(Guiyang, _day))).Done)
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
                throw new TimeoutException($"{await DayOf(Hubei)} {await DayOf(Guizhou)}");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task Damaged_books_and_a_lost_outcome_are_found_over_the_broker_and_repaired()
    {
        for (var n = 0; n < 200; n++) await Settle(Yesterday(Id(n)));
        var reversed = Yesterday("REV");
        await Settle(reversed, reversed.Negate("REV-R", _day, At(_day, 15), Money.Zero));

        // One of each at another party: an amount altered in the nation's book, a home that forgot, a reversal that treatment missed.
        await Damage(Nation, "update book set fund_fen = fund_fen + 1, cash_fen = cash_fen - 1, content_hash = decode(repeat('00', 32), 'hex'), content = jsonb_set(content, '{Figures,Cash}', '1') where settlement_id = 'S000007'");
        _settlements[Guizhou].Lose(Id(11));
        await Damage(Guizhou, "delete from book where settlement_id = 'S000011'");
        // Sums altered and nothing else; put under another day.
        await Damage(Hubei, "update book set total_fen = total_fen + 100, cash_fen = cash_fen + 100 where settlement_id = 'S000013'");
        await Damage(Guizhou, "update book set up_batch = up_batch + 1 where settlement_id = 'S000017'");
        await Hold(Hubei, reversed, null);
        await Damage(Hubei, "delete from book where settlement_id = 'REV-R'");

        await CloseEverywhere();
        await Closed();

        var desk = await Get<IRows>(Nation).Query("select settlement_id, open from difference_list order by settlement_id", r => (r.GetString(0), r.GetBoolean(1)));
        desk.ShouldBe([("REV-R", false), (Id(7), false), (Id(11), false), (Id(13), false)]);
        var altered = await Get<IWriteDoor>(Nation).Read(Difference.Key(Nation, Id(13)));
        (altered.Kind, altered.Cause, altered.Resolution).ShouldBe((DifferenceKind.AmountDiff, CauseCode.RecordAltered, ResolutionType.Correct));
        altered.Found!.Versions.Single(v => v.Node == Hubei).BookAltered.ShouldBe(new PartySums(Money.Yuan(20001m), Money.Yuan(12080m), Money.Yuan(7921m)));
        (await Get<IBook>(Guizhou).Find([Id(17)])).Single().UpBatch.ShouldBe(_day);
        (await Get<IWriteDoor>(Nation).Read(Difference.Key(Nation, Id(7)))).Kind.ShouldBe(DifferenceKind.AmountDiff);
        (await Get<IWriteDoor>(Nation).Read(Difference.Key(Nation, Id(11)))).Kind.ShouldBe(DifferenceKind.MissingAtHome);
        (await Get<IWriteDoor>(Nation).Read(Difference.Key(Nation, "REV-R"))).Kind.ShouldBe(DifferenceKind.StatusDiff);
        foreach (var child in new[] { Hubei, Guizhou })
            (await Get<IBook>(Nation).Digest(Edge.Down(child), _day)).Sums.Agrees((await Get<IBook>(child).Digest(Edge.Up(Nation), _day)).Sums).ShouldBeTrue();
        (await Get<IBook>(Hubei).DeclarableOf("H42010000001", _day, _day)).Held.ShouldBeEmpty();
        (await Get<IWriteDoor>(Guizhou).Read(HomeDay.Key(Guiyang, _day))).Done.ShouldBeTrue();
    }

    [Fact]
    public async Task A_side_that_is_away_when_the_day_is_cut_is_compared_when_it_is_back()
    {
        for (var n = 0; n < 20; n++) await Settle(Yesterday(Id(n)));
        _settlements[Guizhou].Lose(Id(3));
        await Damage(Guizhou, "delete from book where settlement_id = 'S000003'");
        await _hosts[Guizhou].DisposeAsync();
        foreach (var node in new[] { Nation, Hubei })
        {
            await Get<HouseOfEdges>(node).CloseDay(_day);
            await Get<EdgePost>(node).Flush();
        }

        (await DayOf(Guizhou)).Run.ShouldBe(0);
        await Start(Guizhou);
        await Get<HouseOfEdges>(Guizhou).CloseDay(_day);
        await Closed();
        (await Get<IBook>(Guizhou).Find([Id(3)])).Single().Entry.Content.SameAs(Yesterday(Id(3))).ShouldBeTrue();
    }

    private async Task<(int Status, JsonElement Body)> Call(AdminDivision at, HttpMethod method, string path, Role role, AdminDivision agency, object? body = null)
    {
        using var client = new HttpClient { BaseAddress = _hosts[at].Doors().Http };
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", _issuer.Issue(new TokenOf("someone", agency, role) { Institution = role == Role.Institution ? "H42010000001" : null }));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    [Fact]
    public async Task What_treatment_lost_altogether_is_rebuilt_after_the_home_city_has_confirmed_it_at_the_json_door()
    {
        for (var n = 0; n < 5; n++) await Settle(Yesterday(Id(n)));
        _settlements[Hubei].Lose(Id(2));
        await Damage(Hubei, "delete from book where settlement_id = 'S000002'");
        var day = _day.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        (await Call(Nation, HttpMethod.Post, $"/reconciliation/{day}/compare", Role.CityOperator, Guiyang)).Status.ShouldBe(403);
        (await Call(Nation, HttpMethod.Post, $"/reconciliation/{_day.AddDays(1):yyyy-MM-dd}/compare", Role.NationalOperator, Nation)).Body.GetProperty("code").GetString().ShouldBe("RECONCILIATION_DAY_NOT_OVER");
        (await Call(Nation, HttpMethod.Get, "/reconciliation/2023-3-1", Role.NationalOperator, Nation)).Body.GetProperty("code").GetString().ShouldBe("FIELD_INVALID");
        await CloseEverywhere();

        var started = Stopwatch.GetTimestamp();
        JsonElement open;
        while ((open = (await Call(Nation, HttpMethod.Get, "/reconciliation/differences", Role.CityOperator, Guiyang)).Body.GetProperty("differences")).GetArrayLength() == 0 && Stopwatch.GetElapsedTime(started).TotalSeconds < 180) await Task.Delay(50);
        var difference = open.EnumerateArray().Single();
        (difference.GetProperty("kind").GetString(), difference.GetProperty("work").GetString(), difference.GetProperty("owner").GetString(), difference.GetProperty("total_fen").GetInt64())
            .ShouldBe(("MissingAtTreatment", "RebuildAtTreatment", "520100", 2_000_000));
        difference.GetProperty("versions").EnumerateArray().Select(v => (v.GetProperty("node").GetString(), v.GetProperty("role").GetString(), v.GetProperty("state").GetString(), v.TryGetProperty("booked", out _)))
            .ShouldBe([("100000", "Relay", "Granted", true), ("420000", "Treatment", "Nothing", false), ("520000", "Home", "Granted", true)]);
        (await Call(Hubei, HttpMethod.Get, $"/reconciliation/institutions/H42010000001/declarable/{_day:yyyy-MM}", Role.Institution, Wuhan)).Body.GetProperty("held").GetArrayLength().ShouldBe(0, "treatment does not know it, so it cannot be held there");

        var path = $"/reconciliation/differences/{Id(2)}";
        (await Call(Nation, HttpMethod.Get, path, Role.CityOperator, Xining)).Body.GetProperty("code").GetString().ShouldBe("RECONCILIATION_DIFFERENCE_UNKNOWN");
        (await Call(Nation, HttpMethod.Post, path + "/resolve", Role.Auditor, Nation, new { resolution = "AddMissing", reason = "?" })).Status.ShouldBe(403);
        (await Call(Nation, HttpMethod.Post, path + "/resolve", Role.CityOperator, Wuhan, new { resolution = "AddMissing", reason = "核对无误" })).Body.GetProperty("code").GetString().ShouldBe("RECONCILIATION_NOT_OWNER");
        (await Call(Nation, HttpMethod.Post, path + "/resolve", Role.CityOperator, Guiyang, new { resolution = "AgreedByItself", reason = "核对无误" })).Body.GetProperty("code").GetString().ShouldBe("RECONCILIATION_RESOLUTION_UNFIT");
        (await Call(Nation, HttpMethod.Post, path + "/explain", Role.CityOperator, Guiyang, new { cause = "RestoredFromBackup", step = "就医地由旧备份恢复" })).Status.ShouldBe(200);
        (await Call(Nation, HttpMethod.Post, path + "/resolve", Role.CityOperator, Guiyang, new { resolution = "AddMissing", reason = "与医院核对无误" })).Status.ShouldBe(200);
        await Closed();
        var closed = (await Call(Nation, HttpMethod.Get, path, Role.CityOperator, Guiyang)).Body;
        (closed.GetProperty("open").GetBoolean(), closed.GetProperty("resolution").GetString(), closed.GetProperty("cause").GetString()).ShouldBe((false, "AddMissing", "RestoredFromBackup"));
        var overview = (await Call(Nation, HttpMethod.Get, $"/reconciliation/{day}", Role.NationalOperator, Nation)).Body;
        overview.GetProperty("edges").EnumerateArray().Select(e => e.GetProperty("status").GetString()).ShouldBe(["Closed", "Closed"]);
        (await Call(Nation, HttpMethod.Get, $"/reconciliation/{day}/pairs", Role.NationalOperator, Nation)).Body.GetProperty("pairs").EnumerateArray().Single().GetProperty("count").GetInt64().ShouldBe(5);
    }
}
