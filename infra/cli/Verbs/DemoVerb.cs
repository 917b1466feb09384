using System.CommandLine;
using System.Diagnostics;
using Yibao.Cli.Demos;
using Yibao.Cli.Shell;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Settlement;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Cli.Verbs;

/// <summary><c>./yibao demo</c>: starts the platform for real, runs the main job on the samples, shows the result and checks what it shows.</summary>
internal sealed class DemoVerb() : Verb("demo", "Show what the platform does, on real input with real servers")
{
    protected override void Define(Command command)
    {
        var name = new Argument<string>("name") { Description = $"Which: {string.Join(", ", Demo.All.Select(demo => demo.Name))}, or all", DefaultValueFactory = _ => Demo.All[0].Name };
        command.Arguments.Add(name);
        Does(command, (parsed, output, cancellation) => Run(parsed.GetValue(name)!, output, cancellation));
    }

    private static async Task<int> Run(string name, Output output, CancellationToken cancellation)
    {
        var demos = name == "all" ? Demo.All : [.. Demo.All.Where(demo => demo.Name == name)];
        if (demos.Count == 0) throw new WrongInputException($"There is no demo '{name}'. There are: {string.Join(", ", Demo.All.Select(demo => demo.Name))}, all.");

        var clock = Stopwatch.StartNew();
        var root = Backing.Repository.Root();
        var faults = new DemoFaults();
        // An institution is told "unknown" after two seconds here, and what is open is driven again every second: a demo is not kept waiting.
        var settlement = new SettlementModule(new RoundTripSettings { AnswerWithin = TimeSpan.FromSeconds(2), RedriveAfter = TimeSpan.FromSeconds(1), RedriveEvery = TimeSpan.FromSeconds(1) });
        await using var platform = await LocalPlatform.StartAsync(new LocalOptions
        {
            Modules = [.. LocalModules.All.Where(module => module is not SettlementModule), settlement],
            More = faults.Install,
            // What goes wrong here goes wrong on purpose, and the demo says so itself.
            LogLevel = Microsoft.Extensions.Logging.LogLevel.Critical,
            Progress = output.Progress,
        }, cancellation);
        output.Progress("storing the sample persons, institutions and filings");
        await SampleData.Store(platform, Path.Combine(root, "infra", "samples"), cancellation);
        using var stage = new DemoStage(platform, output, Path.Combine(root, "infra", "samples"), Path.Combine(root, ".run", "demo")) { Faults = faults };
        var ready = clock.Elapsed;
        foreach (var demo in demos)
        {
            output.Say($"\n{demo.Title}");
            await demo.Run(stage, cancellation);
        }

        var failed = stage.Checks.Count(check => !check.Holds);
        output.Answer(
            new { Checks = stage.Checks, Passed = stage.Checks.Count - failed, Failed = failed, ReadySeconds = Math.Round(ready.TotalSeconds, 1), TotalSeconds = Math.Round(clock.Elapsed.TotalSeconds, 1) },
            console => console.Write(new Spectre.Console.Text($"\n{stage.Checks.Count - failed} checks hold, {failed} do not. Ready after {ready.TotalSeconds:0.0} s, {clock.Elapsed.TotalSeconds:0.0} s in all. Pages: {Path.GetRelativePath(root, stage.Results)}\n")));
        return failed == 0 ? 0 : 1;
    }
}
