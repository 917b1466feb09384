using System.Diagnostics;
using System.Text.Json;

namespace Yibao.EndToEnd.Tests;

/// <summary>What a newcomer is shown first must be true: every demo, in a process of its own, with servers of its own.</summary>
public sealed class DemoTests
{
    private static readonly string[] SharedServers = ["YIBAO_POSTGRES", "YIBAO_RABBITMQ", "YIBAO_RABBITMQ_MANAGE"];

    [Fact]
    public async Task Every_demo_holds_what_it_shows()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "yibao.dll"), "demo", "all", "--json"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in SharedServers) start.Environment.Remove(name);
        using var demo = Process.Start(start)!;
        var said = demo.StandardOutput.ReadToEndAsync();
        var progress = demo.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        try
        {
            await demo.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            demo.Kill(entireProcessTree: true);
            throw;
        }

        var answer = await said.WaitAsync(patience.Token);
        answer.ShouldNotBeNullOrWhiteSpace(await progress.WaitAsync(patience.Token));
        using var json = JsonDocument.Parse(answer);
        json.RootElement.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("holds").GetBoolean()).Select(check => check.GetProperty("what").GetString()).ShouldBeEmpty();
        json.RootElement.GetProperty("passed").GetInt32().ShouldBeGreaterThan(30);
        demo.ExitCode.ShouldBe(0);
    }
}
