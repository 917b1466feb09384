namespace Yibao.Simulation;

/// <summary>One schedule that ran.</summary>
/// <param name="Seed">Runs it again, exactly.</param>
/// <param name="Failure">Which rule was broken; null: none.</param>
/// <param name="Bills">Bills that were brought.</param>
/// <param name="Events">Steps that were taken.</param>
/// <param name="Trace">What happened, of the shortest schedule that still fails; empty when nothing failed.</param>
public sealed record SimulationResult(ulong Seed, string? Failure, int Bills, int Events, IReadOnlyList<string> Trace)
{
    /// <summary>How the settlements ended, and how often a node died: what a run of many schedules has really seen.</summary>
    public SimulationTally Tally { get; init; } = new();
}

/// <summary>What schedules came to.</summary>
public sealed record SimulationTally
{
    public long Granted { get; init; }

    public long Refused { get; init; }

    public long Tombstoned { get; init; }

    public long Reversed { get; init; }

    public long Denied { get; init; }

    public long SameBill { get; init; }

    public long Undelivered { get; init; }

    public long Crashes { get; init; }

    /// <summary>Benefit years that went to another host with something drawn.</summary>
    public long HandedOver { get; init; }

    /// <summary>Settlements of the former host that were restored at the new one.</summary>
    public long RestoredThere { get; init; }

    /// <summary>Refused because the area had been handed over.</summary>
    public long RefusedHandedOver { get; init; }

    public static SimulationTally operator +(SimulationTally a, SimulationTally b) => new()
    {
        Granted = a.Granted + b.Granted, Refused = a.Refused + b.Refused, Tombstoned = a.Tombstoned + b.Tombstoned, Reversed = a.Reversed + b.Reversed,
        Denied = a.Denied + b.Denied, SameBill = a.SameBill + b.SameBill, Undelivered = a.Undelivered + b.Undelivered, Crashes = a.Crashes + b.Crashes,
        HandedOver = a.HandedOver + b.HandedOver, RestoredThere = a.RestoredThere + b.RestoredThere, RefusedHandedOver = a.RefusedHandedOver + b.RefusedHandedOver,
    };
}

/// <summary>
/// Drives the protocol's own classes of five nodes through a hostile world: messages lost, doubled, late and out of order, nodes that die
/// at any step, stores that lose the connection during COMMIT, clocks that differ, institutions that repeat, change ids, reverse, refund
/// and give up, a pooling area handed over in the middle. Everything follows from the seed.
/// </summary>
public static class Simulator
{
    /// <summary>Runs one schedule; a failing one is run again with fewer troubles until its story is as short as it gets.</summary>
    public static SimulationResult Run(ulong seed, SimulationOptions? options = null)
    {
        options ??= new SimulationOptions();
        var result = Once(seed, options);
        if (result.Failure is null) return result;

        var least = options;
        foreach (var fewer in (Func<SimulationOptions, SimulationOptions>[])
        [
            o => o with { MostBills = 1 }, o => o with { MostBills = 2 }, o => o with { MostBills = 3 },
            o => o with { Crashes = false }, o => o with { StoreTrouble = false }, o => o with { Duplicates = false }, o => o with { Losses = false }, o => o with { Delays = false },
        ])
        {
            var candidate = fewer(least);
            if (candidate.MostBills <= least.MostBills && Once(seed, candidate).Failure is not null) least = candidate;
        }

        return Once(seed, least with { Trace = true });
    }

    /// <summary>Runs many, from one seed on; stops at the first that fails.</summary>
    /// <param name="from">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="progress">Told every thousand schedules: how many ran.</param>
    /// <param name="options">Which troubles.</param>
    /// <param name="cancellation">Stops between two schedules.</param>
    /// <returns>The last result — the failing one, or the last of all —, how many ran, and what they came to.</returns>
    public static (SimulationResult Last, long Ran, SimulationTally Tally) RunMany(ulong from, long count, Action<long>? progress = null, SimulationOptions? options = null, CancellationToken cancellation = default)
    {
        var last = new SimulationResult(from, null, 0, 0, []);
        var ran = 0L;
        var tally = new SimulationTally();
        while (ran < count && !cancellation.IsCancellationRequested)
        {
            last = Run(unchecked(from + (ulong)ran), options);
            ran++;
            tally += last.Tally;
            if (last.Failure is not null) break;
            if (ran % 1000 == 0) progress?.Invoke(ran);
        }

        return (last, ran, tally);
    }

    private static SimulationResult Once(ulong seed, SimulationOptions options)
    {
        // Continuations run inline on this thread, in the order of the world's queue, and nowhere else.
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var world = new World(seed, options);
            var record = new HospitalRecord();
            var bills = Math.Min(options.MostBills, world.Chance.Between(1, 4));
            var work = new List<Task>(bills);
            for (var number = 0; number < bills; number++) work.Add(new Hospital(world, record, number).Bill());
            var end = world.Now + TimeSpan.FromHours(3);
            world.Run(end, () => work.All(static task => task.IsCompleted));
            foreach (var failed in work.Where(static task => task.IsFaulted)) world.Bugs.Add($"an institution: {failed.Exception!.InnerException}");
            if (work.Any(static task => !task.IsCompleted)) world.Bugs.Add("an institution waits for ever");

            world.Healed = true;
            foreach (var node in world.Nodes) node.Restart();
            // Late copies of messages are still on their way: let them arrive before judging.
            var calm = world.Now + TimeSpan.FromMinutes(3);
            world.Run(calm, static () => false);
            world.Run(world.Now + TimeSpan.FromHours(1), () => world.Nodes.All(static node => node.Rows.IsEmpty));
            return new SimulationResult(seed, Invariants.Broken(world, record), record.Bills, world.Events, [.. world.Trace]) { Tally = Invariants.Tally(world) };
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }
}
