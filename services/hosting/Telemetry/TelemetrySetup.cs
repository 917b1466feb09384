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
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                $"yibao.{settings.Service}", serviceNamespace: settings.Node.Code, serviceInstanceId: $"{settings.Node.Code}/{settings.Service}/{Environment.MachineName}/{Environment.ProcessId}"))
            .WithTracing(traces => traces
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceRatio)))
                .AddAspNetCoreInstrumentation(options => options.Filter = static http => !http.Request.Path.StartsWithSegments("/health"))
                .AddHttpClientInstrumentation()
                .AddNpgsql()
                .AddSource(Bus)
                // Before the exporter: what it sends is already clean.
                .AddProcessor(new SpanScrubber())
                .AddOtlpExporter(options => options.Endpoint = collector))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Npgsql", Bus, "Yibao.*", "Microsoft.AspNetCore.Server.Kestrel")
                .AddOtlpExporter(options => options.Endpoint = collector));
    }
}
