using System.Collections.Concurrent;
using JasperFx.Events;
using Marten;
using Npgsql;
using NpgsqlTypes;
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

/// <summary>
/// Saves a transaction in one round trip: rows, seen messages, and one call of <c>append_facts</c> for all facts of all streams, which
/// checks every stream that was read before it draws the first sequence number.
/// </summary>
/// <remarks>Marten's own append is a call per stream of five statements and more; what is stored is the same, and Marten's daemon follows it.</remarks>
internal sealed class Saver(NpgsqlDataSource source, DocumentStore store, StoreModel model, FactMeter meter, TimeProvider time)
{
    /// <summary>Raised in the database when a stream has moved on since a decision read it; one that was begun meanwhile violates its key.</summary>
    public const string StaleRead = "YB001";

    private readonly ILookup<Type, RowRule> _rules = model.Rows.ToLookup(rule => rule.Fact);
    private readonly ConcurrentDictionary<Type, (string Type, string DotNetType)> _names = new();
    private readonly ConcurrentDictionary<Type, string> _aliases = new();

    private sealed record Headers(Actor Actor);

    public async Task Save(Transaction transaction)
    {
        var now = time.GetUtcNow();
        await using var batch = source.CreateBatch();
        var (streams, facts, rows) = (new Streams(), new Facts(), new RowStatements());
        var headers = new Dictionary<Actor, string>();

        // Key order: two transactions that touch the same streams never wait for each other crosswise.
        foreach (var part in transaction.Parts.OrderBy(part => part.Key.Id, StringComparer.Ordinal))
        {
            streams.Add(part, AliasOf);
            var version = part.Version;
            foreach (var (fact, by) in part.Facts)
            {
                facts.Add(part.Key.Id, ++version, NamesOf(fact), store.Serializer.ToJson(fact), by, HeadersOf(by));
                foreach (var rule in _rules[fact.GetType()])
                    if (rule.Make(fact, new FactContext(part.Key.Id, version, by.Actor, by.Correlation, now)) is { } row) rows.Add(row);
            }
        }

        foreach (var statement in rows.Commands()) batch.BatchCommands.Add(statement);

        if (transaction.Handled.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into inbox (message_id, handler, handled_at) select id, handler, $3 from unnest($1, $2) as k(id, handler)")
            {
                Parameters =
                {
                    Array(transaction.Handled.ConvertAll(message => message.MessageId), NpgsqlDbType.Uuid), Array(transaction.Handled.ConvertAll(message => message.Handler), NpgsqlDbType.Varchar),
                    new() { Value = now, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                },
            });

        // Last: whatever else says no does so before sequence numbers are drawn, and leaves no gap that the outbox would wait for.
        batch.BatchCommands.Add(Append(streams, facts, now));

        // A batch is one transaction, and nobody's cancellation tears it.
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        foreach (var part in transaction.Parts)
            foreach (var (fact, _) in part.Facts) meter.Stored(fact);

        string HeadersOf(Command by) => headers.TryGetValue(by.Actor, out var known) ? known : headers[by.Actor] = store.Serializer.ToJson(new Headers(by.Actor));
    }

    private static NpgsqlBatchCommand Append(Streams streams, Facts facts, DateTimeOffset now) => new("select append_facts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)")
    {
        Parameters =
        {
            Array(streams.Grown, NpgsqlDbType.Varchar), Array(streams.GrownFrom, NpgsqlDbType.Bigint), Array(streams.GrownTo, NpgsqlDbType.Bigint),
            Array(streams.Begun, NpgsqlDbType.Varchar), Array(streams.BegunTypes, NpgsqlDbType.Varchar), Array(streams.BegunTo, NpgsqlDbType.Bigint),
            Array(streams.OnlyRead, NpgsqlDbType.Varchar), Array(streams.OnlyReadAt, NpgsqlDbType.Bigint),
            Array(facts.Streams, NpgsqlDbType.Varchar), Array(facts.Versions, NpgsqlDbType.Bigint), Array(facts.Ids, NpgsqlDbType.Uuid),
            Array(facts.Types, NpgsqlDbType.Varchar), Array(facts.DotNetTypes, NpgsqlDbType.Varchar), Array(facts.Bodies, NpgsqlDbType.Jsonb),
            Array(facts.Correlations, NpgsqlDbType.Varchar), Array(facts.Headers, NpgsqlDbType.Jsonb), Array(facts.Users, NpgsqlDbType.Varchar),
            new() { Value = now, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };

    private static NpgsqlParameter Array<T>(List<T> values, NpgsqlDbType type) => new NpgsqlParameter<T[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };

    private string AliasOf(Type state) => _aliases.GetOrAdd(state, MartenSetup.AliasOf);

    /// <summary>The names under which the store's own reader finds the fact again.</summary>
    private (string Type, string DotNetType) NamesOf(IFact fact) => _names.GetOrAdd(fact.GetType(), static (type, all) =>
    {
        var name = all.model.NameOf(type);
        using var session = all.store.LightweightSession();
        return (name, session.Events.BuildEvent(all.fact).DotNetTypeName);
    }, (model, store, fact));

    /// <summary>Domain values as the database knows them.</summary>
    public static object? Plain(object? value) => value switch
    {
        Money money => money.Fen,
        AdminDivision division => division.Code,
        Enum member => member.ToString(),
        DateTimeOffset instant => instant.ToUniversalTime(),
        _ => value,
    };

    /// <summary>Columns of the streams that were read: those that grow, those that begin, and those that only must not have moved.</summary>
    private sealed class Streams
    {
        public List<string> Grown { get; } = [];

        public List<long> GrownFrom { get; } = [];

        public List<long> GrownTo { get; } = [];

        public List<string> Begun { get; } = [];

        public List<string> BegunTypes { get; } = [];

        public List<long> BegunTo { get; } = [];

        public List<string> OnlyRead { get; } = [];

        public List<long> OnlyReadAt { get; } = [];

        public void Add(Transaction.Part part, Func<Type, string> typeOf)
        {
            var become = part.Version + part.Facts.Count;
            if (part.Facts.Count == 0)
            {
                OnlyRead.Add(part.Key.Id);
                OnlyReadAt.Add(part.Version);
            }
            else if (part.Version == 0)
            {
                Begun.Add(part.Key.Id);
                BegunTypes.Add(typeOf(part.Key.StateType));
                BegunTo.Add(become);
            }
            else
            {
                Grown.Add(part.Key.Id);
                GrownFrom.Add(part.Version);
                GrownTo.Add(become);
            }
        }
    }

    private sealed class Facts
    {
        public List<string> Streams { get; } = [];

        public List<long> Versions { get; } = [];

        public List<Guid> Ids { get; } = [];

        public List<string> Types { get; } = [];

        public List<string> DotNetTypes { get; } = [];

        public List<string> Bodies { get; } = [];

        public List<string?> Correlations { get; } = [];

        public List<string> Headers { get; } = [];

        public List<string?> Users { get; } = [];

        public void Add(string stream, long version, (string Type, string DotNetType) names, string body, Command by, string headers)
        {
            Streams.Add(stream);
            Versions.Add(version);
            Ids.Add(Guid.CreateVersion7());
            Types.Add(names.Type);
            DotNetTypes.Add(names.DotNetType);
            Bodies.Add(body);
            Correlations.Add(by.Correlation);
            Headers.Add(headers);
            Users.Add(by.Actor.User);
        }
    }
}
