using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Yibao.Hosting.Bus;
using Yibao.Hosting.Store;

namespace Yibao.Hosting.Telemetry;

/// <summary>What is stored and not yet told, and what was told and could not be handled.</summary>
internal static class OutboxGauges
{
    private const string Behind = $"""
        select shard, count(e.seq_id)::float8, greatest(coalesce(extract(epoch from now() - min(e.timestamp)), 0), 0)::float8
        from unnest($1) as shard
        left join mt_event_progression p on p.name like shard || ':%'
        left join mt_events e on e.seq_id > coalesce(p.last_seq_id, 0) and e.type <> '{History.Tombstone}'
        group by shard
        """;

    public static void Declare(ServiceBuilder service, OutboxModel model)
    {
        service.Gauge(new GaugeDefinition("yibao.outbox.waiting", "{fact}", "Stored facts that have not been relayed, by way", (provider, cancellation) => Shards(provider, model, column: 1, cancellation)));
        service.Gauge(new GaugeDefinition("yibao.outbox.lag", "s", "Age of the oldest fact that has not been relayed, by way", (provider, cancellation) => Shards(provider, model, column: 2, cancellation)));
        service.Gauge(new GaugeDefinition("yibao.bus.dead_letters", "{message}", "Messages that could not be handled, by queue", Dead) { EveryRounds = 4 });
    }

    private static async Task<IReadOnlyList<Reading>> Shards(IServiceProvider provider, OutboxModel model, int column, CancellationToken cancellation)
    {
        await using var command = provider.GetRequiredService<NpgsqlDataSource>().CreateCommand(Behind);
        command.Parameters.Add(new() { Value = model.Shards.Select(OutboxModel.NameOf).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var readings = new List<Reading>();
        while (await reader.ReadAsync(cancellation)) readings.Add(new Reading(reader.GetDouble(column), [new("way", reader.GetString(0))]));
        return readings;
    }

    private static async Task<IReadOnlyList<Reading>> Dead(IServiceProvider provider, CancellationToken cancellation)
    {
        var settings = provider.GetRequiredService<ServiceSettings>();
        var own = new DeadLetters(settings.Broker);
        var readings = new List<Reading>
        {
            new(await own.Count(settings.Service, cancellation), [new("queue", BusModel.DeadLettersOf(settings.Service))]),
            new(await own.CountUnrouted(cancellation), [new("queue", BusModel.Unrouted)]),
        };
        // Only the parent may look into the dead letters of its edges.
        if (settings.Edges.FirstOrDefault(edge => edge.Hosted) is { } edge) readings.Add(new(await new DeadLetters(edge.Broker).CountOf(EdgeTopology.DeadLetters, cancellation), [new("queue", EdgeTopology.DeadLetters)]));
        return readings;
    }
}
