using System.Diagnostics;
using Marten;
using Npgsql;
using NpgsqlTypes;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>Reads any number of streams and seen messages in one round trip.</summary>
internal sealed class Loader(NpgsqlDataSource source, DocumentStore store, StoreModel model)
{
    private const string NewerFacts = "select n, version, type, data from facts_after($1, $2)";

    private const string SeenMessages = """
        select k.n from unnest($1, $2) with ordinality as k(id, handler, n)
        cross join lateral (select 1 from inbox where message_id = k.id and handler = k.handler offset 0) i
        """;

    private readonly StateCache _cache = new();

    /// <summary>What one read found.</summary>
    public sealed class Loaded
    {
        public Dictionary<string, (StreamKey Key, object State, long Version)> Streams { get; } = new(StringComparer.Ordinal);

        public HashSet<HandledMessage> Handled { get; } = [];

        /// <summary>Some states are as this process last saw them or guessed them to be: a save checks them, but an answer that saves nothing may rest on what is past.</summary>
        public bool FromMemory { get; set; }
    }

    /// <summary>How long memory is not relied on after another process turned out to write the same streams.</summary>
    private static readonly TimeSpan Doubt = TimeSpan.FromMinutes(1);

    private long _doubtedAt = long.MinValue;

    /// <summary>A save found that one of these streams does not stand where this process saw it.</summary>
    public void Mistaken(IEnumerable<StreamKey> streams)
    {
        Volatile.Write(ref _doubtedAt, Stopwatch.GetTimestamp());
        foreach (var key in streams) _cache.Forget(key.Id);
    }

    /// <summary>Everything is read anew.</summary>
    public void Forget() => _cache.Clear();

    private bool InDoubt => Volatile.Read(ref _doubtedAt) is var at && at != long.MinValue && Stopwatch.GetElapsedTime(at) < Doubt;

    /// <param name="streams">Which streams.</param>
    /// <param name="messages">Which of these were handled before.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<Loaded> Load(IEnumerable<StreamKey> streams, IEnumerable<HandledMessage> messages, CancellationToken cancellation) => Load(new Loaded(), [.. streams.DistinctBy(key => key.Id, StringComparer.Ordinal)], messages, cancellation);

    /// <summary>
    /// What commands need. Streams that this process knows, or that are likely new, are not asked for: only for decisions whose save checks every stream.
    /// </summary>
    public Task<Loaded> Guess(IReadOnlyCollection<Command> commands)
    {
        var loaded = new Loaded();
        var keys = new List<StreamKey>();
        var inDoubt = InDoubt;
        var likelyNew = commands.SelectMany(command => command.LikelyNew).Select(key => key.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var key in commands.SelectMany(command => command.Streams).DistinctBy(key => key.Id, StringComparer.Ordinal))
        {
            if (!inDoubt && _cache.Find(key.Id) is { } remembered)
            {
                loaded.Streams[key.Id] = (key, remembered.State, remembered.Version);
                loaded.FromMemory = true;
            }
            else if (!inDoubt && likelyNew.Contains(key.Id))
            {
                loaded.Streams[key.Id] = (key, key.Fold(null, []), 0);
                loaded.FromMemory = true;
            }
            else
            {
                keys.Add(key);
            }
        }

        return Load(loaded, keys, commands.SelectMany(command => command.Handled), CancellationToken.None);
    }

    private async Task<Loaded> Load(Loaded loaded, List<StreamKey> keys, IEnumerable<HandledMessage> messages, CancellationToken cancellation)
    {

        var seen = messages.Distinct().ToList();
        if (keys.Count == 0 && seen.Count == 0) return loaded;

        await using var batch = source.CreateBatch();
        var known = keys.ConvertAll(key => _cache.Find(key.Id));
        if (keys.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(NewerFacts)
            {
                Parameters =
                {
                    new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Id)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar },
                    new NpgsqlParameter<long[]> { TypedValue = [.. known.Select(entry => entry?.Version ?? 0)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                },
            });

        if (seen.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SeenMessages)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid[]> { TypedValue = [.. seen.Select(message => message.MessageId)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                    new NpgsqlParameter<string[]> { TypedValue = [.. seen.Select(message => message.Handler)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar },
                },
            });

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var newer = new List<IFact>?[keys.Count];
        while (keys.Count > 0 && await reader.ReadAsync(cancellation))
        {
            var at = (int)reader.GetInt64(0) - 1;
            var facts = newer[at] ??= [];
            if (reader.GetInt64(1) is var version && version != (known[at]?.Version ?? 0) + facts.Count + 1)
                throw new InvalidOperationException($"The stream '{keys[at]}' lacks its fact number {(known[at]?.Version ?? 0) + facts.Count + 1}: the store was damaged.");
            facts.Add(Fact(reader, 2));
        }

        for (var i = 0; i < keys.Count; i++)
        {
            var version = known[i]?.Version ?? 0;
            if (newer[i] is not { } facts)
            {
                var unchanged = known[i]?.State ?? keys[i].Fold(null, []);
                if (known[i] is null) _cache.Keep(keys[i].Id, unchanged, version);
                loaded.Streams[keys[i].Id] = (keys[i], unchanged, version);
                continue;
            }

            var state = keys[i].Fold(known[i]?.State, facts);
            version += facts.Count;
            _cache.Keep(keys[i].Id, state, version);
            loaded.Streams[keys[i].Id] = (keys[i], state, version);
        }

        if (seen.Count == 0) return loaded;
        if (keys.Count > 0) await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) loaded.Handled.Add(seen[(int)reader.GetInt64(0) - 1]);

        return loaded;
    }

    /// <summary>What a save has just made of a stream: the next read asks only for what came after.</summary>
    public void Remember(StreamKey key, object state, long version) => _cache.Keep(key.Id, state, version);

    /// <summary>The fact in the columns type and data. An unknown type is an error: nothing stored is ever skipped.</summary>
    public IFact Fact(NpgsqlDataReader reader, int typeColumn)
    {
        var name = reader.GetString(typeColumn);
        if (!model.Facts.TryGetValue(name, out var type)) throw new InvalidOperationException($"The {model.Service} service does not know the stored fact '{name}': it was renamed or removed.");
        return (IFact)store.Serializer.FromJson(type, reader, typeColumn + 1);
    }
}
