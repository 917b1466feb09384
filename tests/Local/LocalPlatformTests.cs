using Yibao.Backing;
using Yibao.Kernel.Places;
using Yibao.Node;

namespace Yibao.Local.Tests;

/// <summary>The launcher as <c>./yibao up</c> uses it, on two nodes.</summary>
public sealed class LocalPlatformTests
{
    private static readonly AdminDivision Nation = new("100000");
    private static readonly AdminDivision Hubei = new("420000");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_service_of_every_node_answers_in_one_process()
    {
        await using var platform = await StartAsync(LocalProcesses.This);
        platform.Hosts.Count.ShouldBe(2 * NodeModules.All.Count);
        foreach (var host in platform.Hosts) (await ReadyAsync(host)).ShouldBeTrue(host.ToString());
        platform[Hubei, "settlement"].Settings.Peers["100000"].ShouldBe(platform[Nation, "settlement"].Grpc);
        platform[Hubei, "settlement"].Settings.Peers["filing"].ShouldBe(platform[Hubei, "filing"].Grpc);
        platform[Hubei, "filing"].Settings.Edges.ShouldHaveSingleItem().Hosted.ShouldBeFalse();
        platform[Nation, "filing"].Settings.Edges.ShouldHaveSingleItem().Hosted.ShouldBeTrue();
        await Should.ThrowAsync<InvalidOperationException>(() => platform[Hubei, "filing"].KillAsync(Cancellation));
    }

    [Fact]
    public async Task A_killed_process_comes_back_at_the_same_doors()
    {
        await using var platform = await StartAsync(LocalProcesses.Service);
        var host = platform[Hubei, "filing"];
        (await ReadyAsync(host)).ShouldBeTrue();

        await host.KillAsync(Cancellation);
        (await ReadyAsync(host)).ShouldBeFalse();
        (await ReadyAsync(platform[Hubei, "settlement"])).ShouldBeTrue();
        await host.StartAsync(Cancellation);

        (await ReadyAsync(host)).ShouldBeTrue();
    }

    /// <summary>The small node: its services share a process, each with its own doors, and end and come back together.</summary>
    [Fact]
    public async Task A_node_in_one_process_is_killed_and_comes_back_whole()
    {
        await using var platform = await StartAsync(LocalProcesses.Node);
        foreach (var host in platform.Hosts) (await ReadyAsync(host)).ShouldBeTrue(host.ToString());
        platform.Hosts.Select(host => host.ProcessId).Distinct().Count().ShouldBe(2);

        await platform[Hubei, "filing"].KillAsync(Cancellation);
        (await ReadyAsync(platform[Hubei, "gateway"])).ShouldBeFalse();
        (await ReadyAsync(platform[Nation, "settlement"])).ShouldBeTrue();
        await platform[Hubei, "filing"].StartAsync(Cancellation);
        (await ReadyAsync(platform[Hubei, "gateway"])).ShouldBeTrue();

        // Told to stop it drains and ends.
        await platform[Hubei, "settlement"].StopAsync(Cancellation);
        platform[Hubei, "clearing"].ProcessId.ShouldBeNull();
        platform[Nation, "clearing"].ProcessId.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("999999", "no node of its own")]
    [InlineData("420100", "no node of its own")]
    [InlineData("100000,630100", "needs its parent 630000")]
    [InlineData("100000,100000", "twice")]
    [InlineData("", "At least one")]
    public async Task Nodes_that_make_no_tree_are_refused(string nodes, string why)
    {
        var options = new LocalOptions { Nodes = [.. nodes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(code => new AdminDivision(code))] };
        (await Should.ThrowAsync<ArgumentException>(() => LocalPlatform.StartAsync(options, Cancellation))).Message.ShouldContain(why);
    }

    private static async Task<LocalPlatform> StartAsync(LocalProcesses processes) => await LocalPlatform.StartAsync(new LocalOptions
    {
        Nodes = [Nation, Hubei],
        Processes = processes,
        Backing = await SharedBacking.GetAsync(),
        LogLevel = Microsoft.Extensions.Logging.LogLevel.Error,
    }, Cancellation);

    /// <summary>Its store and its broker answer; false when nobody listens.</summary>
    private static async Task<bool> ReadyAsync(LocalHost host)
    {
        using var client = new HttpClient { BaseAddress = host.Http };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync("health/ready", limit.Token);
                // The bus may take a moment longer than the doors.
                if (answer.IsSuccessStatusCode) return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }

            await Task.Delay(50, limit.Token);
        }
    }
}
