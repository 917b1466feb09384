using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Exchange;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Nodes;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Hosting;

/// <summary>The messages of the exchange as envelopes: one kind per record, JSON.</summary>
public static class ExchangeForm
{
    private static readonly Type[] Types =
        [typeof(DaySummary), typeof(DayAnswer), typeof(DayProbe), typeof(DayBranches), typeof(DayQuestion), typeof(DayReport), typeof(RepairOrder), typeof(RepairDone), typeof(DayVerdict), typeof(DayBelowClosed)];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string KindOf(object message) => $"reconciliation.{message.GetType().Name}.v1";

    public static byte[] Write(object message) => JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), Json);

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>: no such kind, or not what its kind says.</exception>
    public static object Read(string kind, ReadOnlySpan<byte> payload)
    {
        var type = Array.Find(Types, t => kind == $"reconciliation.{t.Name}.v1") ?? throw SystemErrors.FieldInvalid.With("kind", kind).AsException();
        try
        {
            return JsonSerializer.Deserialize(payload, type, Json) ?? throw SystemErrors.FieldInvalid.With("payload", kind).AsException();
        }
        catch (JsonException)
        {
            throw SystemErrors.FieldInvalid.With("payload", kind).AsException();
        }
    }
}

/// <summary>
/// What is to go over an edge, kept in a table until the edge's broker has it: a broker that is down over midnight delays the
/// comparison and loses nothing. In the order of writing per neighbour.
/// </summary>
public sealed partial class EdgePost(IRows rows, IEdgeBus bus, IEnvelopeSigner signer, TimeProvider clock, ILogger<EdgePost> log) : INeighbours
{
    public const string Table = """
        create table if not exists edge_post (
            number bigint generated always as identity primary key, neighbour char(6) not null, id text not null, kind text not null,
            payload bytea not null, written_at timestamptz not null);
        """;

    private const int AtOnce = 200;
    private readonly SemaphoreSlim _gate = new(1, 1);

    public Task Send(AdminDivision neighbour, object message, CancellationToken cancellation = default) =>
        rows.Execute("insert into edge_post (neighbour, id, kind, payload, written_at) values ($1, $2, $3, $4, $5)",
            neighbour.Code, $"reconciliation/{Guid.CreateVersion7():N}", ExchangeForm.KindOf(message), ExchangeForm.Write(message), clock.GetUtcNow());

    /// <summary>Hands over what is waiting; a neighbour whose broker does not answer does not stop the others.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> Flush(CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var sent = 0;
            var away = new HashSet<string>(StringComparer.Ordinal);
            while (true)
            {
                var waiting = await rows.Query("select number, neighbour, id, kind, payload from edge_post where not neighbour = any($1) order by number limit 200", Row, (object)away.ToArray());
                foreach (var (number, neighbour, id, kind, payload) in waiting.Where(w => !away.Contains(w.Neighbour)))
                {
                    if (away.Contains(neighbour)) continue;
                    try
                    {
                        var to = new AdminDivision(neighbour);
                        await bus.Send(to, signer.Sign(to, id, clock.GetUtcNow(), kind, payload), cancellation);
                        await rows.Execute("delete from edge_post where number = $1", number);
                        sent++;
                    }
                    catch (RefusedException refused) when (refused.Error.Definition.Transient)
                    {
                        away.Add(neighbour);
                        Waits(neighbour);
                    }
                }

                if (waiting.Count < AtOnce) return sent;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static (long Number, string Neighbour, string Id, string Kind, byte[] Payload) Row(Npgsql.NpgsqlDataReader r) =>
        (r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetFieldValue<byte[]>(4));

    [LoggerMessage(4002, LogLevel.Warning, "The edge to {Neighbour} is away: its reconciliation messages wait")]
    private partial void Waits(string neighbour);
}

/// <summary>Takes the exchange's messages from the edges. Each is safe to take twice.</summary>
public sealed class ExchangeDoor(ISurroundings around, HouseOfEdges house, SideOfEdge side, HomeAgency home, IBook book, BookCompletion completion, EdgePost post) : IHandleEnvelope
{
    /// <summary>Less than the house's own patience.</summary>
    private static readonly TimeSpan WhileAsked = TimeSpan.FromSeconds(20);

    public async Task Handle(Envelope envelope, MessageContext context, CancellationToken cancellation)
    {
        var message = ExchangeForm.Read(envelope.Kind, envelope.Payload.Span);
        // Over an edge the neighbour speaks for itself alone.
        if (envelope.From != context.Node) throw SettlementErrors.WrongSigner.With(envelope.From, context.Node).AsException();
        switch (message)
        {
            case DaySummary summary:
                // A side that has just come back hears the house before it has heard its own settlements: it answers when it has, the house asks again.
                if (!await Whole(summary.Run.Day, cancellation)) break;
                await post.Send(envelope.From, await side.Answer(summary, [], cancellation), cancellation);
                // The tree has nodes below this one, but none of them has an edge here yet: nothing to wait for.
                if (around.Children.Count == 0 && !around.IsLeaf(around.Node)) await post.Send(envelope.From, new DayBelowClosed(envelope.From, around.Node, summary.Run.Day), cancellation);
                break;
            case DayProbe probe: await post.Send(envelope.From, await side.Answer(probe, cancellation), cancellation); break;
            case DayQuestion question: await post.Send(envelope.From, await side.Answer(question, cancellation), cancellation); break;
            case RepairOrder order: await post.Send(envelope.From, await side.Answer(order, cancellation), cancellation); break;
            case DayVerdict verdict:
                await side.Take(verdict, cancellation);
                await house.VerdictFromAbove(verdict.Run.Day, cancellation);
                await home.Judge(verdict.Run.Day, cancellation);
                break;
            default: await house.Receive(envelope.From, message, cancellation); break;
        }

        await post.Flush(cancellation);
    }

    private async Task<bool> Whole(DateOnly day, CancellationToken cancellation) =>
        await book.CutOf(day, cancellation) is not null || await completion.Wait(WhileAsked, cancellation) || await book.CutOf(day, cancellation) is not null;
}
