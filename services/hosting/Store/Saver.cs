using System.Text.RegularExpressions;
using JasperFx.Events;
using Marten;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Store;

/// <summary>What one transaction stores: facts of any number of commands, the rows that go with them, the messages they handle.</summary>
internal sealed class Transaction
{
    private readonly Dictionary<string, Part> _parts = new(StringComparer.Ordinal);

    public sealed class Part(StreamKey key, long version)
    {
        public StreamKey Key { get; } = key;

        /// <summary>The version that the decisions saw; the save fails when it is no longer so.</summary>
        public long Version { get; } = version;

        public List<(IFact Fact, Command By)> Facts { get; } = [];
    }

    public IEnumerable<Part> Parts => _parts.Values;

    public List<HandledMessage> Handled { get; } = [];

    public bool IsEmpty => Handled.Count == 0 && _parts.Values.All(part => part.Facts.Count == 0);

    public Part Of(StreamKey key, long version) => _parts.TryGetValue(key.Id, out var part) ? part : _parts[key.Id] = new Part(key, version);
}

/// <summary>Saves a transaction through Marten.</summary>
internal sealed partial class Saver(DocumentStore store, StoreModel model, FactMeter meter, TimeProvider time)
{
    public const string ActorHeader = "actor";

    /// <summary>Raised in the database when a stream that a decision only read has moved on.</summary>
    public const string StaleRead = "YB001";

    private readonly ILookup<Type, RowRule> _rules = model.Rows.ToLookup(rule => rule.Fact);

    public async Task Save(Transaction transaction)
    {
        await using var session = store.LightweightSession();
        var now = time.GetUtcNow();

        // Key order: two transactions that touch the same streams never wait for each other crosswise.
        foreach (var part in transaction.Parts.OrderBy(part => part.Key.Id, StringComparer.Ordinal))
        {
            if (part.Facts.Count == 0)
            {
                session.QueueSqlCommand("select assert_version(?, ?)", part.Key.Id, part.Version);
                continue;
            }

            var events = new object[part.Facts.Count];
            for (var i = 0; i < events.Length; i++)
            {
                var (fact, by) = part.Facts[i];
                model.NameOf(fact.GetType());
                var stored = session.Events.BuildEvent(fact);
                stored.CorrelationId = by.Correlation;
                stored.UserName = by.Actor.User;
                stored.Timestamp = now;
                stored.SetHeader(ActorHeader, by.Actor);
                events[i] = stored;
                foreach (var rule in _rules[fact.GetType()])
                    if (rule.Make(fact, new FactContext(part.Key.Id, part.Version + i + 1, by.Actor, by.Correlation, now)) is { } row) Queue(session, row);
            }

            // One function call per stream, new or not; it checks the version before it takes sequence numbers.
            session.Events.Append(part.Key.Id, part.Version + events.Length, events).AggregateType = part.Key.StateType;
        }

        foreach (var message in transaction.Handled)
            session.QueueSqlCommand("insert into inbox (message_id, handler, handled_at) values (?, ?, ?)", message.MessageId, message.Handler, now);

        // From here on nobody's cancellation counts: a commit is never torn.
        await session.SaveChangesAsync(CancellationToken.None);
        foreach (var part in transaction.Parts)
            foreach (var (fact, _) in part.Facts) meter.Stored(fact);
    }

    private static void Queue(IDocumentSession session, RowCommand row)
    {
        var arguments = new List<object?>();
        var sql = Hole().Replace(row.Sql, match =>
        {
            arguments.Add(Plain(row.Arguments[int.Parse(match.ValueSpan[1..], System.Globalization.CultureInfo.InvariantCulture) - 1]));
            return "\u001f";
        });
        session.QueueSqlCommand('\u001f', sql, [.. arguments!]);
    }

    /// <summary>Domain values as the database knows them.</summary>
    public static object? Plain(object? value) => value switch
    {
        Money money => money.Fen,
        AdminDivision division => division.Code,
        Enum member => member.ToString(),
        DateTimeOffset instant => instant.ToUniversalTime(),
        _ => value,
    };

    [GeneratedRegex(@"\$\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hole();
}
