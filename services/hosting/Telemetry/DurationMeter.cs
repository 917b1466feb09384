using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Yibao.Hosting.Telemetry;

/// <summary>How long something takes, in seconds, as a histogram.</summary>
public sealed class DurationMeter
{
    // From a millisecond to the patience of a hospital's counter; from a tenth of a second to hours.
    private static readonly InstrumentAdvice<double> Calls = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    private static readonly InstrumentAdvice<double> Jobs = new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400] };

    private readonly Histogram<double> _seconds;

    private DurationMeter(IMeterFactory meters, string meter, string name, string description, InstrumentAdvice<double> advice)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _seconds = meters.Create(meter).CreateHistogram(name, "s", description, advice: advice);
    }

    /// <summary>Of calls: the exporter's own boundaries are made for milliseconds.</summary>
    public static DurationMeter OfCalls(IMeterFactory meters, string name, string description, string meter = MeterWords.Meter) => new(meters, meter, name, description, Calls);

    /// <summary>Of jobs.</summary>
    public static DurationMeter OfJobs(IMeterFactory meters, string name, string description) => new(meters, MeterWords.Meter, name, description, Jobs);

    public void Record(TimeSpan took, params ReadOnlySpan<KeyValuePair<string, object?>> tags) => _seconds.Record(took.TotalSeconds, tags);

    /// <summary>From a reading of <see cref="Stopwatch.GetTimestamp"/> until now.</summary>
    public void RecordSince(long began, params ReadOnlySpan<KeyValuePair<string, object?>> tags) => Record(Stopwatch.GetElapsedTime(began), tags);
}
