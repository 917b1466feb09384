using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Settlement.Refunds;

namespace Yibao.Settlement.Verification;

/// <summary>One settlement in the verification scope, as listed.</summary>
/// <param name="State">open, recovery, withdrawn.</param>
public sealed record ListedItem(string SettlementId, string Area, string Institution, string Queue, Money Benefit, DateTimeOffset OpenedAt, string State, Money Recovery);

/// <summary>The queues of the agencies: one row per item, in the transaction of the fact that makes or ends it.</summary>
public sealed class VerificationItems(IRows rows)
{
    private const string Ddl = """
        create table if not exists verification_items (
            settlement_id text not null,
            area char(6) not null,
            institution text not null,
            queue text not null,
            benefit_fen bigint not null,
            opened_at timestamptz not null,
            state text not null,
            recovery_fen bigint not null default 0,
            primary key (settlement_id, queue));
        create index if not exists verification_items_of on verification_items (queue, opened_at, settlement_id);
        """;

    public static void Declare(ServiceBuilder service)
    {
        service.Table(Ddl);
        service.Row<VerificationOpened>((fact, context) => new RowCommand(
            "insert into verification_items (settlement_id, area, institution, queue, benefit_fen, opened_at, state) values ($1, $2, $3, $4, $5, $6, 'open') on conflict do nothing",
            IdOf(context.Stream), fact.Area.Code, InstitutionOf(IdOf(context.Stream)), fact.Queue, fact.Benefit.Fen, context.At));
        service.Row<VerificationWithdrawn>((_, context) => new RowCommand("update verification_items set state = 'withdrawn' where settlement_id = $1 and queue <> 'correction'", IdOf(context.Stream)));
        service.Row<CorrectionOffered>((fact, context) => new RowCommand(
            "insert into verification_items (settlement_id, area, institution, queue, benefit_fen, opened_at, state) values ($1, $2, $3, 'correction', $4, $5, 'open') on conflict do nothing",
            IdOf(context.Stream), fact.Area.Code, fact.Institution, fact.Refunded.Fen, context.At));
        service.Row<LiabilityFound>((fact, context) => new RowCommand("update verification_items set state = 'recovery', recovery_fen = $2 where settlement_id = $1 and queue <> 'correction'", IdOf(context.Stream), fact.Recovery.Fen));
    }

    /// <summary>Of one area, the oldest first.</summary>
    /// <param name="after">Last id of the page before; empty: from the beginning.</param>
    public Task<IReadOnlyList<ListedItem>> Of(string area, string queue, bool openOnly, string after, int limit) => rows.Query(
        """
        select settlement_id, area, institution, queue, benefit_fen, opened_at, state, recovery_fen from verification_items
        where area = $1 and ($2 = '' or queue = $2) and (not $3 or state = 'open')
          and ($4 = '' or (opened_at, settlement_id) > (select opened_at, settlement_id from verification_items where settlement_id = $4 order by opened_at limit 1))
        order by opened_at, settlement_id limit $5
        """,
        reader => new ListedItem(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), new Money(reader.GetInt64(4)), reader.GetFieldValue<DateTimeOffset>(5), reader.GetString(6), new Money(reader.GetInt64(7))),
        area, queue, openOnly, after, limit);

    public async Task<ListedItem?> Find(string settlementId) => (await rows.Query(
        "select settlement_id, area, institution, queue, benefit_fen, opened_at, state, recovery_fen from verification_items where settlement_id = $1 and queue <> 'correction'",
        reader => new ListedItem(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), new Money(reader.GetInt64(4)), reader.GetFieldValue<DateTimeOffset>(5), reader.GetString(6), new Money(reader.GetInt64(7))),
        settlementId)).SingleOrDefault();

    private static string IdOf(string stream) => stream["settlement/".Length..stream.LastIndexOf('/')];

    private static string InstitutionOf(string settlementId) => settlementId[..settlementId.IndexOf(':', StringComparison.Ordinal)];
}
