using System.Text.Json;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Doors;
using Yibao.Settlement.Manual;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Rate;

/// <summary>A manual reimbursement as the home city tells its province; no person in it.</summary>
/// <param name="PaymentId">Opaque beyond the home place.</param>
/// <param name="Standing">False: it was revoked.</param>
public sealed record ManualTold(string PaymentId, AdminDivision HomeArea, DateOnly Discharged, bool Standing);

/// <summary>
/// The cross-province stays of this node's home places, and of those below it, each once: direct ones from the settlements that pass here,
/// manual ones from the home place's own word. What the rate is counted from.
/// </summary>
public sealed class CrossDischarges(IRows rows, Routes routes)
{
    private const string Ddl = """
        create table if not exists cross_discharges (id text primary key, home_area char(6) not null, day date not null, manual boolean not null, standing boolean not null);
        create index if not exists cross_discharges_of on cross_discharges (home_area, day);
        """;

    private const string Put = "insert into cross_discharges values ($1, $2, $3, true, $4) on conflict (id) do update set standing = cross_discharges.standing and excluded.standing";

    public static void Declare(ServiceBuilder service)
    {
        service.Table(Ddl);
        service.Row<ManualReimbursed>((fact, _) => Counts(fact) ? new RowCommand(Put, fact.PaymentId, fact.HomeArea, fact.CareUntil.BusinessDate(), true) : null);
        service.Row<ManualRevoked>((fact, _) => new RowCommand("update cross_discharges set standing = false where id = $1", fact.PaymentId));
        var (node, registry) = (service.Settings.Node, service.Registry);
        ToldSettlements.Row(service, (role, content) => Row(registry, node, role, content));
        service.SendsOverEdge<ManualReimbursed>((stored, signer) => Counts(stored.Fact)
            ? Tell(registry, node, signer, new ManualTold(stored.Fact.PaymentId, stored.Fact.HomeArea, stored.Fact.CareUntil.BusinessDate(), true), stored) : null);
        service.SendsOverEdge<ManualRevoked>((stored, signer) => Tell(registry, node, signer, new ManualTold(stored.Fact.PaymentId, stored.Fact.HomeArea, stored.Fact.Discharged, false), stored));
    }

    /// <summary>What a stored settlement adds: a stay that left the province, as home place or on the way to it; a negative takes its original out, in whatever order they come.</summary>
    public static RowCommand? Row(NodeRegistry registry, AdminDivision node, PartyRole role, SettlementContent content) => role == PartyRole.Treatment || !IsOurs(registry.At(content.Instant), node, content) ? null : new RowCommand(
        """
        insert into cross_discharges select d.id, d.home, d.day, false, d.standing from unnest($1::text[], $2::text[], $3::date[], $4::boolean[]) as d(id, home, day, standing)
        on conflict (id) do update set standing = cross_discharges.standing and excluded.standing, day = least(cross_discharges.day, excluded.day)
        """,
        content.OriginalId ?? content.SettlementId, content.HomeArea, content.BusinessDate, !content.IsNegative) { Row = content.OriginalId ?? content.SettlementId };

    /// <summary>The home city's word.</summary>
    public async Task Take(Envelope envelope)
    {
        ManualTold told;
        try
        {
            told = JsonSerializer.Deserialize<ManualTold>(envelope.Payload.Span, Sealing.Form) ?? throw SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }
        catch (JsonException)
        {
            throw SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }

        var host = routes.HostOf(told.HomeArea, envelope.Instant);
        if (envelope.From != host) throw SettlementErrors.WrongSigner.With(envelope.From, host).AsException();
        // Opaque here, and unique: the home place counts its payments itself.
        await rows.Execute(Put, told.PaymentId, told.HomeArea.Code, told.Discharged, told.Standing);
    }

    /// <summary>Of some home places, over days, both included.</summary>
    public async Task<DirectRate> Rate(IReadOnlyList<AdminDivision> homes, DateOnly from, DateOnly until) => (await rows.Query(
        "select count(*) filter (where not manual), count(*) filter (where manual) from cross_discharges where standing and home_area = any($1) and day between $2 and $3",
        static reader => new DirectRate(reader.GetInt64(0), reader.GetInt64(1)), homes.Select(home => home.Code).ToArray(), from, until))[0];

    // The nation hears of no manual ones: it counts none rather than half.
    private static bool IsOurs(NodeMap map, AdminDivision node, SettlementContent content) =>
        content.CareType.StartsWith('2') && node != map.HostOf(map.Root.Code) && map.Classify(content.HomeArea, content.TreatmentArea) == VisitClass.CrossProvince && map.Contains(node, content.HomeArea);

    private static bool Counts(ManualReimbursed fact) => fact.CrossProvince && fact.CareType.StartsWith('2');

    /// <summary>To the province's own node, where that is another one.</summary>
    private static EdgeMessage? Tell<TFact>(NodeRegistry registry, AdminDivision node, IEnvelopeSigner signer, ManualTold told, Stored<TFact> stored) where TFact : Kernel.Deciding.IFact
    {
        var map = registry.At(stored.Context.At);
        var province = map.HostOf(map.ProvinceOf(told.HomeArea).Code);
        if (province == node || map.ParentNode(node) is not { } parent) return null;
        return new EdgeMessage(parent, signer.Sign(province, $"{told.PaymentId}/{(told.Standing ? "paid" : "revoked")}", stored.Context.At, DetailsKinds.Manual, JsonSerializer.SerializeToUtf8Bytes(told, Sealing.Form)));
    }
}
