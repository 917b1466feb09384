using Microsoft.Extensions.Hosting;

namespace Yibao.Hosting.Telemetry;

/// <summary>Tells once what belongs to a process of many hosts: from the first host's start until the last one is gone.</summary>
internal sealed class ProcessTelemetry(params IReadOnlyList<Func<IDisposable>> providers) : IHostedService, IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly List<IDisposable> Running = [];
    private static int _hosts;

    private bool _counted;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            if (_hosts == 0) Running.AddRange(providers.Select(make => make()));
            _hosts++;
            _counted = true;
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        lock (Gate)
        {
            if (!_counted || --_hosts > 0) return;
            // Each sends what is left.
            foreach (var provider in Running) provider.Dispose();
            Running.Clear();
        }
    }
}
