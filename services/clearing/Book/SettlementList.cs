using System.Globalization;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Book;

/// <summary>One settlement as an operator's list shows it; amounts in fen.</summary>
public sealed record SettlementLine(
    string SettlementId, string? OriginalId, string TreatmentArea, string HomeArea, string Institution, string PersonKey, int Insutype, DateOnly BusinessDate, DateOnly Batch, long TotalFen, long FundFen, long CashFen);

/// <summary>A page, and where the next one begins; empty at the end.</summary>
public sealed record SettlementPage(IReadOnlyList<SettlementLine> Settlements, string Next);

/// <summary>What an agency may see of the book: settlements whose home or treatment lies in its subtree (SEC-001), once each whatever roles this node had.</summary>
public sealed class SettlementList(IRows rows, NodeRegistry registry, ICurrentActor current, TimeProvider time)
{
    private const int MostOnPage = 200;

    /// <param name="from">First business date, inclusive.</param>
    /// <param name="to">Last business date, inclusive.</param>
    /// <param name="cursor">The former page's end; empty for the first page.</param>
    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public async Task<SettlementPage> Page(string from, string to, int pageSize, string cursor)
    {
        var (first, last) = (Day(from, "from"), Day(to, "to"));
        if (last < first) throw SystemErrors.FieldInvalid.With("to", "早于 from").AsException();
        var size = pageSize == 0 ? 50 : pageSize is > 0 and <= MostOnPage ? pageSize : throw SystemErrors.FieldInvalid.With("page_size", "1 至 200").AsException();
        var (day, id) = cursor.Split('/') is [var on, var after] ? (Day(on, "cursor"), after) : cursor.Length == 0 ? (first.AddDays(-1), "") : throw SystemErrors.FieldInvalid.With("cursor", "不是上一页给出的").AsException();
        var areas = registry.At(time.GetUtcNow()).Places.Select(place => place.Code).Where(current.Sees).Select(code => code.Code).ToArray();
        var lines = await rows.Query("""
            select distinct on (business_date, settlement_id)
                settlement_id, original_id, treatment_area, home_area, institution, person, insutype, business_date, batch, total_fen, fund_fen, cash_fen
            from book
            where business_date between $1 and $2 and (business_date, settlement_id) > ($3, $4) and (treatment_area = any($5) or home_area = any($5))
            order by business_date, settlement_id, role limit $6
            """,
            row => new SettlementLine(
                row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt16(6),
                row.GetFieldValue<DateOnly>(7), row.GetFieldValue<DateOnly>(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11)),
            first, last, day, id, areas, size + 1);
        if (lines.Count <= size) return new SettlementPage(lines, "");
        var end = lines[size - 1];
        return new SettlementPage([.. lines.Take(size)], string.Create(CultureInfo.InvariantCulture, $"{end.BusinessDate:yyyy-MM-dd}/{end.SettlementId}"));
    }

    private static DateOnly Day(string text, string field) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw SystemErrors.FieldInvalid.With(field, "须写作 2023-01-01").AsException();
}
