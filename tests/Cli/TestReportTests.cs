using Yibao.Cli.Testing;

namespace Yibao.Cli.Tests;

public sealed class TestReportTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Counts_and_failures_are_read()
    {
        File.WriteAllText(_file, """
            {"results":{"summary":{"tests":4,"passed":2,"failed":1,"pending":0,"skipped":1,"other":0},
             "tests":[{"name":"A","status":"passed"},{"name":"B","status":"failed","message":"1 is not 2","trace":"at B in b.cs:line 3"},{"name":"C","status":"skipped"},{"name":"D","status":"passed"}]}}
            """);

        var report = TestReport.Read("Kernel", _file, TimeSpan.FromSeconds(1));

        (report.Passed, report.Failed, report.Skipped).ShouldBe((2, 1, 1));
        report.Failures.ShouldBe([new TestFailure("B", "1 is not 2", "at B in b.cs:line 3")]);
    }

    [Fact]
    public void What_is_neither_passed_nor_skipped_has_failed()
    {
        File.WriteAllText(_file, """{"results":{"summary":{"passed":0,"failed":0,"skipped":0,"other":0},"tests":[{"name":"A","status":"other","message":"fixture"}]}}""");
        TestReport.Read("Kernel", _file, TimeSpan.Zero).Failed.ShouldBe(1);
    }

    [Fact]
    public async Task A_program_that_was_not_built_has_failed()
    {
        var runner = new TestRunner(Path.GetTempPath(), filter: null, TimeSpan.FromMinutes(1), new Dictionary<string, string>(StringComparer.Ordinal));
        var report = await runner.RunAsync(new TestProject("Ghost", "Ghost.csproj", "/nowhere/Ghost.dll"), TestContext.Current.CancellationToken);
        report.Failed.ShouldBe(1);
    }
}
