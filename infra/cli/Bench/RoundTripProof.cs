using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Cli.Bench;

/// <summary>
/// What makes a figure count: nothing waits anywhere within ten seconds, and every settlement that was answered is the same to the fen
/// and to the hash at treatment, relay and home and in the three books.
/// </summary>
internal sealed class RoundTripProof(RoundTripStand stand)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Waits until intents, outboxes and books have caught up.</summary>
    /// <returns>What still waits; null when nothing does.</returns>
    public async Task<string?> Drained(IReadOnlyCollection<string> settlements, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var waiting = await Waiting(settlements, cancellation);
            if (waiting is null || waited.Elapsed > Patience) return waiting;
            await Task.Delay(50, cancellation);
        }
    }

    /// <summary>Queues, as the broker counts them: every few seconds, so asked apart from <see cref="Drained"/>.</summary>
    public async Task<string?> QueuesEmpty(TimeSpan patience, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var full = (await stand.Backing.Rabbit.QueuesAsync(cancellation)).Where(queue => queue.Ready + queue.Unacknowledged > 0).ToList();
            if (full.Count == 0) return null;
            if (waited.Elapsed > patience) return string.Join(", ", full.Select(queue => $"{queue.Ready + queue.Unacknowledged} in {queue.VirtualHost}/{queue.Name}"));
            await Task.Delay(200, cancellation);
        }
    }

    /// <summary>Compares every settlement at every place that holds it.</summary>
    /// <param name="settlements">National id and the content hash that the hospital was told.</param>
    /// <returns>The first that differ, in words; null when all are equal.</returns>
    public async Task<string?> Unequal(IReadOnlyDictionary<string, string> settlements, CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var (node, role, fact) in new[] { (RoundTripStand.Treatment, "treatment", "OutcomeReceived"), (RoundTripStand.Nation, "relay", "OutcomeRelayed"), (RoundTripStand.Home, "home", "SettlementGranted") })
        {
            var streams = settlements.Keys.Select(id => $"settlement/{id}/{role}").ToArray();
            var held = (await Query(node, "select data->>'outcome' from settlement.mt_events where stream_id = any($1) and type = $2", row => JsonSerializer.Deserialize<SettlementOutcome>(row.GetString(0), Stored)!, cancellation, streams, fact))
                .ToLookup(outcome => outcome.SettlementId, StringComparer.Ordinal);
            wrong.AddRange(settlements.Where(told => held[told.Key].ToList() is not [{ State: OutcomeState.Granted, Content: { } content }] || content.Hash() != told.Value).Select(told => $"{told.Key} at {role}"));

            var booked = (await Query(node, "select settlement_id, content_hash from clearing.book where settlement_id = any($1)", row => (Id: row.GetString(0), Hash: row.GetFieldValue<byte[]>(1)), cancellation, [settlements.Keys.ToArray()]))
                .ToLookup(row => row.Id, row => Convert.ToHexStringLower(row.Hash), StringComparer.Ordinal);
            wrong.AddRange(settlements.Where(told => booked[told.Key].ToList() is not [var hash] || hash != told.Value).Select(told => $"{told.Key} in the book of {node.Code}"));
        }

        return wrong.Count == 0 ? null : $"{wrong.Count} differ: {string.Join(", ", wrong.Take(3))}";
    }

    private async Task<string?> Waiting(IReadOnlyCollection<string> settlements, CancellationToken cancellation)
    {
        var open = (await Query(RoundTripStand.Treatment, "select count(*) from settlement.open_settlements", row => row.GetInt64(0), cancellation))[0];
        if (open > 0) return $"{open} intents have no outcome";
        foreach (var node in RoundTripStand.Nodes)
        {
            var behind = (await Query(node, """
                select coalesce(max(e.seq_id), 0) - (select coalesce(min(p.last_seq_id), 0) from settlement.mt_event_progression p where p.name like 'outbox-%') from settlement.mt_events e
                """, row => row.GetInt64(0), cancellation))[0];
            if (behind > 0) return $"the outbox of {node.Code} is {behind} facts behind";
            var booked = (await Query(node, "select count(*) from clearing.book where settlement_id = any($1)", row => row.GetInt64(0), cancellation, [settlements.ToArray()]))[0];
            if (booked < settlements.Count) return $"{settlements.Count - booked} are not in the book of {node.Code}";
        }

        return null;
    }

    private async Task<IReadOnlyList<T>> Query<T>(AdminDivision node, string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellation, params object[] arguments)
    {
        await using var connection = new NpgsqlConnection(stand.Platform[node, "settlement"].Settings.Database);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments) command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation)) rows.Add(map(reader));
        return rows;
    }
}
