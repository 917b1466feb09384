using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Yibao.Cli.Shell;
using Yibao.Simulation;

namespace Yibao.Cli.Verbs;

/// <summary>Runs the protocol through hostile schedules; a failing one prints its seed and its shortest story.</summary>
internal sealed class SimulateVerb() : Verb("simulate", "Run the settlement protocol of five nodes through seeded hostile schedules")
{
    protected override void Define(Command command)
    {
        var seed = Option(command, "--seed", "The first seed", 1L);
        var count = Option(command, "--count", "So many schedules, one seed after the other", 1L);
        var trace = Option(command, "--trace", "Print what happened even when nothing failed (one schedule)", false);
        Does(command, (parsed, output, cancellation) =>
        {
            var (first, many) = (parsed.GetValue(seed), parsed.GetValue(count));
            if (first < 0) throw new WrongInputException("--seed must not be negative.");
            if (many < 1) throw new WrongInputException("--count must be at least 1.");
            return Task.Run(() => Run((ulong)first, many, parsed.GetValue(trace), output, cancellation), cancellation);
        });
    }

    private static int Run(ulong seed, long count, bool trace, Output output, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (last, ran, tally) = Simulator.RunMany(seed, count, done => output.Progress(string.Create(CultureInfo.InvariantCulture,
            $"{done:N0} of {count:N0} schedules, {done / clock.Elapsed.TotalSeconds:N0} a second")), new SimulationOptions { Trace = trace && count == 1 }, cancellation);
        var answer = new SimulationAnswer(seed, ran, last.Failure is null ? null : last.Seed, last.Failure, Math.Round(ran / Math.Max(0.001, clock.Elapsed.TotalSeconds), 1), tally, last.Trace);
        output.Answer(answer, console =>
        {
            foreach (var line in last.Trace) console.WriteLine(line);
            if (last.Failure is not null) console.MarkupLineInterpolated($"[red]seed {last.Seed}[/]: {last.Failure}");
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"{ran:N0} schedules in {clock.Elapsed.TotalSeconds:N1} s, {answer.SchedulesPerSecond:N0} a second: {tally.Granted:N0} granted, {tally.Refused:N0} refused, {tally.Reversed:N0} reversed, {tally.Tombstoned:N0} withdrawn unseen or before the grant, {tally.Denied:N0} refunds denied, {tally.SameBill:N0} bills recognised, {tally.Undelivered:N0} undelivered, {tally.HandedOver:N0} benefit years handed over, {tally.RestoredThere:N0} restored at the new host, {tally.Crashes:N0} crashes");
            if (last.Failure is null) console.MarkupLine("[green]every invariant held[/]");
        });
        return last.Failure is null ? 0 : 1;
    }

    private sealed record SimulationAnswer(ulong FirstSeed, long Schedules, ulong? FailingSeed, string? Failure, double SchedulesPerSecond, SimulationTally Tally, IReadOnlyList<string> Trace);
}
