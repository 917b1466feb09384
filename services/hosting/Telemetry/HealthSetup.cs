using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Yibao.Hosting.Identity;

namespace Yibao.Hosting.Telemetry;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c> and gRPC health: store and broker answer and the host
/// is not stopping. Checks of the store, the bus and of modules carry the tag <c>ready</c>.
/// </summary>
internal static class HealthSetup
{
    public const string Ready = "ready";

    public static void AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks()
            .AddCheck<Stopping>("stopping", tags: [Ready])
            .AddCheck<StoreCheck>("store", tags: [Ready], timeout: TimeSpan.FromSeconds(3));
        services.AddGrpcHealthChecks(options => options.Services.Map("", static registration => registration.Tags.Contains(Ready)));
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false, ResponseWriter = Write }).Allow(Access.Anyone);
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(Ready), ResponseWriter = Write }).Allow(Access.Anyone);
        routes.MapGrpcHealthChecksService().Allow(Access.Anyone);
    }

    // Names and states only: what exactly is wrong is in the log.
    private static Task Write(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(
        new { status = report.Status.ToString(), checks = report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Status.ToString(), StringComparer.Ordinal) },
        JsonSerializerOptions.Web, http.RequestAborted);

    private sealed class Stopping(IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());
    }

    private sealed class StoreCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            // A service without a store has none to wait for.
            if (services.GetService<NpgsqlDataSource>() is not { } source) return HealthCheckResult.Healthy();
            await using var command = source.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
