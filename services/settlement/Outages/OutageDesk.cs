using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Outages;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Outages;

/// <summary>Announces outages of this node, and takes in and hands on those of others.</summary>
internal sealed class OutageDesk(IWriteDoor door, IRows rows, IEdgeBus edges, IOutbox outbox, OutageGate gate, OutageRules rules, ServiceSettings settings, TimeProvider time)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly AdminDivision _node = settings.Node;

    private IReadOnlyList<AdminDivision> Neighbours => [.. settings.Edges.Select(edge => edge.Neighbour)];

    public static EdgeMessage Tell(OutageTold told, NodeRegistry registry, DateTimeOffset at, IEnvelopeSigner signer) => new(told.Neighbour,
        signer.Sign(registry.At(at).Root.Code, $"outage/{told.Notice.Node}/{told.Notice.Id}/{told.Notice.Version}", at, OutageNotice.Kind, JsonSerializer.SerializeToUtf8Bytes(told.Notice, Form)));

    public Task<IReadOnlyList<OutageNotice>> List() => OutageGate.All(rows, "");

    public async Task<OutageNotice> Announce(string id, DateTimeOffset from, DateTimeOffset until, string reason, bool emergency, Actor actor)
    {
        Own(actor);
        if (id.Length is 0 or > 40 || id.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-')) throw SystemErrors.FieldInvalid.With("id", "字母、数字和 -，最多 40 位").AsException();
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 200) throw SystemErrors.FieldInvalid.With("reason", "停机事由，最多 200 字").AsException();
        // A rule of notice is set aside by a supervisor only.
        if (emergency && actor.Role != Role.Supervisor) throw SystemErrors.FieldInvalid.With("emergency", "仅主管可紧急公告").AsException();
        var open = (await OutageGate.All(rows, "where stage = 'Announced'")).FirstOrDefault(other => other.Node == _node && other.Id != id)?.Id;
        var notice = new OutageNotice(_node, id, 1, from.ToUniversalTime(), until.ToUniversalTime(), reason, OutageStage.Announced);
        return (await Do(id, actor, state => OutageDecider.Announce(state, notice, open, emergency, rules, Neighbours, time.GetUtcNow()))).Notice!;
    }

    public async Task<OutageNotice> Extend(string id, DateTimeOffset until, Actor actor)
    {
        Own(actor);
        return (await Do(id, actor, state => OutageDecider.Extend(state, id, until.ToUniversalTime(), rules, Neighbours, time.GetUtcNow()))).Notice!;
    }

    public async Task<OutageNotice> Withdraw(string id, Actor actor)
    {
        Own(actor);
        return (await Do(id, actor, state => OutageDecider.Withdraw(state, id, Neighbours, time.GetUtcNow()))).Notice!;
    }

    /// <exception cref="RefusedException"><c>OUTAGE_NOT_DRAINED</c>: with what is still under way.</exception>
    public async Task<OutageDrained> Drain(string id, Actor actor)
    {
        Own(actor);
        var open = (await rows.Query("select count(*) from open_settlements", reader => reader.GetInt64(0)))[0];
        var status = await outbox.Status();
        var facts = await Facts(status.Appended);
        return (await Do(id, actor, state => OutageDecider.Drain(state, id, open, status.Waiting, status.Appended, facts, time.GetUtcNow()))).Drained!;
    }

    /// <exception cref="RefusedException"><c>OUTAGE_DATA_MISSING</c>: something that was stored before is not there.</exception>
    public async Task<OutageNotice> End(string id, Actor actor)
    {
        Own(actor);
        var drained = (await door.Read(Outage.Stream(_node, id))).Drained;
        var found = drained is null ? 0 : await Facts(drained.LastFact);
        return (await Do(id, actor, state => OutageDecider.End(state, id, found, Neighbours, time.GetUtcNow()))).Notice!;
    }

    public async Task Handle(Envelope envelope, MessageContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(context);
        if (envelope.Kind != OutageNotice.Kind) throw SecurityErrors.MessageKindUnknown.With(envelope.Kind).AsException();
        var notice = Read(envelope);
        // A node speaks for its own outages only.
        if (notice.Node != envelope.From) throw SystemErrors.FieldInvalid.With("node", notice.Node).AsException();
        var stream = Outage.Stream(notice.Node, notice.Id);
        var now = time.GetUtcNow();
        (await door.Execute(new Command(context.ActingFor(_node), context.Correlation, [stream], states => OutageDecider.Hear(states.Of(stream), notice, now)), cancellation)).OrThrow();
        await gate.Refresh();
        // Stored first, then onward to everyone but where it came from: the tree has no circles. Should it fail the broker brings it again.
        var passing = envelope with { Path = [.. envelope.Path, _node] };
        foreach (var neighbour in Neighbours.Where(neighbour => !envelope.Path.Contains(neighbour) && neighbour != notice.Node)) await edges.Send(neighbour, passing, cancellation);
    }

    private async Task<Outage> Do(string id, Actor actor, Func<Outage, Decision> decide)
    {
        var stream = Outage.Stream(_node, id);
        var state = (await door.Execute(new Command(actor, $"outage/{_node}/{id}", [stream], states => decide(states.Of(stream))))).OrThrow().State(stream);
        await gate.Refresh();
        return state;
    }

    private async Task<long> Facts(long upTo) => (await rows.Query("select count(*) from mt_events where seq_id <= $1", reader => reader.GetInt64(0), upTo))[0];

    private void Own(Actor actor)
    {
        if (actor.Node != _node) throw SecurityErrors.OutOfRegion.With(_node).AsException();
    }

    private static OutageNotice Read(Envelope envelope)
    {
        try
        {
            return JsonSerializer.Deserialize<OutageNotice>(envelope.Payload.Span, Form) ?? throw SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }
        catch (JsonException)
        {
            throw SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }
    }
}
