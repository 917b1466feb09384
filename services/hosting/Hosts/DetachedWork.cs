using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Hosts;

/// <summary>
/// Work that goes on when its caller stops waiting: after an intent is stored nothing uses the caller's cancellation
/// or deadline. The host waits for it when it stops.
/// </summary>
public interface IDetachedWork
{
    /// <summary>Starts the work at once and waits for it as long as the caller does.</summary>
    /// <param name="work">Its token ends only when the host's drain limit is reached.</param>
    /// <param name="caller">The caller's patience: when it ends the wait ends, not the work.</param>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; the outcome is not known here.</exception>
    Task<T> Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken caller = default);
}

internal sealed partial class DetachedWork(ILogger<DetachedWork> log) : IDetachedWork, IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<Task, byte> _running = [];
    private readonly CancellationTokenSource _end = new();

    public async Task<T> Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken caller = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        caller.ThrowIfCancellationRequested();
        // Not Task.Run: what finishes at once costs nothing.
        var running = work(_end.Token);
        if (running.IsCompleted) return await running;
        _running.TryAdd(running, 0);
        _ = running.ContinueWith(static (done, set) => ((ConcurrentDictionary<Task, byte>)set!).TryRemove(done, out _),
            _running, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            return await running.WaitAsync(caller);
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested && !running.IsCompleted)
        {
            _ = Outlive(running);
            throw;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // Stopped after the doors: what was accepted is still running.
        await using var _ = cancellationToken.Register(_end.Cancel);
        await Task.WhenAll(_running.Keys.Select(Settled)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Nobody waits any longer: what becomes of the work is told here.
    private async Task Outlive(Task running)
    {
        try
        {
            await running;
        }
        catch (RefusedException refused)
        {
            LogRefused(log, refused.Error.Code);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogFailed(log, failure);
        }
    }

    // A failure belongs to its own call; the stop only waits for the end.
    private static async Task Settled(Task running) => await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(1101, LogLevel.Information, "Work whose caller had left was refused: {Code}")]
    private static partial void LogRefused(ILogger logger, string code);

    [LoggerMessage(1102, LogLevel.Error, "Work whose caller had left failed")]
    private static partial void LogFailed(ILogger logger, Exception failure);

    public void Dispose() => _end.Dispose();
}
