using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Yibao.Hosting.Bus;

/// <summary>Once this service's queues are there, fetches what was published for them before.</summary>
internal sealed partial class UnroutedReplay(IBusControl bus, BusModel model, ServiceSettings settings, ILogger<UnroutedReplay> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (model.Handled.Count == 0) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
                var fetched = await new DeadLetters(settings.Broker).ReplayUnrouted(model.Handled, stoppingToken);
                if (fetched > 0) Fetched(fetched);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Waiting(e.GetType().Name);
                await Task.Delay(TimeSpan.FromSeconds(2), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(2231, LogLevel.Information, "{Count} messages were published before this service had its queues; they are delivered now")]
    private partial void Fetched(int count);

    [LoggerMessage(2232, LogLevel.Warning, "The broker cannot be asked for early messages yet ({Kind})")]
    private partial void Waiting(string kind);
}
