using System.Data;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Yibao.Clearing.Digests;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Data;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Book;

/// <summary>The book in the node's database.</summary>
/// <param name="schema">Null where every connection looks in the service's own schema.</param>
public sealed class PostgresBook(NpgsqlDataSource database, string? schema = null) : IBook
{
    private readonly string at = schema is null ? "" : schema + ".";

    private static readonly JsonSerializerOptions Form = new JsonSerializerOptions().OnlyWhatWasSaid();

    private static readonly Fund[] FundOrder = Enum.GetValues<Fund>();

    /// <summary>Creates the tables.</summary>
    public async Task Migrate(CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand((schema is null ? "" : $"create schema if not exists {schema};") + BookSql.Tables(at));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<Booked> Record(IReadOnlyList<BookEntry> entries, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        var booked = await Record(connection, transaction, entries, now, cancellation);
        await transaction.CommitAsync(cancellation);
        return booked;
    }

    /// <summary>The same inside a transaction of the caller: the consumer marks its messages as handled with it.</summary>
    public async Task<Booked> Record(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<BookEntry> entries, DateTimeOffset now, CancellationToken cancellation)
    {
        // In one order everywhere, so that two batches never wait for each other in a ring; of one settlement and role the highest version.
        var batch = entries.GroupBy(e => (e.Content.SettlementId, e.Role)).Select(same => same.MaxBy(e => e.Version)!)
            .OrderBy(e => e.Content.SettlementId, StringComparer.Ordinal).ThenBy(e => e.Role).ToList();
        if (batch.Count == 0) return new Booked(0, 0, []);
        var days = await Assign(connection, transaction, batch.Select(e => e.Content.BusinessDate).Distinct().Order().ToList(), cancellation);
        var taken = await Keys(Insert(connection, transaction, batch, days, now), cancellation);
        var rest = batch.Where(e => !taken.Contains((e.Content.SettlementId, e.Role))).ToList();
        if (rest.Count == 0) return new Booked(taken.Count, 0, []);
        var corrected = await Keys(Correct(connection, transaction, rest), cancellation);
        var conflicts = await Conflicts(connection, transaction, [.. rest.Where(e => !corrected.Contains((e.Content.SettlementId, e.Role)))], now, cancellation);
        return new Booked(taken.Count, corrected.Count, conflicts);
    }

    public async Task<CutDay> Cut(DateOnly day, IReadOnlyList<AdminDivision> children, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        // Exclusive: waits for every batch that is being assigned to this day and holds later ones off until the cut stands.
        await Execute(connection, transaction, $"insert into {at}book_day (day) values (@day) on conflict do nothing", cancellation, ("day", day));
        await Execute(connection, transaction, $"select 1 from {at}book_day where day = @day for update", cancellation, ("day", day));
        if (await CutOf(connection, transaction, day, cancellation) is { } known) return known;
        await using (var earlier = Command(connection, transaction, $"select min(day) from {at}book_day where day < @day and cut_at is null", ("day", day)))
        {
            if (await earlier.ExecuteScalarAsync(cancellation) is DateOnly open)
                throw ReconciliationErrors.EarlierDayOpen.With(open.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).AsException();
        }

        foreach (var child in children)
        {
            var sums = (await Digest(connection, transaction, Edge.Down(child), day, cancellation)).Sums;
            await Execute(connection, transaction,
                $"insert into {at}book_cut (day, child, count, total_fen, fund_fen, cash_fen, root) values (@day, @child, @count, @total, @fund, @cash, @root)", cancellation,
                ("day", day), ("child", child.Code), ("count", sums.Count), ("total", sums.Total.Fen), ("fund", sums.Fund.Fen), ("cash", sums.Cash.Fen), ("root", sums.Root));
        }

        await Execute(connection, transaction, $"update {at}book_day set cut_at = @now where day = @day", cancellation, ("day", day), ("now", now.ToUniversalTime()));
        var cut = await CutOf(connection, transaction, day, cancellation);
        await transaction.CommitAsync(cancellation);
        return cut ?? throw new InvalidOperationException("A cut that was just made was not found.");
    }

    public async Task<CutDay?> CutOf(DateOnly day, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await CutOf(connection, null, day, cancellation);
    }

    public async Task<DateOnly?> LastCut(CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"select max(day) from {at}book_day where cut_at is not null");
        return await command.ExecuteScalarAsync(cancellation) is DateOnly day ? day : null;
    }

    public async Task<IReadOnlyList<DateOnly>> OpenDays(DateOnly before, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"select day from {at}book_day where day < @before and cut_at is null order by day");
        Add(command, ("before", before));
        return await Read(command, r => r.GetFieldValue<DateOnly>(0), cancellation);
    }

    public async Task<DigestTree> Digest(Edge edge, DateOnly day, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await Digest(connection, null, edge, day, cancellation);
    }

    public async Task<IReadOnlyList<MovedSettlement>> Moved(AdminDivision child, DateOnly day, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"""
            select settlement_id, business_date, batch from {at}book b
            where batch <> business_date and (batch = @day or business_date = @day) and (down_treatment = @child or down_home = @child)
              and {BookSql.Leading(at, "b")} order by settlement_id
            """);
        Add(command, ("day", day), ("child", child.Code));
        return await Read(command, r => new MovedSettlement(r.GetString(0), r.GetFieldValue<DateOnly>(1), r.GetFieldValue<DateOnly>(2)), cancellation);
    }

    public async Task Move(IReadOnlyList<MovedSettlement> moved, CancellationToken cancellation = default)
    {
        if (moved.Count == 0) return;
        await using var command = database.CreateCommand($"""
            update {at}book b set up_batch = m.batch from unnest(@ids, @batches) as m(id, batch)
            where b.settlement_id = m.id and b.upward and b.up_batch <> m.batch
            """);
        Add(command, ("ids", moved.Select(m => m.SettlementId).ToArray()), ("batches", moved.Select(m => m.Batch).ToArray()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public Task<IReadOnlyList<BookRow>> Find(IReadOnlyList<string> settlementIds, CancellationToken cancellation = default) =>
        Rows("settlement_id = any(@ids)", cancellation, ("ids", settlementIds.ToArray()));

    public async Task<int> Missing(IReadOnlyList<(string SettlementId, PartyRole Role)> told, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"""
            select count(*)::int from (select distinct * from unnest(@ids, @roles) as told(id, role)) told
            where not exists (select 1 from {at}book b where b.settlement_id = told.id and b.role = told.role)
              and not exists (select 1 from {at}book_voided v where v.settlement_id = told.id and v.role = told.role)
            """);
        Add(command, ("ids", told.Select(t => t.SettlementId).ToArray()), ("roles", told.Select(t => (short)t.Role).ToArray()));
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task Void(string settlementId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"""
            with gone as (delete from {at}book where settlement_id = @id returning *)
            insert into {at}book_voided (settlement_id, role, version, content, batch, voided_at)
            select settlement_id, role, version, content, batch, @now from gone on conflict do nothing
            """);
        Add(command, ("id", settlementId), ("now", now.ToUniversalTime()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<IReadOnlyList<string>> RolesDisagreeing(DateOnly day, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"""
            select settlement_id from {at}book where batch = @day group by settlement_id
            having count(distinct content_hash) > 1
                or (count(*) < 2 and bool_and(down_treatment is null and down_home is null and not upward)) order by settlement_id
            """);
        Add(command, ("day", day));
        return await Read(command, r => r.GetString(0), cancellation);
    }

    public async Task<IReadOnlyList<PairLine>> Pairs(DateOnly day, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"""
            select treatment_area, home_area, count(*), sum(total_fen)::bigint, sum(fund_fen)::bigint, sum(cash_fen)::bigint
            from {at}book b where batch = @day and {BookSql.Leading(at, "b")} group by 1, 2 order by 1, 2
            """);
        Add(command, ("day", day));
        return await Read(command, r => new PairLine(new(r.GetString(0)), new(r.GetString(1)), r.GetInt64(2), new(r.GetInt64(3)), new(r.GetInt64(4)), new(r.GetInt64(5))), cancellation);
    }

    public async Task Judge(Edge edge, DateOnly day, Verdict verdict, DateTimeOffset judgedAt, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        (string, object)[] key = [("direction", (short)edge.Direction), ("neighbour", edge.Neighbour.Code), ("day", day)];
        await using (var judge = Command(connection, transaction, $"""
            insert into {at}book_verdict as v (direction, neighbour, day, judged_at) values (@direction, @neighbour, @day, @judged)
            on conflict (direction, neighbour, day) do update set judged_at = excluded.judged_at where v.judged_at <= excluded.judged_at
            """, [.. key, ("judged", judgedAt.ToUniversalTime())]))
        {
            if (await judge.ExecuteNonQueryAsync(cancellation) == 0) return;
        }

        await Execute(connection, transaction, $"delete from {at}book_held where direction = @direction and neighbour = @neighbour and day = @day", cancellation, key);
        await Execute(connection, transaction, $"""
            insert into {at}book_held (direction, neighbour, day, settlement_id, home_area)
            select @direction, @neighbour, @day, held.id, held.home from unnest(@held, @homes) as held(id, home)
            """, cancellation, [.. key, ("held", verdict.Held.Select(h => h.SettlementId).ToArray()), ("homes", verdict.Held.Select(h => h.HomeArea?.Code).ToArray())]);
        await Execute(connection, transaction, $"""
            insert into {at}book_held (direction, neighbour, day, area) select @direction, @neighbour, @day, unnest(@areas);
            """, cancellation, [.. key, ("areas", verdict.HeldAreas.Select(a => a.Code).ToArray())]);
        await transaction.CommitAsync(cancellation);
    }

    public async Task<Verdict?> VerdictOf(Edge edge, DateOnly day, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"""
            select h.settlement_id, h.area, h.home_area from {at}book_verdict v left join {at}book_held h using (direction, neighbour, day)
            where v.direction = @direction and v.neighbour = @neighbour and v.day = @day
            """);
        Add(command, ("direction", (short)edge.Direction), ("neighbour", edge.Neighbour.Code), ("day", day));
        var rows = await Read(command, r => (Id: r.IsDBNull(0) ? null : r.GetString(0), Area: r.IsDBNull(1) ? null : r.GetString(1), Home: r.IsDBNull(2) ? (AdminDivision?)null : new AdminDivision(r.GetString(2))), cancellation);
        return rows.Count == 0 ? null : new Verdict([.. rows.Where(r => r.Id is not null).Select(r => new WaitingSettlement(r.Id!, r.Home))], [.. rows.Select(r => r.Area).OfType<string>().Select(area => new AdminDivision(area))]);
    }

    public async Task<IReadOnlyList<HomeLine>> Homes(DateOnly day, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand($"""
            select home_area, count(*), sum(total_fen)::bigint from {at}book
            where role = 2 and ((upward and up_batch = @day) or (not upward and batch = @day)) group by 1 order by 1
            """);
        Add(command, ("day", day));
        return await Read(command, r => new HomeLine(new(r.GetString(0)), r.GetInt64(1), new(r.GetInt64(2))), cancellation);
    }

    public async Task<Declarable> DeclarableOf(string institution, DateOnly from, DateOnly to, CancellationToken cancellation = default)
    {
        (string, object)[] of = [("institution", institution), ("from", from), ("to", to)];
        const string Own = "role = 0 and institution = @institution and business_date between @from and @to";
        var reconciled = await Rows($"{Own} and {BookSql.Reconciled(at)}", cancellation, of);
        var held = await Rows($"{Own} and not {BookSql.Reconciled(at)}", cancellation, of);
        // What was altered behind the book's back is declared by nobody before it is put right.
        return new Declarable([.. reconciled.Where(r => r.Altered is null).Select(r => r.Entry.Content)],
            [.. held.Concat(reconciled.Where(r => r.Altered is not null)).OrderBy(r => r.Entry.Content.SettlementId, StringComparer.Ordinal).Select(r => r.Entry.Content)]);
    }

    public async Task<IReadOnlyList<SettlementContent>> OfInstitution(string institution, DateOnly from, DateOnly to, CancellationToken cancellation = default) =>
        [.. (await Rows("role = 0 and institution = @institution and business_date between @from and @to", cancellation,
            ("institution", institution), ("from", from), ("to", to))).Select(row => row.Entry.Content)];

    // The day row is held in share mode until the commit: many batches at once, no cut between assignment and commit.
    private async Task<Dictionary<DateOnly, DateOnly>> Assign(NpgsqlConnection connection, NpgsqlTransaction transaction, List<DateOnly> dates, CancellationToken cancellation)
    {
        var assigned = new Dictionary<DateOnly, DateOnly>();
        foreach (var date in dates)
        {
            var day = date;
            while (true)
            {
                await using var look = Command(connection, transaction, $"select cut_at is not null from {at}book_day where day = @day for share", ("day", day));
                var cut = await look.ExecuteScalarAsync(cancellation);
                if (cut is false) break;
                if (cut is true)
                {
                    await using var next = Command(connection, transaction, $"select max(day) + 1 from {at}book_day where cut_at is not null");
                    day = (DateOnly)(await next.ExecuteScalarAsync(cancellation))!;
                    continue;
                }

                // No row yet: days before the last cut are behind us even when nothing ever happened on them.
                await using var last = Command(connection, transaction, $"select max(day) from {at}book_day where cut_at is not null");
                if (await last.ExecuteScalarAsync(cancellation) is DateOnly cutDay && day <= cutDay) day = cutDay.AddDays(1);
                await Execute(connection, transaction, $"insert into {at}book_day (day) values (@day) on conflict do nothing", cancellation, ("day", day));
            }

            assigned[date] = day;
        }

        return assigned;
    }

    private NpgsqlCommand Insert(NpgsqlConnection connection, NpgsqlTransaction transaction, List<BookEntry> batch, Dictionary<DateOnly, DateOnly> days, DateTimeOffset now)
    {
        var command = Command(connection, transaction, BookSql.Insert(at), ("now", now.ToUniversalTime()));
        AddContents(command, batch);
        Add(command,
            ("down_treatment", batch.Select(e => e.Crossing.DownTreatment?.Code).ToArray()),
            ("down_home", batch.Select(e => e.Crossing.DownHome?.Code).ToArray()),
            ("upward", batch.Select(e => e.Crossing.Upward).ToArray()),
            ("batch", batch.Select(e => days[e.Content.BusinessDate]).ToArray()));
        return command;
    }

    private NpgsqlCommand Correct(NpgsqlConnection connection, NpgsqlTransaction transaction, List<BookEntry> batch)
    {
        var command = Command(connection, transaction, BookSql.Correct(at));
        AddContents(command, batch);
        return command;
    }

    private static void AddContents(NpgsqlCommand command, List<BookEntry> batch) => Add(command,
        ("id", batch.Select(e => e.Content.SettlementId).ToArray()),
        ("role", batch.Select(e => (short)e.Role).ToArray()),
        ("version", batch.Select(e => e.Version).ToArray()),
        ("original", batch.Select(e => e.Content.OriginalId).ToArray()),
        ("treatment", batch.Select(e => e.Content.TreatmentArea.Code).ToArray()),
        ("home", batch.Select(e => e.Content.HomeArea.Code).ToArray()),
        ("institution", batch.Select(e => e.Content.Institution).ToArray()),
        ("person", batch.Select(e => e.Content.Person.ToString()).ToArray()),
        ("date", batch.Select(e => e.Content.BusinessDate).ToArray()),
        ("insutype", batch.Select(e => (short)e.Content.Insurance).ToArray()),
        ("total", batch.Select(e => e.Content.Total.Fen).ToArray()),
        ("fund", batch.Select(e => e.Content.FundTotal.Fen).ToArray()),
        ("cash", batch.Select(e => e.Content.Cash.Fen).ToArray()),
        ("hospital", batch.Select(e => e.Content.Figures.HospitalBorne.Fen).ToArray()),
        ("funds", batch.Select(e => Funds(e.Content)).ToArray()),
        ("content", batch.Select(e => JsonSerializer.Serialize(e.Content, Form)).ToArray()),
        ("hash", batch.Select(e => e.ContentHash()).ToArray()),
        ("decided", batch.Select(e => e.DecidedAt.ToUniversalTime()).ToArray()));

    private static string Funds(SettlementContent content) =>
        string.Join(',', FundOrder.Select(fund => content.Figures.Of(fund).Fen.ToString(CultureInfo.InvariantCulture)));

    private async Task<List<BookEntry>> Conflicts(NpgsqlConnection connection, NpgsqlTransaction transaction, List<BookEntry> rest, DateTimeOffset now, CancellationToken cancellation)
    {
        var conflicts = new List<BookEntry>();
        if (rest.Count == 0) return conflicts;
        await using (var command = Command(connection, transaction, $"""
            select b.settlement_id, b.role from {at}book b join unnest(@id, @role, @version, @hash) as i(id, role, version, hash)
              on b.settlement_id = i.id and b.role = i.role and b.version = i.version and b.content_hash <> i.hash
            """))
        {
            AddContents(command, rest);
            var keys = await Keys(command, cancellation, dispose: false);
            conflicts.AddRange(rest.Where(e => keys.Contains((e.Content.SettlementId, e.Role))));
        }

        foreach (var entry in conflicts)
        {
            await Execute(connection, transaction, $"""
                insert into {at}book_conflict (settlement_id, role, version, content_hash, content, seen_at)
                values (@id, @role, @version, @hash, @content::jsonb, @now) on conflict do nothing
                """, cancellation,
                ("id", entry.Content.SettlementId), ("role", (short)entry.Role), ("version", entry.Version), ("hash", entry.ContentHash()),
                ("content", JsonSerializer.Serialize(entry.Content, Form)), ("now", now.ToUniversalTime()));
        }

        return conflicts;
    }

    private async Task<DigestTree> Digest(NpgsqlConnection connection, NpgsqlTransaction? transaction, Edge edge, DateOnly day, CancellationToken cancellation)
    {
        var where = edge.Direction switch
        {
            EdgeDirection.Down => "batch = @day and (down_treatment = @neighbour or down_home = @neighbour)",
            EdgeDirection.Up => "up_batch = @day and upward",
            EdgeDirection.Within => "batch = @day and down_treatment is null and down_home is null and not upward",
        };
        await using var command = Command(connection, transaction,
            $"select settlement_id, content_hash, total_fen, fund_fen, cash_fen from {at}book b where {where} and {BookSql.Leading(at, "b")}",
            ("day", day));
        if (edge.Direction == EdgeDirection.Down) Add(command, ("neighbour", edge.Neighbour.Code));
        var tree = new DigestTree.Builder();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) tree.Add(Entry(reader));
        return tree.Build();

        static DigestEntry Entry(NpgsqlDataReader r) => new(r.GetString(0), r.GetFieldValue<byte[]>(1), new(r.GetInt64(2)), new(r.GetInt64(3)), new(r.GetInt64(4)));
    }

    private async Task<CutDay?> CutOf(NpgsqlConnection connection, NpgsqlTransaction? transaction, DateOnly day, CancellationToken cancellation)
    {
        await using var when = Command(connection, transaction, $"select cut_at from {at}book_day where day = @day and cut_at is not null", ("day", day));
        var cutAt = await Read(when, r => r.GetFieldValue<DateTimeOffset>(0), cancellation);
        if (cutAt.Count == 0) return null;
        await using var command = Command(connection, transaction, $"select child, count, total_fen, fund_fen, cash_fen, root from {at}book_cut where day = @day", ("day", day));
        var edges = await Read(command, r => KeyValuePair.Create(new AdminDivision(r.GetString(0)),
            new DaySums(r.GetInt64(1), new(r.GetInt64(2)), new(r.GetInt64(3)), new(r.GetInt64(4)), r.GetFieldValue<byte[]>(5))), cancellation);
        return new CutDay(day, cutAt[0], new Dictionary<AdminDivision, DaySums>(edges));
    }

    private static async Task<List<T>> Read<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) rows.Add(row(reader));
        return rows;
    }

    private async Task<IReadOnlyList<BookRow>> Rows(string where, CancellationToken cancellation, params (string, object)[] parameters)
    {
        await using var command = database.CreateCommand($"select {BookSql.Columns} from {at}book b where {where} order by settlement_id, role");
        Add(command, parameters);
        return await Read(command, Row, cancellation);
    }

    private static BookRow Row(NpgsqlDataReader reader)
    {
        AdminDivision? Optional(int column) => reader.IsDBNull(column) ? null : new AdminDivision(reader.GetString(column));
        var content = JsonSerializer.Deserialize<SettlementContent>(reader.GetString(2)) ?? throw new InvalidOperationException("A row of the book holds no settlement.");
        // A row stands for the number it is filed under, whatever its content claims.
        var own = reader.GetString(15) == content.SettlementId;
        if (!own) content = content with { SettlementId = reader.GetString(15) };
        var entry = new BookEntry((PartyRole)reader.GetInt16(0), content, reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(3),
            new Crossing(Optional(4), Optional(5), reader.GetBoolean(6)));
        var sums = new PartySums(new(reader.GetInt64(10)), new(reader.GetInt64(11)), new(reader.GetInt64(12)));
        var intact = own && sums == new PartySums(content.Total, content.FundTotal, content.Cash) && reader.GetFieldValue<DateOnly>(14) == content.BusinessDate
            && entry.ContentHash().AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(13));
        return new BookRow(entry, reader.GetFieldValue<DateOnly>(7), reader.GetFieldValue<DateOnly>(8), reader.GetFieldValue<DateTimeOffset>(9)) { Altered = intact ? null : sums };
    }

    private static async Task<HashSet<(string, PartyRole)>> Keys(NpgsqlCommand command, CancellationToken cancellation, bool dispose = true)
    {
        var keys = new HashSet<(string, PartyRole)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) keys.Add((reader.GetString(0), (PartyRole)reader.GetInt16(1)));
        }

        if (dispose) await command.DisposeAsync();
        return keys;
    }

    private static async Task Execute(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellation, params (string, object)[] parameters)
    {
        await using var command = Command(connection, transaction, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, params (string, object)[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        Add(command, parameters);
        return command;
    }

    private static void Add(NpgsqlCommand command, params (string Name, object Value)[] parameters)
    {
        foreach (var (name, value) in parameters) command.Parameters.Add(Parameter(name, value));
    }

    private static NpgsqlParameter Parameter(string name, object value) => value switch
    {
        string?[] texts => new NpgsqlParameter<string?[]>(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { TypedValue = texts },
        _ => new NpgsqlParameter(name, value),
    };
}
