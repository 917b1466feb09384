using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yibao.EndToEnd.Tests.Otlp;

namespace Yibao.EndToEnd.Tests.Observability;

/// <summary>
/// Stands in for the OpenTelemetry collector: takes OTLP over gRPC as the services send it and shows it to Prometheus as the collector's
/// prometheus exporter does with our settings (suffixes of unit and type, resource attributes as labels, a target_info per source).
/// </summary>
internal sealed partial class Collector : MetricsService.MetricsServiceBase, IAsyncDisposable
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal) { ["s"] = "seconds", ["ms"] = "milliseconds", ["By"] = "bytes", ["1"] = "ratio" };

    private readonly ConcurrentDictionary<string, (string Kind, string Line, string Value)> _series = new(StringComparer.Ordinal);
    private WebApplication? _app;
    private volatile bool _fromZero = true;

    /// <summary>Where services send.</summary>
    public Uri Otlp { get; private set; } = null!;

    /// <summary>Where Prometheus scrapes: host:port.</summary>
    public string Scraped { get; private set; } = "";

    /// <summary>Names as Prometheus knows them, with the labels each was seen with.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Metrics => _series.Values
        .Select(series => (Name: series.Line.Split('{')[0], Labels: Label().Matches(series.Line).Select(match => match.Groups[1].Value)))
        .GroupBy(series => series.Name, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => (IReadOnlySet<string>)group.SelectMany(series => series.Labels).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Values of a metric, for looking at.</summary>
    public IEnumerable<string> Lines(string metric) => _series.Values.Where(series => series.Line.StartsWith(metric + "{", StringComparison.Ordinal)).Select(series => $"{series.Line} {series.Value}");

    /// <summary>Counters begin at zero, as they did: until this is called that is what a scrape sees.</summary>
    public void Go() => _fromZero = false;

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(collector);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(0 + Backing.LoopbackPorts.Take(), door => door.Protocols = HttpProtocols.Http2);
            kestrel.ListenLocalhost(Backing.LoopbackPorts.Take(), door => door.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.MapGrpcService<Collector>();
        app.MapGet("/metrics", () => Results.Text(collector.Exposition(), "text/plain; version=0.0.4"));
        await app.StartAsync();
        var addresses = app.Urls.Select(url => new Uri(url)).ToList();
        (collector._app, collector.Otlp, collector.Scraped) = (app, new Uri($"http://127.0.0.1:{addresses[0].Port}"), $"127.0.0.1:{addresses[1].Port}");
        return collector;
    }

    public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
    {
        foreach (var source in request.ResourceMetrics)
        {
            var resource = source.Resource.Attributes.Select(attribute => (Sanitised(attribute.Key), Text(attribute.Value))).ToList();
            Put("gauge", "target_info", resource, "1");
            foreach (var metric in source.ScopeMetrics.SelectMany(scope => scope.Metrics)) Take(metric, resource);
        }

        return Task.FromResult(new ExportMetricsServiceResponse());
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private void Take(Metric metric, List<(string, string)> resource)
    {
        var name = Sanitised(metric.Name);
        if (Units.TryGetValue(metric.Unit, out var unit) && !name.EndsWith("_" + unit, StringComparison.Ordinal) && (unit != "ratio" || metric.DataCase == Metric.DataOneofCase.Gauge)) name += "_" + unit;
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Gauge:
                foreach (var point in metric.Gauge.DataPoints) Put("gauge", name, [.. resource, .. Labels(point.Attributes)], Value(point));
                break;
            case Metric.DataOneofCase.Sum:
                var counter = metric.Sum.IsMonotonic;
                foreach (var point in metric.Sum.DataPoints) Put(counter ? "counter" : "gauge", counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name, [.. resource, .. Labels(point.Attributes)], Value(point));
                break;
            case Metric.DataOneofCase.Histogram:
                foreach (var point in metric.Histogram.DataPoints)
                {
                    List<(string, string)> labels = [.. resource, .. Labels(point.Attributes)];
                    var below = 0UL;
                    for (var i = 0; i < point.BucketCounts.Count; i++)
                    {
                        below += point.BucketCounts[i];
                        Put("counter", name + "_bucket", [.. labels, ("le", i < point.BoundBits.Count ? Real(point.BoundBits[i]) : "+Inf")], below.ToString(CultureInfo.InvariantCulture));
                    }

                    Put("counter", name + "_count", labels, point.Count.ToString(CultureInfo.InvariantCulture));
                    Put("counter", name + "_sum", labels, Real(point.SumBits));
                }

                break;
            default:
                break;
        }
    }

    private void Put(string kind, string name, IEnumerable<(string Key, string Value)> labels, string value)
    {
        var line = $"{name}{{{string.Join(',', labels.DistinctBy(label => label.Key).Select(label => $"{label.Key}=\"{label.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""))}}}";
        _series[line] = (kind, line, value);
    }

    private string Exposition()
    {
        var text = new StringBuilder();
        foreach (var (kind, line, value) in _series.Values.OrderBy(series => series.Line, StringComparer.Ordinal)) text.Append(line).Append(' ').Append(_fromZero && kind == "counter" ? "0" : value).Append('\n');
        return text.ToString();
    }

    private static IEnumerable<(string, string)> Labels(IEnumerable<KeyValue> attributes) => attributes.Select(attribute => (Sanitised(attribute.Key), Text(attribute.Value)));

    private static string Value(NumberDataPoint point) => point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt.ToString(CultureInfo.InvariantCulture) : Real(point.DoubleBits);

    private static string Real(ulong bits) => BitConverter.UInt64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture);

    private static string Text(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.Text => value.Text,
        AnyValue.ValueOneofCase.Flag => value.Flag ? "true" : "false",
        AnyValue.ValueOneofCase.Number => value.Number.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleBits => Real(value.DoubleBits),
        _ => "",
    };

    private static string Sanitised(string name) => NotAllowed().Replace(name, "_");

    [GeneratedRegex("[^a-zA-Z0-9_]", RegexOptions.CultureInvariant)]
    private static partial Regex NotAllowed();

    [GeneratedRegex("""[{,](\w+)=" """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Label();
}
