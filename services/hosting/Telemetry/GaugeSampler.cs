using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Yibao.Hosting.Telemetry;

/// <summary>One figure with its tags.</summary>
internal sealed record Reading(double Value, IReadOnlyList<KeyValuePair<string, object?>> Tags);

/// <summary>A figure that has to be asked for: of a database, a broker.</summary>
/// <param name="Sample">Every reading of now.</param>
internal sealed record GaugeDefinition(string Name, string Unit, string Description, Func<IServiceProvider, CancellationToken, Task<IReadOnlyList<Reading>>> Sample)
{
    /// <summary>Asked only every so many rounds: what costs a connection of its own.</summary>
    public int EveryRounds { get; init; } = 1;
}

/// <summary>
/// Asks for every gauge now and then and hands the exporter what it last heard. What cannot be asked for is reported as missing, never as it was.
/// </summary>
internal sealed partial class GaugeSampler : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, IReadOnlyList<Reading>> _last = new(StringComparer.Ordinal);
    private readonly List<GaugeDefinition> _gauges;
    private readonly ServiceSettings _settings;
    private readonly IServiceProvider _services;
    private readonly ILogger<GaugeSampler> _log;

    public GaugeSampler(IEnumerable<GaugeDefinition> gauges, IMeterFactory meters, ServiceSettings settings, IServiceProvider services, ILogger<GaugeSampler> log)
    {
        (_gauges, _settings, _services, _log) = ([.. gauges], settings, services, log);
        var meter = meters.Create(MeterWords.Meter);
        foreach (var gauge in _gauges) meter.CreateObservableGauge(gauge.Name, () => Observe(gauge.Name), gauge.Unit, gauge.Description);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nobody listens where there is no collector.
        if (_settings.Otlp is null) return;
        for (var round = 0; !stoppingToken.IsCancellationRequested; round++)
        {
            await Sample(round, stoppingToken);
            await Task.Delay(Beat, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks for everything that is due in this round.</summary>
    internal async Task Sample(int round, CancellationToken cancellation)
    {
        foreach (var gauge in _gauges.Where(gauge => round % gauge.EveryRounds == 0))
        {
            try
            {
                _last[gauge.Name] = await gauge.Sample(_services, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _last.TryRemove(gauge.Name, out _);
                Missing(gauge.Name, e.GetType().Name);
            }
        }
    }

    private IEnumerable<Measurement<double>> Observe(string gauge) =>
        _last.TryGetValue(gauge, out var readings) ? readings.Select(static reading => new Measurement<double>(reading.Value, reading.Tags)) : [];

    [LoggerMessage(1201, LogLevel.Warning, "{Gauge} cannot be measured now ({Kind})")]
    private partial void Missing(string gauge, string kind);
}
