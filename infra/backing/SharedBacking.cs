using System.Globalization;

namespace Yibao.Backing;

/// <summary>
/// One running pair for all tests of a process, and for all processes of one <c>./yibao test</c>, which hands its pair down through
/// the environment. Started when first asked for, stopped when the process ends.
/// </summary>
public static class SharedBacking
{
    private static readonly Lazy<Task<BackingServices>> Pair = new(() => BackingServices.StartAsync(new BackingOptions { Durable = false }));
    private static int _spaces;

    public static Task<BackingServices> GetAsync() => Pair.Value;

    /// <summary>A fresh database and a fresh virtual host that nobody else uses: what each test class starts from.</summary>
    /// <param name="template">A database to copy, already migrated.</param>
    public static async Task<BackingSpace> NewSpaceAsync(string? template = null, CancellationToken cancellation = default)
    {
        var services = await GetAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"t{Environment.ProcessId}_{Interlocked.Increment(ref _spaces)}_{Random.Shared.Next(0xFFFF):x4}");
        var database = services.Postgres.CreateDatabaseAsync(name, template, cancellation);
        var broker = services.Rabbit.CreateVirtualHostAsync(name, cancellation);
        await Task.WhenAll(database, broker);
        return new BackingSpace(services, name, await database, await broker);
    }
}

/// <summary>A database and a virtual host of the same name; both go when it is disposed.</summary>
/// <param name="Services">The servers they are on.</param>
/// <param name="Name">Their name.</param>
/// <param name="Database">Npgsql connection string.</param>
/// <param name="Broker">amqp://…/name.</param>
public sealed record BackingSpace(BackingServices Services, string Name, string Database, Uri Broker) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(Services.Postgres.DropDatabaseAsync(Name), Services.Rabbit.DropVirtualHostAsync(Name));
}
