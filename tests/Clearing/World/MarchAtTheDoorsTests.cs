using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yibao.Backing;
using Yibao.Clearing.Book;
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

/// <summary>
/// The acceptance examples of reconciliation with their own numbers, as agencies and hospitals see them at the JSON doors: the nation and three
/// provinces as real hosts on one clock that walks through March 2023. Only the settlement services are stand-ins.
/// </summary>
public sealed class MarchAtTheDoorsTests : IAsyncLifetime
{
    private const string Hospital = "H42010000001";
    private static readonly AdminDivision[] Nodes = [Nation, Hubei, Guizhou, Qinghai];
    private static readonly byte[] NoProof = [];

    private readonly DevelopmentCertificates _certificates = new();
    private readonly DevelopmentIssuer _issuer = new();
    private readonly VirtualClock _clock = new(At(new DateOnly(2023, 2, 28), 23));
    private readonly Dictionary<AdminDivision, WebApplication> _hosts = [];
    private readonly Dictionary<AdminDivision, FakeSettlements> _settlements = [];
    private readonly List<BackingSpace> _spaces = [];
    private readonly HttpClient _client = new();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var _ in Nodes) _spaces.Add(await SharedBacking.NewSpaceAsync(cancellation: Ending));
        await Task.WhenAll(Nodes.Select(Start));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values) await host.DisposeAsync();
        foreach (var space in _spaces) await space.DisposeAsync();
        _client.Dispose();
        _issuer.Dispose();
    }

    [Fact]
    [Covers("REC-001", "REC-002", "REC-003", "REC-004", "REC-005", "REC-006", "REC-009", "REC-011")]
    public async Task The_examples_hold_at_the_doors()
    {
        await ADayOf42IsReconciledAndOneUnmatchedKeepsItOpen(new DateOnly(2023, 3, 10));
        await OfAHundredOneIsHeld(new DateOnly(2023, 3, 13));
        await MissingAtHomeIsReplayed(new DateOnly(2023, 3, 14));
        await QinghaisCentreOwnsWhatHaidongMisses(new DateOnly(2023, 3, 15));
        await OneMinuteToMidnight(new DateOnly(2023, 3, 16));
        await NationAndTreatmentThousandHomeOneLess(new DateOnly(2023, 3, 20));
        await MarchIsNotClosed(new DateOnly(2023, 3, 30));
        await TheHospitalHasFiveWorkingDays(new DateOnly(2023, 6, 19));
    }

    // REC-002: 420500 on 2023-03-10 has 42 settlements, all matched; the next day an unmatched one keeps it open.
    private async Task ADayOf42IsReconciledAndOneUnmatchedKeepsItOpen(DateOnly day)
    {
        await Settle(day, Enumerable.Range(0, 42).Select(n => Settlement($"HOME{n}", Guiyang, Yichang, day, total: 1000m, fund: 600m)));
        var next = day.AddDays(1);
        await Morning(day);
        var home = await HomeDay(Hubei, day, Yichang, "Reconciled");
        (home.GetProperty("count").GetInt64(), home.GetProperty("total_fen").GetInt64()).ShouldBe((42, 4_200_000));

        var unmatched = Settlement("UNMATCHED", Guiyang, Yichang, next, total: 1000m, fund: 600m);
        await Settle(next, [.. Enumerable.Range(0, 5).Select(n => Settlement($"NEXT{n}", Guiyang, Yichang, next)), unmatched]);
        Lose(Hubei, unmatched);
        Withhold(unmatched);
        await Morning(next);
        await HomeDay(Hubei, next, Yichang, "Mismatch");
        Release(unmatched);
        await Compare(Nation, next);
        await HomeDay(Hubei, next, Yichang, "Resolved");
    }

    // REC-009: 100 settlements, 1 in Mismatch → the declaration contains 99, held 1; resolved later → the next one has it.
    private async Task OfAHundredOneIsHeld(DateOnly day)
    {
        var wrong = Settlement("HELD", day: day);
        await Settle(day, [.. Enumerable.Range(0, 99).Select(n => Settlement($"DECL{n}", day: day)), wrong]);
        Lose(Guizhou, wrong);
        Withhold(wrong);
        async Task<(int Reconciled, string[] Held)> Declarable()
        {
            var answer = await Ask(Hubei, HttpMethod.Get, $"reconciliation/institutions/{Hospital}/declarable/2023-03", Role.Institution, Wuhan);
            return (answer.GetProperty("reconciled_count").GetInt32(), [.. answer.GetProperty("held").EnumerateArray().Select(id => id.GetString()!)]);
        }

        var before = await Declarable();
        before.Reconciled.ShouldBe(0, "nothing is declared before it is reconciled");
        before.Held.Order(StringComparer.Ordinal).ShouldBe(Ids("DECL", 99, "HELD"));
        await Morning(day);
        await Until(async () => (await Declarable()).Reconciled == 99, "99 are declarable");
        (await Declarable()).Held.ShouldBe(["HELD"]);

        Release(wrong);
        await Compare(Nation, day);
        await Until(async () => await Declarable() is (100, { Length: 0 }), "the next declaration has all of them");
    }

    // REC-004: MissingAtHome caused by a time-out → replayed to home with the original time and amounts; the day becomes Resolved.
    private async Task MissingAtHomeIsReplayed(DateOnly day)
    {
        var lost = Settlement("LOST", day: day, total: 20000m, fund: 12080m, instant: At(day, 9, 17, 3));
        await Settle(day, [lost, Settlement("KEPT", day: day)]);
        Lose(Guizhou, lost);
        Withhold(lost);
        await Morning(day);
        var open = await Difference(day, "LOST", open: true);
        (open.GetProperty("kind").GetString(), open.GetProperty("handler").GetString()).ShouldBe(("MissingAtHome", "520100"));
        await Ask(Nation, HttpMethod.Post, "reconciliation/differences/LOST/explain", Role.CityOperator, Guiyang, new { cause = "TimeOut", step = "参保地应答超时，记录未落账" });
        await Ask(Nation, HttpMethod.Post, "reconciliation/differences/LOST/escalate", Role.CityOperator, Guiyang, new { reason = "请省级协调就医地提供签名结果" });
        (await Difference(day, "LOST", open: true)).GetProperty("handler").GetString().ShouldBe("520000");

        Release(lost);
        await Compare(Nation, day);
        var done = await Difference(day, "LOST", open: false);
        (done.GetProperty("resolution").GetString(), done.GetProperty("cause").GetString()).ShouldBe(("AddMissing", "TimeOut"));
        done.GetProperty("history").EnumerateArray().Select(line => line.GetString()![20..]).ShouldBe([
            "explained TimeOut 参保地应答超时，记录未落账", "escalated 520000 请省级协调就医地提供签名结果", "ordered AdoptAtHome 520000", "done AdoptAtHome 520000"]);
        await HomeDay(Guizhou, day, Guiyang, "Resolved");
        var replayed = (await Get<IBook>(Guizhou).Find(["LOST"], Ending)).Single().Entry.Content;
        (replayed.Instant, replayed.Total, replayed.FundTotal).ShouldBe((At(day, 9, 17, 3), Money.Yuan(20000m), Money.Yuan(12080m)));
    }

    // REC-005: a mismatch at home 630200 belongs to the centre of 630000, not to the city.
    private async Task QinghaisCentreOwnsWhatHaidongMisses(DateOnly day)
    {
        var lost = Settlement("QH", home: Haidong, day: day);
        await Settle(day, [lost]);
        Lose(Qinghai, lost);
        Withhold(lost);
        await Morning(day);
        var open = await Difference(day, "QH", open: true);
        (open.GetProperty("owner").GetString(), open.GetProperty("handler").GetString(), open.GetProperty("home_area").GetString()).ShouldBe(("630000", "630000", "630200"));
        var refused = await Call(Nation, HttpMethod.Post, "reconciliation/differences/QH/explain", Role.CityOperator, Haidong, new { cause = "TimeOut", step = "市级查明" });
        refused.Body.GetProperty("code").GetString().ShouldBe("RECONCILIATION_NOT_OWNER");
        await Ask(Nation, HttpMethod.Post, "reconciliation/differences/QH/explain", Role.ProvinceOperator, Qinghai, new { cause = "TimeOut", step = "省中心查明" });
        Release(lost);
        await Compare(Nation, day);
        await Difference(day, "QH", open: false);
    }

    // REC-011: 23:59:59 at treatment, booked at home at 00:00:01: both use treatment's business date. And a reversal reconciles on its own day.
    private async Task OneMinuteToMidnight(DateOnly day)
    {
        var next = day.AddDays(1);
        var late = Settlement("LATE", day: day, instant: At(day, 23, 59, 59));
        Reach(At(day, 23, 59, 59));
        await Hold(Hubei, [late]);
        Reach(At(next, 0, 0, 1));
        await Hold(Nation, [late]);
        await Hold(Guizhou, [late]);
        // Younger than the time-out and at one party alone: pending, no difference.
        var young = Settlement("YOUNG", day: day, instant: At(next, 0, 15));
        Reach(At(next, 0, 15));
        await Hold(Guizhou, [young]);
        await Morning(day);
        await Until(async () => (await EdgeOf(day, Guizhou)).GetProperty("pending").EnumerateArray().Any(id => id.GetString() == "YOUNG"), "YOUNG is pending");
        (await Differences(day)).ShouldBeEmpty();
        await Hold(Nation, [young]);
        await Hold(Hubei, [young]);
        Reach(At(next, 1, 10));
        await Closed(day);
        (await Differences(day)).ShouldBeEmpty();
        foreach (var node in new[] { Hubei, Nation, Guizhou }) (await Get<IBook>(node).Find(["LATE"], Ending)).Single().Entry.Content.BusinessDate.ShouldBe(day);
        (await Get<IBook>(Nation).Find(["LATE"], Ending)).Single().Batch.ShouldBe(day);
    }

    // REC-001: nation 1,000 records / 3,210,000.00, treatment the same, home 999 / 3,197,920.00 → Mismatch, one item MissingAtHome 12,080.00.
    private async Task NationAndTreatmentThousandHomeOneLess(DateOnly day)
    {
        var missing = Settlement("MISSING", day: day, total: 12080m, fund: 8000m);
        await Settle(day, [missing, Settlement("REST", day: day, total: 3210000m - 12080m - 998 * 3200m, fund: 0m), .. Enumerable.Range(0, 998).Select(n => Settlement($"K{n}", day: day, total: 3200m, fund: 2000m))]);
        Lose(Guizhou, missing);
        Withhold(missing);
        await Morning(day);
        var item = await Difference(day, "MISSING", open: true);
        (item.GetProperty("kind").GetString(), item.GetProperty("total_fen").GetInt64()).ShouldBe(("MissingAtHome", 1_208_000));
        (await Differences(day)).Count.ShouldBe(1);
        var edge = await EdgeOf(day, Guizhou);
        edge.GetProperty("status").GetString().ShouldBe("Mismatch");
        (edge.GetProperty("house").GetProperty("count").GetInt64(), edge.GetProperty("house").GetProperty("total_fen").GetInt64()).ShouldBe((1000, 321_000_000));
        (edge.GetProperty("side_sums").GetProperty("count").GetInt64(), edge.GetProperty("side_sums").GetProperty("total_fen").GetInt64()).ShouldBe((999, 319_792_000));
        var treatment = (await EdgeOf(day, Hubei)).GetProperty("side_sums");
        (treatment.GetProperty("count").GetInt64(), treatment.GetProperty("total_fen").GetInt64()).ShouldBe((1000, 321_000_000));
        Release(missing);
        await Compare(Nation, day);
        await Closed(day);
    }

    // REC-003: on 2023-04-03 two differences of March are unresolved → "March not closed" on 2023-04-04 to city and province.
    private async Task MarchIsNotClosed(DateOnly day)
    {
        SettlementContent[] two = [Settlement("MAR1", Guiyang, Yichang, day), Settlement("MAR2", Guiyang, Yichang, day)];
        await Settle(day, [.. two, Settlement("MAR3", Guiyang, Yichang, day)]);
        foreach (var open in two)
        {
            Lose(Hubei, open);
            Withhold(open);
        }

        await Morning(day);
        await Difference(day, "MAR2", open: true);
        Reach(At(new DateOnly(2023, 4, 3), 18));
        async Task<JsonElement> Month() => await Ask(Hubei, HttpMethod.Get, "reconciliation/months/420500/2023-03", Role.CityOperator, Yichang);
        await Until(async () => (await Month()).GetProperty("open_days").GetInt32() == 1, "every other day of March is reconciled");
        (await Month()).GetProperty("open_differences").GetInt32().ShouldBe(2);
        (await Call(Hubei, HttpMethod.Post, "reconciliation/months/420500/2023-03/close", Role.CityOperator, Yichang)).Body.GetProperty("code").GetString().ShouldBe("RECONCILIATION_MONTH_OPEN");
        (await Month()).GetProperty("overdue_since").GetString().ShouldBeEmpty("the 3rd is the last day");

        Reach(At(new DateOnly(2023, 4, 4), 8, 1));
        await Until(async () => (await Month()).GetProperty("overdue_since").GetString() == "2023-04-04", "told on the 4th");
        (await Month()).GetProperty("told").EnumerateArray().Select(told => told.GetString()).ShouldBe(["420500", "420000"]);

        foreach (var open in two) Release(open);
        await Compare(Nation, day);
        await Until(async () => (await Month()).GetProperty("open_days").GetInt32() == 0, "all of March is reconciled");
        var closed = await Ask(Hubei, HttpMethod.Post, "reconciliation/months/420500/2023-03/close", Role.CityOperator, Yichang);
        closed.GetProperty("closed_at").GetString().ShouldStartWith("2023-04-04");
    }

    // REC-006: found on Tuesday 2023-06-20 → due on Wednesday 2023-06-28: 22–24 June are holidays, Sunday the 25th is worked.
    private async Task TheHospitalHasFiveWorkingDays(DateOnly day)
    {
        Reach(At(day, 12));
        await Settle(day, [Settlement("HIS1", day: day), Settlement("HIS2", day: day)]);
        Reach(At(day.AddDays(1), 9));
        Task<JsonElement> Compared(params string[] ids) => Ask(Hubei, HttpMethod.Post, $"reconciliation/institutions/{Hospital}/2023-06-19", Role.Institution, Wuhan,
            new { lines = ids.Select(id => new { settlement_id = id, total_fen = 2_000_000, fund_fen = 1_208_000, account_fen = 0, refund = false }) });
        var mismatch = await Compared("HIS1");
        (mismatch.GetProperty("result").GetInt32(), mismatch.GetProperty("status").GetString(), mismatch.GetProperty("due_on").GetString()).ShouldBe((1, "Mismatched", "2023-06-28"));
        mismatch.GetProperty("differences").EnumerateArray().Single().GetProperty("kind").GetString().ShouldBe("UnknownAtInstitution");
        Reach(At(new DateOnly(2023, 6, 28), 17));
        (await Compared("HIS1", "HIS2")).GetProperty("status").GetString().ShouldBe("Fixed");
    }

    private async Task Start(AdminDivision node)
    {
        var space = _spaces[Array.IndexOf(Nodes, node)];
        var edges = node == Nation
            ? Nodes.Skip(1).Select(child => new EdgeSettings { Neighbour = child, Broker = _spaces[0].Broker, Hosted = true })
            : [new EdgeSettings { Neighbour = Nation, Broker = _spaces[0].Broker }];
        var fake = new FakeSettlements { Place = content => Country.Place(node, content), Now = _clock.GetUtcNow };
        var host = ServiceHost.Build(new ServiceSettings
        {
            Node = node, Service = "clearing", Database = space.Database, Broker = space.Broker, Edges = [.. edges], Migrate = true, Credentials = _certificates.For(node, "clearing", [.. Nodes]),
            Development = true, Identity = new IdentitySettings { DevelopmentKey = _issuer.PublicPem }, LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning, CallDeadline = TimeSpan.FromMinutes(1), ConnectWithin = TimeSpan.FromSeconds(30),
        }, new ClearingModule(), builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            builder.Services.Replace(ServiceDescriptor.Singleton<ISettlementDesk>(fake));
            builder.Services.Replace(ServiceDescriptor.Singleton<IProofs, Proofs>());
            builder.Services.Replace(ServiceDescriptor.Singleton<ISettlementFeed>(new ToldEverything()));
        });
        await host.StartAsync(Ending);
        lock (_hosts) (_hosts[node], _settlements[node]) = (host, fake);
    }

    private T Get<T>(AdminDivision node) where T : notnull => _hosts[node].Services.GetRequiredService<T>();

    private async Task Settle(DateOnly day, IEnumerable<SettlementContent> contents)
    {
        Reach(At(day, 12));
        foreach (var way in contents.GroupBy(c => (c.TreatmentArea, c.HomeArea)))
            foreach (var node in Country.Path(way.Key.TreatmentArea, way.Key.HomeArea)) await Hold(node, [.. way]);
    }

    private async Task Hold(AdminDivision node, IReadOnlyList<SettlementContent> contents)
    {
        var entries = new List<BookEntry>();
        foreach (var content in contents)
        {
            var (role, towardsTreatment, towardsHome) = Country.Place(node, content);
            _settlements[node].Streams[content.SettlementId] = new(role, PartyState.Granted, content, null, Proofs.Sign(PartyState.Granted, content, null), content.Instant, towardsTreatment, towardsHome);
            entries.Add(new BookEntry(role, content, 1, content.Instant, BookFeed.CrossingOf(towardsTreatment, towardsHome, Country.ParentOf(node))));
        }

        await Get<IBook>(node).Record(entries, _clock.GetUtcNow(), Ending);
    }

    /// <summary>As after a lost disk: neither protocol nor book holds it.</summary>
    private void Lose(AdminDivision node, SettlementContent content)
    {
        _settlements[node].Lose(content.SettlementId);
        Get<IRows>(node).Execute("delete from book where settlement_id = $1", content.SettlementId).GetAwaiter().GetResult().ShouldBe(1);
    }

    /// <summary>Home's signature is not at hand at any party: no rule may decide.</summary>
    private void Withhold(SettlementContent content)
    {
        foreach (var fake in _settlements.Values)
            if (fake.Streams.TryGetValue(content.SettlementId, out var stored)) fake.Streams[content.SettlementId] = stored with { Signed = NoProof };
    }

    private void Release(SettlementContent content)
    {
        foreach (var fake in _settlements.Values)
            if (fake.Streams.TryGetValue(content.SettlementId, out var stored)) fake.Streams[content.SettlementId] = stored with { Signed = Proofs.Sign(PartyState.Granted, content, null) };
    }

    /// <summary>At least that late: the clock runs on by itself while a slow machine works, and never goes back.</summary>
    private void Reach(DateTimeOffset instant)
    {
        var ahead = instant - _clock.GetUtcNow();
        if (ahead > TimeSpan.Zero) _clock.Advance(ahead);
    }

    private async Task Morning(DateOnly day)
    {
        Reach(At(day.AddDays(1), 0, 31));
        await Until(async () => (await Edges(day)).All(edge => edge.GetProperty("runs").GetInt32() > 0), $"every edge of {day:O} is compared");
    }

    private async Task Closed(DateOnly day) => await Until(async () => (await Edges(day)).All(edge => edge.GetProperty("status").GetString() == "Closed"), $"{day:O} is closed");

    private async Task<IReadOnlyList<JsonElement>> Edges(DateOnly day) => [.. (await Ask(Nation, HttpMethod.Get, $"reconciliation/{day:yyyy-MM-dd}", Role.NationalOperator, Nation)).GetProperty("edges").EnumerateArray()];

    private async Task<JsonElement> EdgeOf(DateOnly day, AdminDivision side) => (await Edges(day)).Single(edge => edge.GetProperty("side").GetString() == side.Code);

    private async Task<IReadOnlyList<JsonElement>> Differences(DateOnly day) => [.. (await Ask(Nation, HttpMethod.Get, $"reconciliation/{day:yyyy-MM-dd}/differences", Role.NationalOperator, Nation)).GetProperty("differences").EnumerateArray()];

    private async Task<JsonElement> Difference(DateOnly day, string id, bool open)
    {
        JsonElement found = default;
        await Until(async () => (found = (await Differences(day)).FirstOrDefault(d => d.GetProperty("settlement_id").GetString() == id)).ValueKind == JsonValueKind.Object && found.GetProperty("open").GetBoolean() == open, $"{id} is {(open ? "open" : "resolved")}");
        return found;
    }

    private async Task<JsonElement> HomeDay(AdminDivision node, DateOnly day, AdminDivision home, string status)
    {
        JsonElement line = default;
        await Until(async () => (line = (await Ask(node, HttpMethod.Get, $"reconciliation/{day:yyyy-MM-dd}", Role.CityOperator, home)).GetProperty("homes").EnumerateArray().Single(h => h.GetProperty("home_area").GetString() == home.Code)).GetProperty("status").GetString() == status, $"{home} on {day:O} is {status}");
        return line;
    }

    private Task<JsonElement> Compare(AdminDivision node, DateOnly day) =>
        Ask(node, HttpMethod.Post, $"reconciliation/{day:yyyy-MM-dd}/compare", node == Nation ? Role.NationalOperator : Role.ProvinceOperator, node);

    private async Task<JsonElement> Ask(AdminDivision at, HttpMethod method, string path, Role role, AdminDivision agency, object? body = null)
    {
        var (status, answer) = await Call(at, method, path, role, agency, body);
        return status == 200 ? answer : throw new InvalidOperationException($"{path}: {status} {answer}");
    }

    private async Task<(int Status, JsonElement Body)> Call(AdminDivision at, HttpMethod method, string path, Role role, AdminDivision agency, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_hosts[at].Doors().Http!, path));
        request.Headers.Authorization = new("Bearer", _issuer.Issue(new TokenOf("someone", agency, role) { Institution = role == Role.Institution ? Hospital : null }));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await _client.SendAsync(request, Ending);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Ending));
    }

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > 600) throw new TimeoutException($"Not yet: {what}");
            await Task.Delay(100, Ending);
        }
    }

    private static string[] Ids(string prefix, int count, string last) =>
        [.. Enumerable.Range(0, count).Select(n => prefix + n.ToString(CultureInfo.InvariantCulture)).Append(last).Order(StringComparer.Ordinal)];

    private sealed class ToldEverything : ISettlementFeed
    {
        public Task<IReadOnlyList<(string SettlementId, PartyRole Role)>?> Told(CancellationToken cancellation = default) => Task.FromResult<IReadOnlyList<(string, PartyRole)>?>([]);
    }
}
