using System.Globalization;
using System.Text;
using Yibao.Contracts.Filings;
using Yibao.Filing.Filings;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Desks;

/// <summary>One line of a list.</summary>
/// <param name="Due">Last day for handling an online application.</param>
public sealed record FilingLine(string Number, string Person, int Insurance, FilingCategory Category, string Place, string Channel, FilingStatus Status, DateTimeOffset AppliedAt, DateTimeOffset? Start, DateTimeOffset? End, DateOnly? Due, long Version);

/// <summary>The rows behind the agency's lists: written with the facts, so that what was just filed is in them; paged by cursor, never by offset.</summary>
public sealed class FilingLists(IRows rows, NodeRegistry places, TimeProvider time)
{
    public const string Ddl = """
        create table if not exists filing_row (
          number varchar(24) primary key,
          person_key char(32) not null,
          home_area char(6) not null,
          insurance smallint not null,
          category smallint not null,
          place char(6) not null,
          channel varchar(40) not null,
          status smallint not null,
          applied_at timestamptz not null,
          start_at timestamptz,
          end_at timestamptz,
          left_at timestamptz,
          due date,
          version bigint not null default 0,
          reported bigint not null default 0,
          expired boolean not null default false
        );
        create index if not exists filing_row_area on filing_row (home_area, applied_at desc, number desc);
        create index if not exists filing_row_open on filing_row (home_area, due) where due is not null and status in (1, 2);
        create index if not exists filing_row_ending on filing_row (end_at, number) where status = 3 and not expired;
        create index if not exists filing_row_unreported on filing_row (home_area, applied_at desc, number desc) where version > reported;
        """;

    /// <summary>OVERDUE: 超期未办结 (FIL-015).</summary>
    public const string Overdue = "OVERDUE";

    /// <summary>NOT_REPORTED: 尚未上报国家 (FIL-039).</summary>
    public const string NotReported = "NOT_REPORTED";

    public static void Declare(ServiceBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Table(Ddl);
        service.Row<FilingApplied>((f, context) => new RowCommand(
            "insert into filing_row (number, person_key, home_area, insurance, category, place, channel, status, applied_at, due) values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9::date) on conflict do nothing",
            f.Number, context.Stream["filings/".Length..], f.HomeArea.Code, (int)f.Insurance, (int)f.Category, f.Place.Code, f.Channel, f.At, f.Due));
        service.Row<FilingReviewStarted>((f, _) => Status(f.Number, FilingStatus.UnderReview));
        service.Row<FilingRejected>((f, _) => Status(f.Number, FilingStatus.Rejected));
        // Cancelled or ended before approval: no word to others follows, so the row is set here; a filing in force is set by its word.
        service.Row<FilingCancelled>((f, _) => Status(f.Number, FilingStatus.Cancelled));
        service.Row<FilingsEndedByEnrolment>((f, context) => new RowCommand(
            "update filing_row set status = 7 where person_key = $1 and home_area = $2 and insurance = $3 and status in (1, 2)",
            context.Stream["filings/".Length..], f.HomeArea.Code, (int)f.Insurance));
        service.Row<FilingTold>((f, _) => new RowCommand(
            "update filing_row set status = $2, place = $3, start_at = $4::timestamptz, end_at = $5::timestamptz, left_at = $6::timestamptz, version = $7 where number = $1 and version < $7",
            f.Replica.Number, (int)f.Replica.Status, f.Replica.Place.Code, f.Replica.Start, f.Replica.End, f.Replica.LeftForceAt, f.Replica.Version));
        service.Row<FilingExpired>((f, _) => new RowCommand("update filing_row set expired = true where number = $1", f.Number));
        service.Row<FilingForwarded>((f, _) => f.Tier == AdminDivision.National
            ? new RowCommand("update filing_row set reported = greatest(reported, $2) where number = $1", f.Number, f.Version)
            : null);
    }

    /// <param name="status">Empty: all; a status; OVERDUE; NOT_REPORTED.</param>
    /// <param name="pageSize">1–200; 50 when 0.</param>
    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>: cursor, status or page size.</exception>
    public async Task<(IReadOnlyList<FilingLine> Lines, string Next)> Page(AdminDivision area, string status, int pageSize, string cursor)
    {
        if (pageSize is < 0 or > 200) throw SystemErrors.FieldInvalid.With("page_size", "1 到 200").AsException();
        var size = pageSize == 0 ? 50 : pageSize;
        var (after, number) = Read(cursor);
        List<object?> arguments = [area.Code, after, number, size + 1];
        var condition = status switch
        {
            "" => "",
            Overdue => Add(" and due is not null and status in (1, 2) and due < $5", time.Now().BusinessDate()),
            NotReported => " and version > reported",
            _ => Add(" and status = $5", (int)Desk.Of<FilingStatus>(status, "status")),
        };
        var lines = await rows.Query(
            "select number, person_key, insurance, category, place, channel, status, applied_at, start_at, end_at, due, version from filing_row " +
            $"where home_area = $1 and (applied_at, number) < ($2, $3){condition} order by applied_at desc, number desc limit $4",
            reader => new FilingLine(
                reader.GetString(0), reader.GetString(1), reader.GetInt16(2), (FilingCategory)reader.GetInt16(3), reader.GetString(4), reader.GetString(5), (FilingStatus)reader.GetInt16(6),
                reader.GetFieldValue<DateTimeOffset>(7), reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8), reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
                reader.IsDBNull(10) ? null : reader.GetFieldValue<DateOnly>(10), reader.GetInt64(11)),
            [.. arguments]);
        var page = lines.Take(size).ToList();
        return (page, lines.Count > size ? Write(page[^1]) : "");

        string Add(string sql, object value)
        {
            arguments.Add(value);
            return sql;
        }
    }

    /// <summary>Filings that have run out and are not noted as expired yet, of all areas here.</summary>
    public Task<IReadOnlyList<(string Number, string Person, string Area)>> RunOut(DateTimeOffset by, int limit) => rows.Query(
        "select number, person_key, home_area from filing_row where status = 3 and not expired and end_at <= $1 order by end_at, number limit $2",
        reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2)), by, limit);

    /// <summary>The area must be in the registry.</summary>
    public void Known(AdminDivision area) => _ = places.At(time.GetUtcNow()).Area(area);

    private static RowCommand Status(string number, FilingStatus status) => new("update filing_row set status = $2 where number = $1", number, (int)status);

    private static string Write(FilingLine last) => Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.AppliedAt.UtcTicks}|{last.Number}")));

    private static (DateTimeOffset After, string Number) Read(string cursor)
    {
        if (string.IsNullOrEmpty(cursor)) return (new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), "");
        Span<byte> bytes = stackalloc byte[128];
        if (cursor.Length <= 160 && Convert.TryFromBase64String(cursor, bytes, out var length)
            && Encoding.UTF8.GetString(bytes[..length]).Split('|') is [var ticks, var number]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var utc) && utc < DateTimeOffset.MaxValue.UtcTicks)
            return (new DateTimeOffset(utc, TimeSpan.Zero), number);
        throw SystemErrors.FieldInvalid.With("cursor", "请原样传回上一页的游标").AsException();
    }
}
