using Yibao.Backing;

namespace Yibao.Hosting.Tests.Support;

/// <summary>Servers of one test class alone, so that killing them hurts nobody else.</summary>
public sealed class PrivateServers : IAsyncLifetime
{
    private int _spaces;

    public BackingServices Services { get; private set; } = null!;

    // Durable: what is killed must be able to keep its promise.
    public async ValueTask InitializeAsync() => Services = await BackingServices.StartAsync(new BackingOptions { UseGiven = false, Durable = true });

    public async Task<(string Database, Uri Broker)> NewSpace()
    {
        var name = $"kill{Interlocked.Increment(ref _spaces)}";
        return (await Services.Postgres.CreateDatabaseAsync(name), await Services.Rabbit.CreateVirtualHostAsync(name));
    }

    public ValueTask DisposeAsync() => Services.DisposeAsync();
}
