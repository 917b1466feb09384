using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Yibao.Hosting;
using Yibao.Hosting.Hosts;
using Yibao.HouseSample;
using Yibao.Kernel;

namespace Yibao.EndToEnd.Tests;

/// <summary>A command travels over signed gRPC to a third node, is decided, stored, told over RabbitMQ and booked by another service.</summary>
public sealed class HouseJourneyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Through_many_hosts_in_one_process()
    {
        await using var house = await House.Open(own: false);
        var hosts = new List<WebApplication>();
        try
        {
            foreach (var (node, service) in HouseModule.All)
            {
                var host = ServiceHost.Build(house.Settings(node, service), HouseModule.Named(service));
                await host.StartAsync();
                hosts.Add(host);
                if (service is HouseModule.Relay or HouseModule.Till) house.Peers[node.Code] = host.Doors().Grpc;
            }

            await Journey(house, hosts[^1].Doors().Http);
        }
        finally
        {
            foreach (var host in Enumerable.Reverse(hosts)) await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task Through_separate_processes()
    {
        await using var house = await House.Open(own: false);
        await using var processes = await HouseProcesses.Start(house);
        await Journey(house, processes.Counter);
    }

    private static async Task Journey(House house, Uri counter)
    {
        using var client = new HttpClient { BaseAddress = counter };
        using var limit = new CancellationTokenSource(Patience);
        var deposits = Enumerable.Range(1, 60).Select(i => new Deposit($"d-{i}", $"till-{i % 3}", new Money(i * 100))).ToList();
        var told = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(deposits, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = limit.Token }, async (deposit, token) =>
        {
            await house.Deposit(client, deposit, token);
            // And once more: the same answer, no second effect.
            await house.Deposit(client, deposit, token);
            told.Add(deposit.Id);
        });

        await house.UntilBooked(deposits.Count, Patience);
        (await house.Decided()).Order(StringComparer.Ordinal).ShouldBe(told.Order(StringComparer.Ordinal));
        (await house.Passed()).Order(StringComparer.Ordinal).ShouldBe(told.Order(StringComparer.Ordinal));
        (await house.Booked()).Order(StringComparer.Ordinal).ShouldBe(told.Order(StringComparer.Ordinal));
        (await house.SumOfBook()).ShouldBe(new Money(deposits.Sum(deposit => deposit.Amount.Fen)));

        // The same id with another amount is refused for good, before anything leaves the counter.
        (await Should.ThrowAsync<RefusedAtTheDoorException>(() => house.Try(client, deposits[0] with { Amount = new Money(1) }, limit.Token))).Message.ShouldBe("REPLAY");
    }
}
