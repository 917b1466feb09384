using System.Diagnostics;
using Npgsql;
using Yibao.Hosting.Store;

namespace Yibao.Hosting;

/// <summary>How far the outbox is. "Relayed = appended" is checked daily, and before a day is cut.</summary>
public interface IOutbox
{
    Task<OutboxStatus> Status(CancellationToken cancellation = default);

    /// <summary>Waits until everything that is stored now has been relayed.</summary>
    /// <returns>False when patience ended first.</returns>
    Task<bool> Relayed(TimeSpan patience, CancellationToken cancellation = default);
}

/// <param name="Appended">Sequence number of the last stored fact.</param>
/// <param name="Relayed">Sequence number up to which everything has been relayed, on the slowest way.</param>
/// <param name="Waiting">Stored facts behind it.</param>
public sealed record OutboxStatus(long Appended, long Relayed, long Waiting);

internal sealed class OutboxProgress(NpgsqlDataSource source, Bus.OutboxModel model, StoreModel store) : IOutbox
{
    public async Task<OutboxStatus> Status(CancellationToken cancellation = default)
    {
        var shards = model.Shards.Select(Bus.OutboxModel.NameOf).ToArray();
        await using var command = source.CreateCommand($"""
            with way as (select coalesce((select min(coalesce(p.last_seq_id, 0)) from unnest($1) as shard left join mt_event_progression p on p.name like shard || ':%'), 0) as relayed)
            select coalesce((select max(seq_id) from mt_events), 0), way.relayed, (select count(*) from mt_events where seq_id > way.relayed and type <> '{History.Tombstone}') from way
            """);
        command.Parameters.Add(new() { Value = shards });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new OutboxStatus(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2))
            : throw new InvalidOperationException($"The {store.Service} outbox has no progress.");
    }

    public async Task<bool> Relayed(TimeSpan patience, CancellationToken cancellation = default)
    {
        var started = Stopwatch.GetTimestamp();
        var target = (await Status(cancellation)).Appended;
        while ((await Status(cancellation)).Relayed < target)
        {
            if (Stopwatch.GetElapsedTime(started) > patience) return false;
            await Task.Delay(20, cancellation);
        }

        return true;
    }
}
