using Marten;
using Npgsql;
using NpgsqlTypes;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

internal sealed class History(NpgsqlDataSource source, Loader loader, DocumentStore store) : IHistory
{
    private const string Columns = "select id, seq_id, stream_id, version, timestamp, correlation_id, headers, type, data from mt_events";

    /// <summary>The store puts this mark where a commit was torn after it had drawn a sequence number. It holds nothing, and it is no fact.</summary>
    internal const string Tombstone = "tombstone";

    private sealed record Headers(Actor Actor);

    public Task<IReadOnlyList<Stored<IFact>>> Of(string stream, CancellationToken cancellation = default) =>
        Read($"{Columns} where stream_id = $1 order by version", [new() { Value = stream, NpgsqlDbType = NpgsqlDbType.Varchar }], cancellation);

    public Task<IReadOnlyList<Stored<IFact>>> After(long after, int limit, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 10_000);
        return Read($"{Columns} where seq_id > $1 and type <> '{Tombstone}' order by seq_id limit $2", [new() { Value = after }, new() { Value = limit }], cancellation);
    }

    private async Task<IReadOnlyList<Stored<IFact>>> Read(string sql, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var facts = new List<Stored<IFact>>();
        while (await reader.ReadAsync(cancellation))
        {
            var headers = await store.Serializer.FromJsonAsync<Headers>(reader, 6, cancellation);
            var context = new FactContext(reader.GetString(2), reader.GetInt64(3), headers.Actor, reader.GetString(5), await reader.GetFieldValueAsync<DateTimeOffset>(4, cancellation));
            facts.Add(new Stored<IFact>(reader.GetGuid(0), reader.GetInt64(1), loader.Fact(reader, 7), context));
        }

        return facts;
    }
}
