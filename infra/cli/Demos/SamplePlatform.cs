using Microsoft.Extensions.Logging;
using Yibao.Backing;
using Yibao.Cli.Shell;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Node;
using Yibao.Settlement;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Cli.Demos;

/// <summary>The platform with the sample institutions, persons and filings: what demo, settle and bench roundtrip stand on.</summary>
internal static class SamplePlatform
{
    public static string Samples => Path.Combine(Repository.Root(), "infra", "samples");

    /// <summary>Started and filled; the caller disposes of both.</summary>
    /// <param name="patience">How long an institution waits before it is told "unknown".</param>
    /// <param name="settings">Further settings of every host.</param>
    public static async Task<(LocalPlatform Platform, DemoStage Stage)> StartAsync(Output output, TimeSpan patience, CancellationToken cancellation, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var faults = new DemoFaults();
        // What is open is driven again every second: nobody is kept waiting here.
        var settlement = new SettlementModule(new RoundTripSettings { AnswerWithin = patience, RedriveAfter = TimeSpan.FromSeconds(1), RedriveEvery = TimeSpan.FromSeconds(1) });
        var platform = await LocalPlatform.StartAsync(new LocalOptions
        {
            Modules = [.. NodeModules.All.Where(module => module is not SettlementModule), settlement],
            More = faults.Install,
            Settings = SampleAccounts.Settings(Samples).Concat(settings ?? new Dictionary<string, string?>(StringComparer.Ordinal)).ToDictionary(StringComparer.Ordinal),
            // What goes wrong in a demo goes wrong on purpose, and the demo says so itself.
            LogLevel = LogLevel.Critical,
            Progress = output.Progress,
        }, cancellation);
        try
        {
            output.Progress("storing the sample institutions, persons and filings");
            await SampleData.Store(platform, Samples, cancellation);
            return (platform, new DemoStage(platform, output, Samples, Path.Combine(Repository.Root(), ".run", "demo")) { Faults = faults });
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }
}
