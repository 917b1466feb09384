using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Yibao.Cli.Testing;

/// <summary>Runs test programs as processes of their own and reads what they report.</summary>
internal sealed partial class TestRunner(string results, string? filter, TimeSpan limit, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>The test program's word for "nothing matched the filter".</summary>
    private const int NoTests = 8;

    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(5);

    public async Task<TestReport> RunAsync(TestProject project, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        if (!File.Exists(project.Executable)) return TestReport.Broken(project.Name, clock.Elapsed, $"{project.Executable} is missing: the build did not make it.");
        var report = Path.Combine(results, $"{project.Name}.ctrf.json");
        File.Delete(report);

        var start = new ProcessStartInfo("dotnet",
            [project.Executable, "--results-directory", results, "--report-xunit-ctrf", "--report-xunit-ctrf-filename", Path.GetFileName(report), "--no-ansi", "--progress", "off", .. Filter()])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var log = Path.Combine(results, $"{project.Name}.log");
        await using var writer = TextWriter.Synchronized(new StreamWriter(log));
        var said = Task.WhenAll(CopyAsync(process.StandardOutput, writer), CopyAsync(process.StandardError, writer));

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            // What it left running may hold on to its output: the program itself has ended, and its report is written.
            await said.WaitAsync(Afterwards, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            return TestReport.Broken(project.Name, clock.Elapsed, $"not finished after {limit.TotalMinutes:0} min, killed. Its output: {log}");
        }

        if (process.ExitCode == NoTests) return new TestReport(project.Name, 0, 0, 0, clock.Elapsed, []);
        if (!File.Exists(report)) return TestReport.Broken(project.Name, clock.Elapsed, $"ended with code {process.ExitCode} and no report. Its output: {log}");
        var read = TestReport.Read(project.Name, report, clock.Elapsed);
        // It said that it failed: believed even if no test did.
        return process.ExitCode != 0 && read.Failed == 0
            ? read with { Failed = 1, Failures = [new TestFailure(project.Name, $"ended with code {process.ExitCode}. Its output: {log}", "")] }
            : read;
    }

    private IEnumerable<string> Filter() => filter switch
    {
        null => [],
        _ when RequirementRow().IsMatch(filter) => ["--filter-trait", $"Requirement={filter}"],
        _ => ["--filter-method", $"*{filter}*"],
    };

    private static async Task CopyAsync(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync() is { } line) await to.WriteLineAsync(line);
    }

    [GeneratedRegex("^[A-Z]{3}-[0-9]{3}$", RegexOptions.CultureInvariant)]
    private static partial Regex RequirementRow();
}
