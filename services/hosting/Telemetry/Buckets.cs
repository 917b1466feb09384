using System.Diagnostics.Metrics;

namespace Yibao.Hosting.Telemetry;

/// <summary>Boundaries of histograms: the exporter's own are made for milliseconds, our durations are seconds.</summary>
public static class Buckets
{
    /// <summary>Calls between nodes and round trips: from a millisecond to the patience of a hospital's counter.</summary>
    public static InstrumentAdvice<double> OfCalls { get; } = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };

    /// <summary>Jobs: from a tenth of a second to hours.</summary>
    public static InstrumentAdvice<double> OfJobs { get; } = new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400] };
}
