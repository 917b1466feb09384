using System.Diagnostics;
using System.Globalization;
using Yibao.Backing;
using Yibao.Cli.His;
using Yibao.Contracts.Settlement.V1;
using Yibao.Local;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.Bench;

/// <param name="Settlements">At the most callers; fewer callers make fewer.</param>
/// <param name="WarmUp">Settlements before anything is measured.</param>
/// <param name="Persons">Among whom they are shared.</param>
/// <param name="Scale">pgbench's scale factor.</param>
/// <param name="Clients">pgbench's clients.</param>
/// <param name="Seconds">How long pgbench runs, each time.</param>
/// <param name="Processes">Which services share a process.</param>
internal sealed record RoundTripOptions(int Settlements = 6000, int WarmUp = 6000, int Persons = 1000, int Scale = 50, int Clients = 20, int Seconds = 10, LocalProcesses Processes = LocalProcesses.Node)
{
    /// <summary>How many at a time, one run for each. The gate is judged by the median of several, because the machine is not the same from minute to minute.</summary>
    public IReadOnlyList<int> Callers { get; init; } = [1, 16, 64, 64, 64];
}

/// <summary>TPC-B transactions a second on the same server, right before and right after a run.</summary>
internal sealed record Yardstick(double Before, double After)
{
    public double Mean => (Before + After) / 2;
}

/// <summary>One number of callers.</summary>
/// <param name="PerSecond">Settlements that the hospital was answered, a second.</param>
/// <param name="DrainedMs">From the last answer until nothing waited anywhere.</param>
/// <param name="Invalid">Why the figure does not count; null when it does.</param>
internal sealed record RoundTripRun(int Callers, int Settlements, double PerSecond, double P50Ms, double P95Ms, double P99Ms, double DrainedMs, string? Invalid, RoundTripCost Cost)
{
    /// <summary>As pgbench comes: what the gate is judged by.</summary>
    public required Yardstick Pgbench { get; init; }

    /// <summary>With prepared statements, as the services ask.</summary>
    public required Yardstick PgbenchPrepared { get; init; }

    /// <summary>Settlements per TPC-B transaction.</summary>
    public double OfPgbench => PerSecond / Pgbench.Mean;

    public double OfPrepared => PerSecond / PgbenchPrepared.Mean;
}

/// <param name="Scale">pgbench's scale factor.</param>
/// <param name="Clients">pgbench's clients.</param>
/// <param name="Processes">Which services shared a process.</param>
internal sealed record RoundTripResult(int Scale, int Clients, LocalProcesses Processes, IReadOnlyList<RoundTripRun> Runs)
{
    /// <summary>The least that counts as fast enough, at 64 callers.</summary>
    public const double Gate = 0.10;

    public const double Goal = 0.35;

    /// <summary>The median of what was measured at 64 callers; null when nothing was.</summary>
    public double? AtTheGate => Median(run => run.OfPgbench);

    /// <summary>The same by the stricter yardstick.</summary>
    public double? AtTheGateOfPrepared => Median(run => run.OfPrepared);

    private double? Median(Func<RoundTripRun, double> ratio) => Runs.Where(run => run.Callers == 64).Select(ratio).Order().ToList() is { Count: > 0 } all ? all[all.Count / 2] : null;
}

/// <summary>
/// Discharges settled across provinces as fast as the callers can: each waits for its slip and asks for the next. Everything is on as in
/// production — mutual TLS, signatures, durable commits, outbox, broker, the books —, and the three nodes, or all their services, are processes of their own.
/// </summary>
internal sealed class RoundTripBench(RoundTripOptions options, Action<string> progress)
{
    public async Task<RoundTripResult> Run(CancellationToken cancellation)
    {
        await using var backing = await BackingServices.StartAsync(new BackingOptions { Durable = true, StopOnSignals = false, Progress = progress }, cancellation);
        var pgbench = new Pgbench(options.Scale, options.Clients, options.Seconds, progress);
        var runs = new List<RoundTripRun>();
        await pgbench.Prepare(backing.Postgres, cancellation);
        // Its pages are fresh from loading: the first run is the yardstick's warm-up.
        await pgbench.Measure(backing.Postgres, Asking.Prepared, cancellation);
        await using (var stand = await RoundTripStand.StartAsync(backing, options.Processes, options.Persons, progress, cancellation))
        {
            try
            {
                progress($"warming up: {options.WarmUp} settlements");
                await Settle(stand, await stand.Admit(options.WarmUp, cancellation), options.Callers.Max(), cancellation);
                foreach (var callers in options.Callers)
                {
                    // The machine is not the same from minute to minute: the yardstick is laid beside each figure.
                    var run = await Measured(stand, callers, asking => stand.Frozen(() => pgbench.Measure(backing.Postgres, asking, cancellation)), cancellation);
                    progress(string.Create(CultureInfo.InvariantCulture, $"{callers} callers: {run.PerSecond:0} /s, {run.OfPgbench:0.000} of pgbench, {run.OfPrepared:0.000} of it prepared, {run.Cost.CpuMsEach:0.0} ms of processor each{(run.Invalid is { } why ? $", does not count: {why}" : "")}"));
                    runs.Add(run);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                stand.LogsWanted = true;
                progress($"what the services wrote down is in {stand.Logs}");
                throw;
            }
        }

        await pgbench.Drop(backing.Postgres, cancellation);
        return new RoundTripResult(options.Scale, options.Clients, options.Processes, runs);
    }

    private async Task<RoundTripRun> Measured(RoundTripStand stand, int callers, Func<Asking, Task<double>> yardstick, CancellationToken cancellation)
    {
        // A lone caller is slower: as many would only take longer to say the same.
        var count = callers == 1 ? options.Settlements / 6 : callers < 64 ? options.Settlements / 2 : options.Settlements;
        progress($"admitting {count} patients for {callers} callers");
        var visits = await stand.Admit(count, cancellation);
        var proof = new RoundTripProof(stand);
        await proof.Drained([], cancellation);
        var (prepared, plain) = (await yardstick(Asking.Prepared), await yardstick(Asking.AsItComes));
        progress("settling them");
        var before = await RoundTripMeters.Read(stand, cancellation);
        var (took, times, settled) = await Settle(stand, visits, callers, cancellation);
        var draining = Stopwatch.StartNew();
        var waiting = await proof.Drained([.. settled.Keys], cancellation);
        var drained = draining.Elapsed;
        var after = await RoundTripMeters.Read(stand, cancellation);
        var invalid = waiting ?? await proof.QueuesEmpty(RoundTripProof.Patience - drained, cancellation) ?? await proof.Unequal(settled, cancellation)
            ?? (settled.Count == count ? null : $"{count} were asked for and {settled.Count} made");
        var pgbench = new Yardstick(plain, await yardstick(Asking.AsItComes));
        var pgbenchPrepared = new Yardstick(prepared, await yardstick(Asking.Prepared));
        Array.Sort(times);
        return new RoundTripRun(callers, count, count / took.TotalSeconds, At(times, 0.50), At(times, 0.95), At(times, 0.99), drained.TotalMilliseconds, invalid, after.Since(before, count)) { Pgbench = pgbench, PgbenchPrepared = pgbenchPrepared };
    }

    private static async Task<(TimeSpan Took, double[] TimesMs, IReadOnlyDictionary<string, string> Settled)> Settle(RoundTripStand stand, IReadOnlyList<HospitalInterface.Reading.InterfaceRequest> visits, int callers, CancellationToken cancellation)
    {
        var requests = visits.Select(HisClient.Terms).ToList();
        var (times, settled) = (new double[requests.Count], new Settled[requests.Count]);
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < requests.Count;)
            {
                var started = Stopwatch.GetTimestamp();
                settled[i] = await stand.His.Settlements.SettleAsync(requests[i], cancellationToken: cancellation);
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                if (settled[i].State != SettlementState.Granted) throw new Shell.FailedException($"{settled[i].RefusalCode} {settled[i].RefusalMessage}");
            }
        }, cancellation)));
        return (clock.Elapsed, times, settled.DistinctBy(settlement => settlement.NationalId, StringComparer.Ordinal).ToDictionary(settlement => settlement.NationalId, settlement => settlement.ContentHash, StringComparer.Ordinal));
    }

    private static double At(double[] sorted, double part) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
}
