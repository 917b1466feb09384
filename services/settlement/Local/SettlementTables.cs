using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Local;

/// <summary>
/// The only rows on the settlement path: one per settlement that only home can end, one per undelivered settlement. They go into the
/// transaction of the fact that makes or ends them.
/// </summary>
public sealed class SettlementTables(IRows rows) : IOpenSettlements, IUndeliveredSettlements
{
    private const string Ddl = """
        create table if not exists open_settlements (
            settlement_id text primary key,
            next_attempt timestamptz not null);
        create index if not exists open_settlements_due on open_settlements (next_attempt);
        create table if not exists undelivered_settlements (
            settlement_id text primary key,
            institution text not null,
            business_date date not null,
            decided_at timestamptz not null);
        create index if not exists undelivered_settlements_of on undelivered_settlements (institution, decided_at);
        -- Both tables are nearly empty and never at rest: a plan made when they are is kept, and only the index is ever right.
        create or replace function close_settlements(ids text[]) returns void language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
        begin
          delete from open_settlements where settlement_id = any (ids);
        end $$;
        create or replace function deliver_settlements(ids text[]) returns void language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
        begin
          delete from undelivered_settlements where settlement_id = any (ids);
        end $$;
        """;

    /// <summary>What each fact does to the rows.</summary>
    public static void Declare(ServiceBuilder service, RoundTripSettings settings)
    {
        service.Table(Ddl);
        service.Row<SettlementIntended>((fact, context) => Open(fact.Request.Id, context.At + settings.RedriveAfter));
        service.Row<WithdrawalIntended>((fact, context) => Open(fact.Reversal.OriginalId, context.At + settings.RedriveAfter));
        service.Row<WithdrawalDenied>((fact, _) => Closed(fact.Denial.SettlementId));
        service.Row<OutcomeReceived>((fact, _) => fact.Open ? null : Closed(fact.Outcome.SettlementId));
        service.Row<OutcomeReceived>((fact, _) => fact switch
        {
            { Outcome: { State: OutcomeState.Granted, Content: { } content }, Delivered: false, Open: false } => new RowCommand(
                "insert into undelivered_settlements select * from unnest($1::text[], $2::text[], $3::date[], $4::timestamptz[]) on conflict do nothing",
                content.SettlementId, content.Institution, content.BusinessDate, fact.Outcome.DecidedAt) { Row = content.SettlementId },
            { Outcome.State: OutcomeState.Reversed } => Delivered(fact.Outcome.SettlementId),
            _ => null,
        });
        service.Row<WithdrawalIntended>((fact, _) => Delivered(fact.Reversal.OriginalId));
        service.Row<SettlementDelivered>((_, context) => Delivered(IdOf(context.Stream)));
        service.Row<SettlementConfirmed>((_, context) => Delivered(IdOf(context.Stream)));
    }

    public Task<IReadOnlyList<string>> Due(DateTimeOffset now, int limit) =>
        rows.Query("select settlement_id from open_settlements where next_attempt <= $1 order by next_attempt limit $2", reader => reader.GetString(0), now, limit);

    public Task Postpone(string settlementId, DateTimeOffset until) =>
        rows.Execute("update open_settlements set next_attempt = $2 where settlement_id = $1", settlementId, until);

    public Task<IReadOnlyList<Undelivered>> Of(string institution, int limit) => rows.Query(
        "select settlement_id, institution, business_date, decided_at from undelivered_settlements where institution = $1 order by decided_at limit $2",
        reader => new Undelivered(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateOnly>(2), reader.GetFieldValue<DateTimeOffset>(3)),
        institution, limit);

    private static RowCommand Open(string settlementId, DateTimeOffset next) =>
        new("insert into open_settlements select * from unnest($1::text[], $2::timestamptz[]) on conflict (settlement_id) do update set next_attempt = excluded.next_attempt", settlementId, next) { Row = settlementId };

    private static RowCommand Closed(string settlementId) => new("select close_settlements($1)", settlementId) { Row = settlementId };

    private static RowCommand Delivered(string settlementId) => new("select deliver_settlements($1)", settlementId) { Row = settlementId };

    private static string IdOf(string stream) => stream["settlement/".Length..^"/treatment".Length];
}
