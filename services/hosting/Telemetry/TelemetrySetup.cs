using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Yibao.Hosting.Telemetry;

/// <summary>Traces and metrics over gRPC, store and bus to an OTLP collector; nothing at all where none is configured.</summary>
internal static class TelemetrySetup
{
    private const string Bus = "MassTransit";

    public static void AddTelemetry(this IServiceCollection services, ServiceSettings settings)
    {
        services.AddMetrics();
        services.AddSingleton<HopMeter>();
        services.AddSingleton<RefusalMeter>();
        services.AddSingleton<GaugeSampler>();
        services.AddHostedService(static provider => provider.GetRequiredService<GaugeSampler>());
        if (settings.Otlp is not { } collector) return;
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.As(settings.Node.Code, settings.Service)).WithMetrics(metrics => metrics.OfHost(collector));
        if (settings.SharedProcess is null)
        {
            telemetry.WithMetrics(metrics => metrics.OfProcess()).WithTracing(traces => traces.OfProcess(settings, collector));
            return;
        }

        // Listeners hear every meter of the process: here each host tells its own figures and no other's.
        services.ConfigureOpenTelemetryMeterProvider(static (provider, metrics) =>
        {
            var own = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => ReferenceEquals(instrument.Meter.Scope, own) ? null : MetricStreamConfiguration.Drop);
        });
        services.AddHostedService(_ => new ProcessTelemetry(
            () => Sdk.CreateMeterProviderBuilder().ConfigureResource(resource => resource.As(settings.SharedProcess, "process")).OfProcess().To(collector).Build(),
            () => Sdk.CreateTracerProviderBuilder().ConfigureResource(resource => resource.As(settings.SharedProcess, "process")).OfProcess(settings, collector).Build()));
    }

    private static ResourceBuilder As(this ResourceBuilder resource, string node, string service) => resource.AddService(
        $"yibao.{service}", serviceNamespace: node, serviceInstanceId: $"{node}/{service}/{Environment.MachineName}/{Environment.ProcessId}");

    /// <summary>Figures whose meters are made by a host.</summary>
    private static MeterProviderBuilder OfHost(this MeterProviderBuilder metrics, Uri collector) => metrics
        .AddAspNetCoreInstrumentation()
        .AddMeter("Yibao.*", "Microsoft.AspNetCore.Server.Kestrel")
        .To(collector);

    /// <summary>Figures that libraries count for all hosts of a process together.</summary>
    private static MeterProviderBuilder OfProcess(this MeterProviderBuilder metrics) => metrics
        .AddHttpClientInstrumentation()
        .AddRuntimeInstrumentation()
        .AddMeter("Npgsql", Bus);

    private static MeterProviderBuilder To(this MeterProviderBuilder metrics, Uri collector) => metrics.AddOtlpExporter(options => options.Endpoint = collector);

    private static TracerProviderBuilder OfProcess(this TracerProviderBuilder traces, ServiceSettings settings, Uri collector) => traces
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceRatio)))
        .AddAspNetCoreInstrumentation(options => options.Filter = static http => !http.Request.Path.StartsWithSegments("/health"))
        .AddHttpClientInstrumentation()
        .AddNpgsql()
        .AddSource(Bus)
        // Before the exporter: what it sends is already clean.
        .AddProcessor(new SpanScrubber())
        .AddOtlpExporter(options => options.Endpoint = collector);
}
