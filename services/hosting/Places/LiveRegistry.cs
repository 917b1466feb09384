using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Bus;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Places;

/// <summary>
/// Keeps this service's copy of the registry's extensions, and the <see cref="NodeRegistry"/> in its memory at them: after a restart
/// from its own rows, in a further host of the same service by looking again.
/// </summary>
internal sealed partial class LiveRegistry(IRows rows, NodeRegistry registry, TimeProvider time, ILogger<LiveRegistry> log) : BackgroundService
{
    public const string Ddl = """
        create table if not exists node_registry_extension (
          number integer primary key,
          version varchar(80) not null,
          changes text not null
        );
        """;

    // Extensions are announced ahead of their first instant; a host that learns of one this late is still in time.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private int _taken;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Refresh(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public async Task Keep(NodeRegistryExtended extension, CancellationToken cancellation)
    {
        await rows.Execute("insert into node_registry_extension (number, version, changes) values ($1, $2, $3) on conflict (number) do nothing", extension.Number, extension.Version, extension.Changes);
        await Refresh(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, time, stoppingToken);
                await Refresh(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // The registry in memory stays as it is; the next look finds what is new.
                LogFailed(log, failure);
            }
        }
    }

    private async Task Refresh(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var news = await rows.Query("select number, version, changes from node_registry_extension where number > $1 order by number",
                reader => (Number: reader.GetInt32(0), Version: reader.GetString(1), Changes: reader.GetString(2)), _taken);
            foreach (var extension in news)
            {
                // One that came before its forerunner waits for it.
                if (extension.Number != _taken + 1) return;
                registry.Adopt(registry.With(extension.Changes));
                _taken = extension.Number;
                LogTaken(log, extension.Version, registry.Latest.Version);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    [LoggerMessage(2301, LogLevel.Information, "The node registry was extended by {Extension}; its latest version is {Version}")]
    private static partial void LogTaken(ILogger logger, string extension, int version);

    [LoggerMessage(2302, LogLevel.Warning, "Extensions of the node registry could not be looked up")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}

/// <summary>The node's word, as it comes over its bus.</summary>
internal sealed class RegistryNews(LiveRegistry live) : IHandle<NodeRegistryExtended>
{
    public Task Handle(NodeRegistryExtended message, MessageContext context, CancellationToken cancellation) => live.Keep(message, cancellation);
}

internal static class RegistryWords
{
    /// <summary>Every service with a store and a bus follows the registry.</summary>
    public static void FollowsRegistry(this ServiceBuilder service)
    {
        service.Table(LiveRegistry.Ddl);
        service.Services.TryAddSingleton(service.Registry);
        service.Services.AddSingleton<LiveRegistry>();
        service.Services.AddHostedService(static provider => provider.GetRequiredService<LiveRegistry>());
        service.Handles<NodeRegistryExtended, RegistryNews>(concurrency: 1);
    }
}
