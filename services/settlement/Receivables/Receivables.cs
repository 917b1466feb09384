using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Doors;

namespace Yibao.Settlement.Receivables;

/// <summary>What one settlement (or negative) makes the treatment agency owe the institution.</summary>
/// <param name="Fund">基金支付合计: the receivable; the personal account's part is in it (AMB-18).</param>
/// <param name="Cash">What the patient pays himself.</param>
public sealed record ReceivableRow(string SettlementId, string OriginalId, DateOnly BusinessDate, AdminDivision TreatmentArea, AdminDivision HomeArea, InsuranceType Insurance, Money Total, Money Fund, Money Cash, Money HospitalBorne);

/// <summary>The sums of a span of days.</summary>
public sealed record ReceivableTotals(int Count, Money Total, Money Fund, Money Cash, Money HospitalBorne);

/// <summary>
/// 医药机构应收 (SET-002): the patient pays his share, the rest the institution is owed by the treatment agency, before audit and
/// deductions. One row with each settlement that this node stores as treatment place; negatives are lines of their own day.
/// </summary>
public sealed class Receivables(IRows rows)
{
    private const string Ddl = """
        create table if not exists receivables (
            settlement_id text primary key, original_id text not null, institution text not null, treatment_area char(6) not null, home_area char(6) not null, insurance int not null,
            business_date date not null, total_fen bigint not null, fund_fen bigint not null, cash_fen bigint not null, borne_fen bigint not null);
        create index if not exists receivables_of on receivables (institution, business_date, settlement_id);
        """;

    public static void Declare(ServiceBuilder service)
    {
        service.Table(Ddl);
        ToldSettlements.Row(service, static (role, content) => role != PartyRole.Treatment ? null : new RowCommand(
            """
            insert into receivables select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::date[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
            on conflict (settlement_id) do nothing
            """,
            content.SettlementId, content.OriginalId ?? "", content.Institution, content.TreatmentArea, content.HomeArea, (int)content.Insurance, content.BusinessDate,
            content.Total, content.FundTotal, content.Cash, content.Figures.HospitalBorne) { Row = content.SettlementId });
    }

    /// <summary>Of one institution, both days included.</summary>
    /// <param name="areas">Only these treatment places; null: all.</param>
    public async Task<ReceivableTotals> Totals(string institution, DateOnly from, DateOnly until, IReadOnlyList<AdminDivision>? areas) => (await rows.Query(
        $"select count(*)::int, coalesce(sum(total_fen), 0)::bigint, coalesce(sum(fund_fen), 0)::bigint, coalesce(sum(cash_fen), 0)::bigint, coalesce(sum(borne_fen), 0)::bigint from receivables where {Which}",
        static reader => new ReceivableTotals(reader.GetInt32(0), new(reader.GetInt64(1)), new(reader.GetInt64(2)), new(reader.GetInt64(3)), new(reader.GetInt64(4))),
        institution, from, until, Codes(areas), areas is null))[0];

    /// <summary>Its lines, in the order of their ids.</summary>
    public Task<IReadOnlyList<ReceivableRow>> Lines(string institution, DateOnly from, DateOnly until, IReadOnlyList<AdminDivision>? areas, string after, int limit) => rows.Query(
        $"select settlement_id, original_id, business_date, treatment_area, home_area, insurance, total_fen, fund_fen, cash_fen, borne_fen from receivables where {Which} and settlement_id > $6 order by settlement_id limit $7",
        static reader => new ReceivableRow(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateOnly>(2), new(reader.GetString(3)), new(reader.GetString(4)), (InsuranceType)reader.GetInt32(5),
            new(reader.GetInt64(6)), new(reader.GetInt64(7)), new(reader.GetInt64(8)), new(reader.GetInt64(9))),
        institution, from, until, Codes(areas), areas is null, after, limit);

    private const string Which = "institution = $1 and business_date between $2 and $3 and ($5 or treatment_area = any($4))";

    private static string[] Codes(IReadOnlyList<AdminDivision>? areas) => [.. (areas ?? []).Select(area => area.Code)];
}
