using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Yibao.Backing;
using Yibao.Cli.Shell;
using Yibao.Cli.Testing;

namespace Yibao.Cli.Verbs;

/// <summary>Builds once, starts the backing services once, runs every test program.</summary>
internal sealed class TestVerb() : Verb("test", "Build the solution and run every test on real PostgreSQL and RabbitMQ")
{
    protected override void Define(Command command)
    {
        var filter = Option<string>(command, "--filter", "Only tests whose full name contains this, or that cover this row (BEN-006)");
        var project = Option<string>(command, "--project", "Only this project (a folder under tests/)");
        var parallel = Option(command, "--parallel", "So many projects side by side", Math.Max(2, Environment.ProcessorCount / 2));
        var limit = Option(command, "--limit", "Minutes that one project may take", 60);
        var noBuild = Option(command, "--no-build", "Run what was built before", false);
        Does(command, (parsed, output, cancellation) => RunAsync(
            new Wish(parsed.GetValue(filter), parsed.GetValue(project), parsed.GetValue(parallel), parsed.GetValue(limit), parsed.GetValue(noBuild)), output, cancellation));
    }

    private static async Task<int> RunAsync(Wish wish, Output output, CancellationToken cancellation)
    {
        if (wish.Parallel < 1) throw new WrongInputException("--parallel must be at least 1.");
        if (wish.Limit < 1) throw new WrongInputException("--limit must be at least 1 minute.");
        var root = Repository.Root();
        var projects = TestProject.Find(root, Configuration, wish.Project);
        var clock = Stopwatch.StartNew();
        List<TestReport> reports;
        if (!wish.NoBuild && await BuildAsync(root, wish.Project is null ? null : projects, output, cancellation) is { } broken) reports = [TestReport.Broken("build", clock.Elapsed, broken)];
        else reports = await RunAllAsync(root, projects, wish, output, cancellation);

        if (reports.Sum(report => report.Passed + report.Failed + report.Skipped) == 0) reports = [TestReport.Broken("all", clock.Elapsed, "No test ran: nothing matches.")];
        Print(reports, clock.Elapsed, output);
        return reports.Sum(report => report.Failed) == 0 ? 0 : 1;
    }

    private static string Configuration => Environment.GetEnvironmentVariable("YIBAO_CONFIGURATION") is { Length: > 0 } given ? given : "Debug";

    /// <summary>Null when it went well, else the errors.</summary>
    private static async Task<string?> BuildAsync(string root, IReadOnlyList<TestProject>? only, Output output, CancellationToken cancellation)
    {
        output.Progress("building");
        foreach (var target in only?.Select(project => project.File) ?? [Path.Combine(root, "Yibao.Platform.sln")])
        {
            var start = new ProcessStartInfo("dotnet", ["build", target, "-c", Configuration, "-nologo", "-v", "q", "-clp:ErrorsOnly"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
            using var build = Process.Start(start)!;
            build.StandardInput.Close();
            var said = await build.StandardOutput.ReadToEndAsync(cancellation);
            await build.WaitForExitAsync(cancellation);
            if (build.ExitCode == 0) continue;
            var errors = said.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);
            return string.Join(Environment.NewLine, errors.DefaultIfEmpty(said));
        }

        return null;
    }

    private static async Task<List<TestReport>> RunAllAsync(string root, IReadOnlyList<TestProject> projects, Wish wish, Output output, CancellationToken cancellation)
    {
        var results = Directory.CreateDirectory(Path.Combine(root, "artifacts", "test-results")).FullName;
        await using var backing = projects.Any(project => project.NeedsBacking)
            ? await BackingServices.StartAsync(new BackingOptions { Durable = false, MaxConnections = 1000, StopOnSignals = false, Progress = output.Progress }, cancellation)
            : null;
        var runner = new TestRunner(results, wish.Filter, TimeSpan.FromMinutes(wish.Limit), backing?.Environment() ?? new Dictionary<string, string>(StringComparer.Ordinal));
        var reports = new List<TestReport>();
        var gate = new Lock();
        await Parallel.ForEachAsync(projects, new ParallelOptions { MaxDegreeOfParallelism = wish.Parallel, CancellationToken = cancellation }, async (project, token) =>
        {
            var report = await runner.RunAsync(project, token);
            lock (gate) reports.Add(report);
            output.Progress(string.Create(CultureInfo.InvariantCulture, $"{project.Name}: {report.Passed} passed, {report.Failed} failed ({report.Time.TotalSeconds:0.0} s)"));
        });
        return [.. reports.OrderBy(report => report.Project, StringComparer.Ordinal)];
    }

    private static void Print(IReadOnlyList<TestReport> reports, TimeSpan time, Output output)
    {
        int passed = reports.Sum(report => report.Passed), failed = reports.Sum(report => report.Failed), skipped = reports.Sum(report => report.Skipped);
        var answer = new { Passed = passed, Failed = failed, Skipped = skipped, Seconds = Math.Round(time.TotalSeconds, 1), Projects = reports };
        output.Answer(answer, console =>
        {
            console.Write(Output.TableOf("", reports, [
                new("project", report => report.Project),
                new("passed", report => report.Passed, Right: true),
                new("failed", report => report.Failed, Right: true),
                new("skipped", report => report.Skipped, Right: true),
                new("seconds", report => report.Time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), Right: true),
            ]));
            foreach (var report in reports)
                foreach (var failure in report.Failures) Print(console, report, failure);
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s in all"));
            // The last line, for pipelines: nothing may follow it.
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed") + (skipped > 0 ? string.Create(CultureInfo.InvariantCulture, $", {skipped} skipped") : ""));
        });
    }

    private static void Print(IAnsiConsole console, TestReport report, TestFailure failure)
    {
        console.MarkupLineInterpolated($"[red]✗ {report.Project}[/] {failure.Test}");
        foreach (var line in failure.Message.Split('\n').Take(40)) console.MarkupLineInterpolated($"    {line.TrimEnd()}");
        foreach (var line in failure.Trace.Split('\n').Where(line => line.Contains(" in ", StringComparison.Ordinal)).Take(6)) console.MarkupLineInterpolated($"[grey]    {line.Trim()}[/]");
    }

    private sealed record Wish(string? Filter, string? Project, int Parallel, int Limit, bool NoBuild);
}
