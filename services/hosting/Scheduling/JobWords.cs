using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yibao.Hosting.Scheduling;

namespace Yibao.Hosting;

/// <summary>What a module says about its jobs.</summary>
public static class JobWords
{
    /// <summary>A job that runs once per period of its schedule (<see cref="Schedule"/>): <c>service.Job&lt;CutDay&gt;("cut-day", "daily 00:30")</c>.</summary>
    /// <param name="service">The module's builder.</param>
    /// <param name="name">Permanent: what ran is remembered under it.</param>
    /// <param name="schedule">When.</param>
    public static ServiceBuilder Job<TJob>(this ServiceBuilder service, string name, Schedule schedule) where TJob : class, IJob
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(schedule);
        var services = service.Services;
        if (services.Any(entry => entry.ImplementationInstance is JobDefinition known && known.Name == name)) throw new InvalidOperationException($"There are two jobs '{name}'.");
        services.TryAddScoped<TJob>();
        services.AddSingleton(new JobDefinition(name, schedule, typeof(TJob)));
        if (services.Any(entry => entry.ServiceType == typeof(Scheduler))) return service;
        service.Table(Scheduler.Tables);
        services.AddMetrics();
        services.AddSingleton<JobMeter>();
        JobMeter.Declare(service);
        services.AddSingleton<Scheduler>();
        services.AddSingleton<IJobs>(static provider => provider.GetRequiredService<Scheduler>());
        services.AddHostedService(static provider => provider.GetRequiredService<Scheduler>());
        return service;
    }
}
