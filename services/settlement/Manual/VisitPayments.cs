using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Manual;

/// <summary>
/// One payment per visit at the home place, direct or manual (SET-022): a row per visit in the same transaction as the payment, with a
/// constraint. Two asked for at once are decided by whoever commits first, on whatever host.
/// </summary>
public sealed class VisitPayments(IRows rows)
{
    private const string Ddl = """
        create table if not exists visit_payments (
            visit_id text primary key, direct int not null, manual int not null, constraint visit_paid_once check (direct = 0 or manual = 0));
        """;

    /// <summary>What each fact does to the row.</summary>
    public static void Declare(ServiceBuilder service)
    {
        service.Table(Ddl);
        service.Refuses("visit_paid_once", ManualErrors.PaidOnce);
        service.Row<SettlementGranted>((fact, _) => Direct(fact.Request.VisitId, 1));
        service.Row<SettlementReversed>((fact, _) => fact.Outcome.Content is { } content ? Direct(content.VisitId, -1) : null);
        // Taken back from a proof: counted as it would have been; a reversal takes away what stood here, or what was just put before it.
        service.Row<OriginalAdopted>((fact, _) => Direct(fact.Content.VisitId, 1));
        service.Row<SettlementAdopted>((fact, context) => fact.Outcome switch
        {
            { State: OutcomeState.Granted, Content: { } content } => Direct(content.VisitId, 1),
            { State: OutcomeState.Reversed, Content: { } content } when context.Version > 1 => Direct(content.VisitId, -1),
            _ => null,
        });
        service.Row<ManualReimbursed>((fact, _) => Manual(fact.VisitId, 1));
        service.Row<ManualRevoked>((fact, _) => Manual(fact.VisitId, 0));
    }

    /// <summary>Whether a direct settlement of the visit stands here.</summary>
    public async Task<bool> HasDirect(string visitId) =>
        (await rows.Query("select direct from visit_payments where visit_id = $1", static reader => reader.GetInt32(0), visitId)).Any(direct => direct > 0);

    private static RowCommand Direct(string visitId, int change) => new(
        "insert into visit_payments select p.*, 0 from unnest($1::text[], $2::int[]) p on conflict (visit_id) do update set direct = visit_payments.direct + excluded.direct", visitId, change) { Row = visitId };

    private static RowCommand Manual(string visitId, int manual) => new(
        "insert into visit_payments select p.id, 0, p.manual from unnest($1::text[], $2::int[]) as p(id, manual) on conflict (visit_id) do update set manual = excluded.manual", visitId, manual) { Row = visitId };
}
