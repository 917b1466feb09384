using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Yibao.Cli.Bench;
using Yibao.Cli.Demos;
using Yibao.Cli.Shell;
using Yibao.Local;

namespace Yibao.Cli.Verbs;

/// <summary>Figures of this machine, each beside a yardstick.</summary>
internal sealed class BenchVerb() : Verb("bench", "Measure on this machine, beside a yardstick")
{
    protected override void Define(Command command)
    {
        var store = Sub(command, "store", "The write door, batching and direct, at 1, 16 and 64 callers beside pgbench TPC-B on the same server");
        var scale = Option(store, "--scale", "pgbench's scale factor", 50);
        var clients = Option(store, "--clients", "pgbench's clients", 20);
        var seconds = Option(store, "--seconds", "How long each figure is measured", 6);
        Does(store, async (parsed, output, cancellation) =>
        {
            var options = new StoreBenchOptions(parsed.GetValue(scale), parsed.GetValue(clients), parsed.GetValue(seconds));
            if (options.Scale < 1 || options.Clients < 1 || options.Seconds < 1) throw new WrongInputException("--scale, --clients and --seconds must be at least 1.");
            Print(await new StoreBench(options, output.Progress).Run(cancellation), output);
            return 0;
        });
        Adjudicate(command);
        Reconcile(command);
        RoundTrip(command);
        Doors(command);
    }

    private static void Doors(Command bench)
    {
        var standard = new DoorsOptions();
        var command = Sub(bench, "doors", "What the gateway and the hospital interface add to a direct gRPC call, in turns");
        var callers = Option(command, "--callers", "How many ask at the same time", standard.Callers);
        var calls = Option(command, "--calls", "Answers per door and round", standard.Calls);
        var rounds = Option(command, "--rounds", "How often the doors take turns", standard.Rounds);
        Does(command, async (parsed, output, cancellation) =>
        {
            var options = new DoorsOptions(parsed.GetValue(callers), parsed.GetValue(calls), parsed.GetValue(rounds));
            if (options.Callers < 1 || options.Calls < 2 || options.Rounds < 1) throw new WrongInputException("--callers and --rounds must be at least 1, --calls at least 2.");
            // One hospital stands for many: the ceiling per caller would be what is measured.
            var (platform, stage) = await SamplePlatform.StartAsync(output, TimeSpan.FromSeconds(30), cancellation, new Dictionary<string, string?>(StringComparer.Ordinal) { ["Yibao:Limits:PerSecond"] = "1000000" });
            await using var running = platform;
            using var shown = stage;
            var lines = await new DoorsBench(options, stage).Run(output.Progress, cancellation);
            output.Answer(lines, console => console.Write(Output.TableOf($"the visit and its settlement asked for by {options.Callers} callers", lines,
            [
                new("door", line => line.Door),
                new("answers/s", line => Figure(line.PerSecond, "0"), Right: true),
                new("p50 ms", line => Figure(line.P50Ms, "0.00"), Right: true),
                new("p95 ms", line => Figure(line.P95Ms, "0.00"), Right: true),
                new("p99 ms", line => Figure(line.P99Ms, "0.00"), Right: true),
                new("added p50 ms", line => Figure(line.Added, "0.00"), Right: true),
                new("of direct", line => Figure(line.Ratio, "0.00"), Right: true),
            ])));
            return 0;
        });
    }

    private static void RoundTrip(Command bench)
    {
        var standard = new RoundTripOptions();
        var command = Sub(bench, "roundtrip", "Cross-province settlements through three nodes, a process each, at 1, 16 and 64 callers, beside pgbench TPC-B on the same server");
        var count = Option(command, "--settlements", "Settlements at 64 callers; fewer callers make fewer", standard.Settlements);
        var warm = Option(command, "--warm-up", "Settlements before anything is measured", standard.WarmUp);
        var persons = Option(command, "--persons", "Among whom they are shared", standard.Persons);
        var callers = new Option<int[]>("--callers") { Description = "How many ask at the same time", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. standard.Callers] };
        command.Options.Add(callers);
        var scale = Option(command, "--scale", "pgbench's scale factor", standard.Scale);
        var clients = Option(command, "--clients", "pgbench's clients", standard.Clients);
        var seconds = Option(command, "--seconds", "How long pgbench runs, before and after", standard.Seconds);
        var processes = Option(command, "--processes", "A process per node, or one per service and node", standard.Processes);
        Does(command, async (parsed, output, cancellation) =>
        {
            if (parsed.GetValue(processes) == LocalProcesses.This) throw new WrongInputException("--processes is node or service: what is measured runs apart from the hospital that asks.");
            var options = new RoundTripOptions(parsed.GetValue(count), parsed.GetValue(warm), parsed.GetValue(persons), parsed.GetValue(scale), parsed.GetValue(clients), parsed.GetValue(seconds), parsed.GetValue(processes)) { Callers = parsed.GetValue(callers)! };
            if (options.Settlements < 60 || options.WarmUp < 1 || options.Persons < 1 || options.Scale < 1 || options.Clients < 1 || options.Seconds < 1 || options.Callers.Count == 0 || options.Callers.Any(at => at < 1))
                throw new WrongInputException("--settlements must be at least 60, everything else at least 1.");
            var result = await new RoundTripBench(options, output.Progress).Run(cancellation);
            Print(result, output);
            return result.Runs.All(run => run.Invalid is null) ? 0 : 1;
        });
    }

    private static void Print(RoundTripResult result, Output output) => output.Answer(result, console =>
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"pgbench TPC-B (scale {result.Scale}, {result.Clients} clients) right before and after; a process per {(result.Processes == LocalProcesses.Node ? "node" : "service and node")}");
        console.Write(Output.TableOf(title, result.Runs,
        [
            new("callers", run => run.Callers, Right: true),
            new("settlements/s", run => Figure(run.PerSecond, "0"), Right: true),
            new("pgbench/s", run => $"{Figure(run.Pgbench.Before, "0")}, {Figure(run.Pgbench.After, "0")}", Right: true),
            new("of pgbench", run => Figure(run.OfPgbench, "0.000"), Right: true),
            new("prepared/s", run => $"{Figure(run.PgbenchPrepared.Before, "0")}, {Figure(run.PgbenchPrepared.After, "0")}", Right: true),
            new("of prepared", run => Figure(run.OfPrepared, "0.000"), Right: true),
            new("p50 ms", run => Figure(run.P50Ms, "0.0"), Right: true),
            new("p95 ms", run => Figure(run.P95Ms, "0.0"), Right: true),
            new("p99 ms", run => Figure(run.P99Ms, "0.0"), Right: true),
            new("commits", run => Figure(run.Cost.CommitsEach, "0.00"), Right: true),
            new("flushes", run => Figure(run.Cost.FlushesEach, "0.00"), Right: true),
            new("log bytes", run => Figure(run.Cost.WalBytesEach, "#,##0"), Right: true),
            new("CPU ms", run => Figure(run.Cost.CpuMsEach, "0.00"), Right: true),
            new("drained ms", run => Figure(run.DrainedMs, "0"), Right: true),
            new("counts", run => run.Invalid ?? "yes"),
        ]));
        console.Write(Output.TableOf("processor milliseconds per settlement", result.Runs[0].Cost.Cpu.Select((process, at) => (process.Process, At: at)).ToList(),
        [
            new("process", row => row.Process),
            .. result.Runs.Select(run => new Column<(string Process, int At)>(string.Create(CultureInfo.InvariantCulture, $"{run.Callers} callers"), row => Figure(run.Cost.Cpu[row.At].MsEach, "0.00"), Right: true)),
        ]));
        if (result is { AtTheGate: { } most, AtTheGateOfPrepared: { } ofPrepared })
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at 64 callers {most:0.000} of pgbench: {(most >= RoundTripResult.Gate ? "meets" : "misses")} the gate of {RoundTripResult.Gate:0.00}; the goal is {RoundTripResult.Goal:0.00}; {ofPrepared:0.000} of pgbench with prepared statements"));
    });

    private static void Adjudicate(Command bench)
    {
        var command = Sub(bench, "adjudicate", "The benefit engine on one core: a simple calculation and a full pipeline");
        var seconds = Option(command, "--seconds", "How long each figure is measured", 5);
        Does(command, (parsed, output, cancellation) =>
        {
            if (parsed.GetValue(seconds) < 1) throw new WrongInputException("--seconds must be at least 1.");
            output.Rows("", AdjudicateBench.Run(parsed.GetValue(seconds), cancellation), "",
                new("calculation", run => run.Name),
                new("per second", run => Figure(run.PerSecond, "#,##0"), Right: true),
                new("bytes each", run => Figure(run.BytesEach, "#,##0"), Right: true),
                new("steps each", run => Figure(run.StepsEach, "0"), Right: true));
            return Task.FromResult(0);
        });
    }

    private static void Reconcile(Command bench)
    {
        var reconcile = Sub(bench, "reconcile", "One edge's day: a million settlements in two books, ten differences; seconds, messages, bytes, memory");
        var count = Option(reconcile, "--count", "Settlements of the day", 1_000_000);
        var differences = Option(reconcile, "--differences", "So many of them differ", 10);
        Does(reconcile, async (parsed, output, cancellation) =>
        {
            var (settlements, damaged) = (parsed.GetValue(count), parsed.GetValue(differences));
            if (settlements < 1 || damaged < 0 || damaged * 8 > settlements) throw new WrongInputException("--count is at least 1 and --differences at most an eighth of it.");
            Print(await new ReconcileBench(settlements, damaged, output.Progress).Run(cancellation), output);
            return 0;
        });
    }

    private static void Print(ReconcileBenchResult result, Output output) => output.Answer(result, console =>
    {
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Settlements:N0} settlements in each book, {result.Differences} differences, all found and nothing else"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"booked   {result.BookedPerSecond:N0} /s in batches"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cut      {result.CutSeconds:0.0} s (count, totals and digest in one transaction)"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"compared {result.CompareSeconds:0.0} s: {result.Messages} messages in {result.Rounds} rounds, {result.Bytes:N0} bytes, {result.MemoryMb:0} MB for both ends"));
    });

    private static void Print(StoreBenchResult result, Output output) => output.Answer(result, console =>
    {
        console.Write(Output.TableOf(string.Create(CultureInfo.InvariantCulture, $"pgbench TPC-B (scale {result.Scale}, {result.Clients} clients): {result.PgbenchPerSecond:0} transactions/s"), result.Runs,
        [
            new("door", run => run.Door),
            new("callers", run => run.Callers, Right: true),
            new("commands/s", run => Figure(run.PerSecond, "0"), Right: true),
            new("p50 ms", run => Figure(run.P50Ms, "0.0"), Right: true),
            new("p99 ms", run => Figure(run.P99Ms, "0.0"), Right: true),
            new("of pgbench", run => Figure(run.OfPgbench, "0.00"), Right: true),
        ]));
        foreach (var callers in result.Runs.Select(run => run.Callers).Distinct())
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"batching over direct at {callers,2} callers: {result.BatchingOverDirect(callers):0.00}"));
        console.WriteLine("Each command stores four facts in two streams; every answered one was found stored.");
    });

    private static string Figure(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
