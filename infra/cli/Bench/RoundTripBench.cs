using System.Diagnostics;
using Yibao.Cli.Demos;
using Yibao.Cli.His;
using Yibao.HospitalInterface.Reading;

namespace Yibao.Cli.Bench;

/// <summary>One way of calling at one number of callers.</summary>
internal sealed record RoundTripRun(string Call, int Callers, double PerSecond, double P50Ms, double P99Ms);

/// <summary>
/// Cross-province settlements through the gateway and three nodes in this process. The yardstick is the trial settlement of the same
/// bills in the same run: the same way there and back and the same calculation, but nothing stored anywhere.
/// </summary>
internal sealed class RoundTripBench(DemoStage stage, int count, IReadOnlyList<int> callers, Action<string> progress)
{
    private const string Sample = "f-guiyang-inpatient-in-wuhan";
    private int _visit;

    public async Task<IReadOnlyList<RoundTripRun>> Run(CancellationToken cancellation)
    {
        var his = stage.His(stage.Message(Sample));
        var runs = new List<RoundTripRun>();
        progress("warming up");
        await Settle(await Visits(his, 20, cancellation), his, 4, cancellation);
        foreach (var at in callers)
        {
            progress($"{count} visits for {at} callers");
            var visits = await Visits(his, count, cancellation);
            runs.Add(await Timed("trial (2303)", at, visits, async visit => await his.Settlements.PreSettleAsync(HisClient.Terms(visit), cancellationToken: cancellation)));
            runs.Add(await Settle(visits, his, at, cancellation));
        }

        return runs;
    }

    private static Task<RoundTripRun> Settle(IReadOnlyList<InterfaceRequest> visits, HisClient his, int callers, CancellationToken cancellation) =>
        Timed("settlement (2304)", callers, visits, async visit =>
        {
            var settled = await his.Settle(visit, null, cancellation);
            if (settled.State != Contracts.Settlement.V1.SettlementState.Granted) throw new Shell.FailedException($"{settled.RefusalCode} {settled.RefusalMessage}");
        });

    /// <summary>Visits registered with their fees uploaded, each its own bill.</summary>
    private async Task<IReadOnlyList<InterfaceRequest>> Visits(HisClient his, int number, CancellationToken cancellation)
    {
        var visits = new List<InterfaceRequest>();
        for (var i = 0; i < number; i++)
        {
            var visit = $"BENCH{Interlocked.Increment(ref _visit):000000}";
            var message = Named(visit);
            visits.Add(message);
        }

        await Parallel.ForEachAsync(visits, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (message, stop) => await his.Upload(message, stop));
        return visits;
    }

    private InterfaceRequest Named(string visit)
    {
        var message = stage.Message(Sample);
        var own = message.Input.One("data")!.Text("mdtrt_id")!;
        var json = File.ReadAllText(Path.Combine(SamplePlatform.Samples, Sample + ".json")).Replace(own, visit, StringComparison.Ordinal).Replace(message.MessageId, "M" + visit, StringComparison.Ordinal);
        return InterfaceRequest.Read(System.Text.Encoding.UTF8.GetBytes(json));
    }

    private static async Task<RoundTripRun> Timed(string call, int callers, IReadOnlyList<InterfaceRequest> visits, Func<InterfaceRequest, Task> one)
    {
        var times = new double[visits.Count];
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < visits.Count;)
            {
                var started = Stopwatch.GetTimestamp();
                await one(visits[i]);
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }));
        var seconds = clock.Elapsed.TotalSeconds;
        Array.Sort(times);
        return new RoundTripRun(call, callers, visits.Count / seconds, times[times.Length / 2], times[(int)(times.Length * 0.99)]);
    }
}
