using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting.Telemetry;

namespace Yibao.Hosting.Scheduling;

/// <summary>How jobs keep their dates.</summary>
internal sealed class JobMeter(IMeterFactory meters)
{
    private readonly DurationMeter _duration = DurationMeter.OfJobs(meters, "yibao.job.duration", "Time a run of a job took");

    /// <param name="trouble">Null when it was done, else an error code or a kind of exception.</param>
    public void Ran(string job, TimeSpan took, string? trouble) => _duration.Record(took, new("job", job), new("outcome", trouble ?? "ok"));

    /// <summary>How late the first period is that is not done; a job without a next date (no calendar published) is as late as can be told: not at all, and its trouble is in the list of jobs.</summary>
    public static void Declare(ServiceBuilder service) => service.Gauge(new GaugeDefinition("yibao.job.lateness", "s", "How long the oldest due run of a job has been waiting", async (provider, cancellation) =>
    {
        var now = provider.GetRequiredService<TimeProvider>().GetUtcNow();
        return [.. (await provider.GetRequiredService<IJobs>().List(cancellation)).Select(job => new Reading(job.NextDue is { } due && due < now ? (now - due).TotalSeconds : 0, [new("job", job.Name)]))];
    }));
}
