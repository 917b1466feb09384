using Marten;
using Npgsql;
using NpgsqlTypes;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>Reads any number of streams and seen messages in one round trip.</summary>
internal sealed class Loader(NpgsqlDataSource source, DocumentStore store, StoreModel model)
{
    private readonly StateCache _cache = new();

    /// <summary>What one read found.</summary>
    public sealed class Loaded
    {
        public Dictionary<string, (StreamKey Key, object State, long Version)> Streams { get; } = new(StringComparer.Ordinal);

        public HashSet<HandledMessage> Handled { get; } = [];
    }

    public async Task<Loaded> Load(IEnumerable<StreamKey> streams, IEnumerable<HandledMessage> messages, CancellationToken cancellation)
    {
        var loaded = new Loaded();
        var keys = streams.DistinctBy(key => key.Id, StringComparer.Ordinal).ToList();
        var seen = messages.Distinct().ToList();
        if (keys.Count == 0 && seen.Count == 0) return loaded;

        await using var batch = source.CreateBatch();
        var known = new StateCache.Entry?[keys.Count];
        for (var i = 0; i < keys.Count; i++)
        {
            known[i] = _cache.Find(keys[i].Id);
            batch.BatchCommands.Add(new NpgsqlBatchCommand("select version, type, data from mt_events where stream_id = $1 and version > $2 order by version")
            {
                Parameters = { Text(keys[i].Id), new() { Value = known[i]?.Version ?? 0L, NpgsqlDbType = NpgsqlDbType.Bigint } },
            });
        }

        foreach (var message in seen)
            batch.BatchCommands.Add(new NpgsqlBatchCommand("select 1 from inbox where message_id = $1 and handler = $2")
            {
                Parameters = { new() { Value = message.MessageId, NpgsqlDbType = NpgsqlDbType.Uuid }, Text(message.Handler) },
            });

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        for (var i = 0; i < keys.Count; i++)
        {
            if (i > 0) await reader.NextResultAsync(cancellation);
            var version = known[i]?.Version ?? 0;
            var facts = new List<IFact>();
            while (await reader.ReadAsync(cancellation))
            {
                var at = reader.GetInt64(0);
                if (at != ++version) throw new InvalidOperationException($"The stream '{keys[i]}' lacks its fact number {version}: the store was damaged.");
                facts.Add(Fact(reader, 1));
            }

            var state = keys[i].Fold(known[i]?.State, facts);
            _cache.Keep(keys[i].Id, state, version);
            loaded.Streams[keys[i].Id] = (keys[i], state, version);
        }

        for (var i = 0; i < seen.Count; i++)
        {
            if (keys.Count > 0 || i > 0) await reader.NextResultAsync(cancellation);
            if (await reader.ReadAsync(cancellation)) loaded.Handled.Add(seen[i]);
        }

        return loaded;
    }

    /// <summary>The fact in the columns type and data. An unknown type is an error: nothing stored is ever skipped.</summary>
    public IFact Fact(NpgsqlDataReader reader, int typeColumn)
    {
        var name = reader.GetString(typeColumn);
        if (!model.Facts.TryGetValue(name, out var type)) throw new InvalidOperationException($"The {model.Service} service does not know the stored fact '{name}': it was renamed or removed.");
        return (IFact)store.Serializer.FromJson(type, reader, typeColumn + 1);
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Varchar };
}
