using System.CommandLine;
using System.Diagnostics;
using Yibao.Backing;
using Yibao.Cli.Demos;
using Yibao.Cli.Shell;

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
        var (platform, stage) = await SamplePlatform.StartAsync(output, TimeSpan.FromSeconds(30), cancellation);
        await using var running = platform;
        using var shown = stage;
        var ready = clock.Elapsed;
        foreach (var demo in demos)
        {
            output.Say($"\n{demo.Title}");
            await demo.Run(stage, cancellation);
        }

        var failed = stage.Checks.Count(check => !check.Holds);
        output.Answer(
            new { Checks = stage.Checks, Passed = stage.Checks.Count - failed, Failed = failed, ReadySeconds = Math.Round(ready.TotalSeconds, 1), TotalSeconds = Math.Round(clock.Elapsed.TotalSeconds, 1) },
            console => console.Write(new Spectre.Console.Text($"\n{stage.Checks.Count - failed} checks hold, {failed} do not. Ready after {ready.TotalSeconds:0.0} s, {clock.Elapsed.TotalSeconds:0.0} s in all. Pages: {Path.GetRelativePath(Repository.Root(), stage.Results)}\n")));
        return failed == 0 ? 0 : 1;
    }
}
