using System.Diagnostics;
using Yibao.Backing.Private;

namespace Yibao.Backing.Tests;

/// <summary>What a killed run leaves behind is found and stopped by the next one, and nothing else is.</summary>
public sealed class InstanceFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("yibao-instances-").FullName;
    private readonly List<Process> _started = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_server_left_behind_is_stopped_with_its_children_and_its_folder_goes()
    {
        var server = Start("sleep 600 & wait");
        var child = await ChildOfAsync(server);
        var left = Leave("run-dead", Gone(), server);

        await ClaimAndReleaseAsync();

        server.IsAlive.ShouldBeFalse();
        child.IsAlive.ShouldBeFalse();
        Directory.Exists(left).ShouldBeFalse();
    }

    [Fact]
    public async Task A_kept_folder_loses_its_servers_but_not_its_data()
    {
        var server = Start("exec sleep 600");
        var left = Leave("kept-demo", Gone(), server);

        await ClaimAndReleaseAsync();

        server.IsAlive.ShouldBeFalse();
        (await File.ReadAllTextAsync(Path.Combine(left, "data"), Cancellation)).ShouldBe("precious");
    }

    [Fact]
    public async Task Servers_of_a_living_run_are_left_alone()
    {
        var server = Start("exec sleep 600");
        var left = Leave("run-alive", ProcessStamp.Own, server);

        await ClaimAndReleaseAsync();

        server.IsAlive.ShouldBeTrue();
        Directory.Exists(left).ShouldBeTrue();
    }

    [Fact]
    public async Task A_number_that_another_process_got_meanwhile_is_left_alone()
    {
        var stranger = Start("exec sleep 600");
        Leave("run-dead", Gone(), stranger with { Started = stranger.Started - 1 });

        await ClaimAndReleaseAsync();

        stranger.IsAlive.ShouldBeTrue();
    }

    [Fact]
    public async Task A_folder_that_is_just_being_made_is_left_alone()
    {
        var newborn = Directory.CreateDirectory(Path.Combine(_root, "run-newborn")).FullName;

        await ClaimAndReleaseAsync();

        Directory.Exists(newborn).ShouldBeTrue();
    }

    private async Task ClaimAndReleaseAsync()
    {
        var own = await InstanceFolder.ClaimAsync(new BackingOptions { Folder = _root }, Cancellation);
        await own.ReleaseAsync();
    }

    private string Leave(string name, ProcessStamp owner, ProcessStamp server)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "owner"), owner.ToString());
        File.WriteAllText(Path.Combine(folder, "postgres.process"), server.ToString());
        File.WriteAllText(Path.Combine(folder, "data"), "precious");
        return folder;
    }

    private ProcessStamp Start(string script)
    {
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]))!;
        _started.Add(process);
        return ProcessStamp.Of(process.Id)!;
    }

    private static async Task<ProcessStamp> ChildOfAsync(ProcessStamp parent)
    {
        while (parent.Descendants().Count < 2) await Task.Delay(10, Cancellation);
        return parent.Descendants()[1];
    }

    private static ProcessStamp Gone() => new(int.MaxValue, 1);
}
