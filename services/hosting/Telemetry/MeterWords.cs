using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Yibao.Hosting.Store;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting;

/// <summary>What a module says about its figures for those who watch the platform. Names and units follow OpenTelemetry's conventions: <c>yibao.settlement.open</c>, <c>{settlement}</c>, <c>s</c>.</summary>
public static class MeterWords
{
    /// <summary>The meter of everything a module counts.</summary>
    public const string Meter = "Yibao.Service";

    /// <summary>
    /// A figure read from the service's own tables every quarter of a minute. Every host of the service reports it: whoever looks
    /// takes the greatest, not the sum.
    /// </summary>
    /// <param name="service">The module's builder.</param>
    /// <param name="name">Permanent.</param>
    /// <param name="unit">UCUM: <c>s</c>, or what is counted in braces.</param>
    /// <param name="description">One line.</param>
    /// <param name="sql">The figure as float8, then a text column per tag; no row means 0 when there are no tags. Unqualified names mean the service's schema.</param>
    /// <param name="tags">Names of the further columns. Few values each, and never a person.</param>
    public static ServiceBuilder Gauge(this ServiceBuilder service, string name, string unit, string description, string sql, params string[] tags) =>
        service.Gauge(new GaugeDefinition(name, unit, description, async (provider, cancellation) =>
        {
            await using var command = provider.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var readings = new List<Reading>();
            while (await reader.ReadAsync(cancellation))
            {
                var row = new object[reader.FieldCount];
                reader.GetValues(row);
                readings.Add(new Reading(row[0] as double? ?? 0, [.. tags.Select((tag, i) => KeyValuePair.Create<string, object?>(tag, row[i + 1] as string ?? ""))]));
            }

            if (readings.Count == 0 && tags.Length == 0) readings.Add(new Reading(0, []));
            return readings;
        }));

    /// <summary>Counts facts as they are stored, on the host that stores them.</summary>
    /// <param name="service">The module's builder.</param>
    /// <param name="name">Permanent.</param>
    /// <param name="unit">What is counted in braces; <c>{fen}</c> for amounts.</param>
    /// <param name="description">One line.</param>
    /// <param name="count">By how much and with which tags; null: this fact does not count. A counter never falls: nothing negative.</param>
    public static ServiceBuilder Counts<TFact>(this ServiceBuilder service, string name, string unit, string description, Func<TFact, (long Count, TagList Tags)?> count) where TFact : IFact
    {
        service.Store();
        service.Services.AddSingleton(new CountDefinition(name, unit, description, typeof(TFact), fact => count((TFact)fact)));
        return service;
    }

    internal static ServiceBuilder Gauge(this ServiceBuilder service, GaugeDefinition gauge)
    {
        service.Services.AddSingleton(gauge);
        return service;
    }
}
