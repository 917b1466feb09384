using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Yibao.Backing;
using Yibao.Clearing.Book;
using Yibao.Clearing.Exchange;
using Yibao.Clearing.Hosting;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Cli.Bench;

/// <summary>
/// One edge's day: so many settlements in the nation's book and in the province's, both in PostgreSQL, and a few differences of
/// every kind between them. What the comparison costs must grow with the differences, not with the day.
/// </summary>
internal sealed class ReconcileBench(int count, int differences, Action<string> progress)
{
    private static readonly AdminDivision Nation = new("100000");
    private static readonly AdminDivision Hubei = new("420000");
    private static readonly AdminDivision Guizhou = new("520000");
    private static readonly DateOnly Day = new(2023, 3, 10);
    private static readonly DateTimeOffset Noon = new(2023, 3, 10, 12, 0, 0, TimeSpan.FromHours(8));
    private const int Batch = 5_000;

    public async Task<ReconcileBenchResult> Run(CancellationToken cancellation)
    {
        await using var backing = await BackingServices.StartAsync(new BackingOptions { Durable = false, StopOnSignals = false, Progress = progress }, cancellation);
        await backing.Postgres.DropDatabaseAsync("bench_reconcile", cancellation);
        await using var database = NpgsqlDataSource.Create(await backing.Postgres.CreateDatabaseAsync("bench_reconcile", cancellation: cancellation));
        var (house, side) = (new PostgresBook(database, "nation"), new PostgresBook(database, "hubei"));
        await house.Migrate(cancellation);
        await side.Migrate(cancellation);

        var filling = Stopwatch.GetTimestamp();
        for (var from = 0; from < count; from += Batch)
        {
            await house.Record([.. Enumerable.Range(from, Math.Min(Batch, count - from)).Select(Entry)], Noon, cancellation);
            if (from % 100_000 == 0) progress(string.Create(CultureInfo.InvariantCulture, $"booking: {from:N0} of {count:N0}"));
        }

        var booked = Stopwatch.GetElapsedTime(filling);
        // The province's book: the same settlements in the treatment role, sent up.
        await Execute(database, "insert into hubei.book select settlement_id, 0, version, original_id, treatment_area, home_area, null, null, true, institution, person, insutype, business_date, batch, up_batch, total_fen, fund_fen, cash_fen, hospital_fen, funds, content_hash, content, decided_at, booked_at from nation.book", cancellation);
        var damaged = await Damage(database, cancellation);
        await Execute(database, "vacuum analyze nation.book", cancellation);
        await Execute(database, "vacuum analyze hubei.book", cancellation);

        progress("cutting and comparing");
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cutting = Stopwatch.GetTimestamp();
        var cut = await house.Cut(Day, [Hubei], Noon.AddHours(12.5), cancellation);
        var cutTime = Stopwatch.GetElapsedTime(cutting);

        var comparing = Stopwatch.GetTimestamp();
        var around = new TreeSurroundings(Hubei, () => NodeRegistry.Reference.Latest, new HashSet<AdminDivision> { Nation });
        var desk = new PartyDesk(Hubei, Nation, side, new NothingHeld());
        var answering = new SideOfEdge(around, side, desk, TimeProvider.System);
        var run = new EdgeRun(new DayRun(Nation, Hubei, Day, 1), await house.Digest(Edge.Down(Hubei), Day, cancellation), await house.Moved(Hubei, Day, cancellation), []);
        var (messages, bytes, rounds) = await Exchange(run, answering, cancellation);
        var compareTime = Stopwatch.GetElapsedTime(comparing);
        var memory = GC.GetTotalMemory(forceFullCollection: false) - before;

        if (!run.Found.Keys.Order(StringComparer.Ordinal).SequenceEqual(damaged.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            throw new InvalidOperationException($"Found {string.Join(' ', run.Found.Keys)} instead of {string.Join(' ', damaged)}.");
        return new ReconcileBenchResult(count, damaged.Count, Rate(count, booked), cutTime.TotalSeconds, compareTime.TotalSeconds, messages, bytes, rounds, memory / 1_048_576.0,
            cut.Edges[Hubei].Count, run.Found.Count);
    }

    private static async Task<(int Messages, long Bytes, int Rounds)> Exchange(EdgeRun run, SideOfEdge side, CancellationToken cancellation)
    {
        var (messages, bytes, rounds) = (0, 0L, 0);
        object Carried(object message)
        {
            messages++;
            var payload = ExchangeForm.Write(message);
            bytes += payload.Length;
            return ExchangeForm.Read(ExchangeForm.KindOf(message), payload);
        }

        var pending = new Queue<object>([run.Summary]);
        while (pending.Count > 0)
        {
            rounds++;
            for (var n = pending.Count; n > 0; n--)
            {
                object answer = Carried(pending.Dequeue()) switch
                {
                    DaySummary summary => await side.Answer(summary, [], cancellation),
                    DayProbe probe => await side.Answer(probe, cancellation),
                    DayQuestion question => await side.Answer(question, cancellation),
                    var other => throw new InvalidOperationException($"Nobody asks {other.GetType().Name}."),
                };
                IEnumerable<object> next = Carried(answer) switch
                {
                    DayAnswer sums => run.Take(sums),
                    DayBranches branches => run.Take(branches),
                    DayReport report => Reported(run, report),
                    var other => throw new InvalidOperationException($"Nobody answers {other.GetType().Name}."),
                };
                foreach (var question in next) pending.Enqueue(question);
            }

            if (pending.Count == 0 && run is { Narrowed: true, Complete: true })
                foreach (var question in run.Ask(run.Found.Keys.Where(id => !run.Versions.ContainsKey(id)), _ => null)) pending.Enqueue(question);
        }

        return (messages, bytes, rounds);
    }

    private static IEnumerable<object> Reported(EdgeRun run, DayReport report)
    {
        run.Take(report);
        return [];
    }

    // A third of the differences is missing here, a third is missing there, a third has other figures.
    private async Task<List<string>> Damage(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var damaged = new List<string>();
        for (var n = 0; n < differences; n++)
        {
            var id = Id((int)((long)n * count / Math.Max(differences, 1)) + n % 7);
            var book = n % 2 == 0 ? "hubei" : "nation";
            await Execute(database, n % 3 == 2
                ? $"update {book}.book set cash_fen = cash_fen + 1, fund_fen = fund_fen - 1, content_hash = sha256(content_hash) where settlement_id = '{id}'"
                : $"delete from {book}.book where settlement_id = '{id}'", cancellation);
            damaged.Add(id);
        }

        return [.. damaged.Distinct(StringComparer.Ordinal)];
    }

    private static async Task Execute(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"H42010000001.{number:00000000}");

    private static BookEntry Entry(int number)
    {
        var id = Id(number);
        var (total, fund) = (new Money(100_000 + number), new Money(60_000 + number / 2));
        var content = new SettlementContent(id, null, "V" + id, new("420100"), new("520100"), "H42010000001", PersonKey.From(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16)),
            InsuranceType.Employee, "21", Day, Noon, new SplitTotals(total, total, Money.Zero, Money.Zero, Money.Zero),
            new Figures(total, [new FundAmount(Fund.Pooled, "统筹基金", fund)], total - fund, Money.Zero, Money.Zero), "request", "policy", 1);
        return new BookEntry(PartyRole.Relay, content, 1, Noon, new Crossing(Hubei, Guizhou, false));
    }

    private static double Rate(int what, TimeSpan time) => what / time.TotalSeconds;

    /// <summary>The books alone are measured: nobody asks the protocol.</summary>
    private sealed class NothingHeld : ISettlementDesk
    {
        public Task<IReadOnlyList<HeldSettlement>> Look(IReadOnlyList<AskedSettlement> asked, CancellationToken cancellation = default) =>
            Task.FromResult<IReadOnlyList<HeldSettlement>>([.. asked.Select(a => HeldSettlement.None(a.SettlementId))]);

        public Task Repair(AskedSettlement settlement, RepairKind kind, PartyRole role, RepairProof proof, CancellationToken cancellation = default) =>
            throw new InvalidOperationException("Nothing is repaired here.");
    }
}

/// <summary>What one edge's day costs.</summary>
/// <param name="BookedPerSecond">How fast the book took them, in batches.</param>
/// <param name="CutSeconds">Reading the day, count, totals and digest, in the cut's transaction.</param>
/// <param name="CompareSeconds">Both ends' digests, the exchange, the versions in full.</param>
/// <param name="Bytes">Payload of all messages.</param>
/// <param name="MemoryMb">Grown during cut and comparison, both ends in one process.</param>
internal sealed record ReconcileBenchResult(
    int Settlements, int Differences, double BookedPerSecond, double CutSeconds, double CompareSeconds, int Messages, long Bytes, int Rounds, double MemoryMb, long InTheCut, int Found);
