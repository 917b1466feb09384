using Microsoft.Extensions.Hosting;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Catalogues;

/// <summary>Puts stored versions into the library: after a start, after an import, and by looking again into hosts that did not do the import.</summary>
public sealed partial class LiveCatalogues(IWriteDoor door, IHistory history, CatalogueLibrary library, TimeProvider time, ILogger<LiveCatalogues> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private int _taken;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Refresh(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>When it returns, every version stored before the call splits fees.</summary>
    public async Task Refresh(CancellationToken cancellation = default)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var stored = (await door.Read(ImportedCatalogues.Stream, cancellation)).Versions;
            for (; _taken < stored.Length; _taken++)
            {
                var version = stored[_taken];
                library.Add(version.Area, version.From, version.Version, await Text(version, cancellation));
                LogTaken(log, version.Version, version.Lines);
            }
        }
        finally
        {
            _one.Release();
        }
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
                // The library stays as it is; the next look finds what is new.
                LogFailed(log, failure);
            }
        }
    }

    private async Task<string> Text(CatalogueVersionStored version, CancellationToken cancellation)
    {
        var lines = new List<string> { CatalogueFile.Header };
        for (var part = 0; part < version.Parts; part++)
        {
            foreach (var stored in await history.Of(CatalogueLines.Stream(version.Version, part).Id, cancellation)) lines.AddRange(((CatalogueLinesStored)stored.Fact).Lines);
        }

        return string.Join('\n', lines);
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    [LoggerMessage(3011, LogLevel.Information, "Catalogue {Version} with {Lines} items is in force from its first day on")]
    private static partial void LogTaken(ILogger logger, string version, int lines);

    [LoggerMessage(3012, LogLevel.Warning, "Loaded catalogues could not be looked up")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
