using Microsoft.Extensions.Hosting;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Local;

/// <summary>Runs the re-driving rounds for as long as the host runs.</summary>
public sealed partial class RedriveWorker(Redrive redrive, TimeProvider time, ILogger<RedriveWorker> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await redrive.Round() is > 0 and var ended) LogEnded(log, ended);
                await Task.Delay(Pause, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // The rows are still there: the next round begins where this one stopped.
                LogFailed(log, failure);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "{Ended} open settlements came to an end by being driven again")]
    private static partial void LogEnded(ILogger logger, int ended);

    [LoggerMessage(3002, LogLevel.Warning, "A re-driving round failed")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
