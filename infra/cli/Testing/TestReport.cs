using System.Text.Json;

namespace Yibao.Cli.Testing;

/// <summary>What came of one project's tests.</summary>
internal sealed record TestReport(string Project, int Passed, int Failed, int Skipped, TimeSpan Time, IReadOnlyList<TestFailure> Failures)
{
    /// <summary>The project as a whole broke: it counts as one failure, whatever else it reported.</summary>
    public static TestReport Broken(string project, TimeSpan time, string why) => new(project, 0, 1, 0, time, [new TestFailure(project, why, "")]);

    /// <summary>Reads the report that the test program wrote (Common Test Report Format).</summary>
    public static TestReport Read(string project, string file, TimeSpan time)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var results = document.RootElement.GetProperty("results");
        var summary = results.GetProperty("summary");
        var failures = results.GetProperty("tests").EnumerateArray()
            .Where(test => Text(test, "status") is not ("passed" or "skipped" or "pending"))
            .Select(test => new TestFailure(Text(test, "name"), Text(test, "message"), Text(test, "trace")))
            .ToList();
        int Count(string name) => summary.TryGetProperty(name, out var value) ? value.GetInt32() : 0;
        // A fixture that fails is no test of its own, but it is a failure.
        var failed = Math.Max(Count("failed") + Count("other"), failures.Count);
        return new TestReport(project, Count("passed"), failed, Count("skipped") + Count("pending"), time, failures);
    }

    private static string Text(JsonElement test, string name) => test.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}

/// <summary>A test that did not pass.</summary>
internal sealed record TestFailure(string Test, string Message, string Trace);
