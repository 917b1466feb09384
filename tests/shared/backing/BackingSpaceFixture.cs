using Yibao.Backing;

namespace Yibao.Tests;

/// <summary>A fresh database and virtual host for one test class, on the pair of servers that all tests of the run share: <c>IClassFixture&lt;BackingSpaceFixture&gt;</c>.</summary>
public sealed class BackingSpaceFixture : IAsyncLifetime
{
    private BackingSpace? _space;

    public BackingSpace Space => _space ?? throw new InvalidOperationException("The fixture has not been started.");

    public string Database => Space.Database;

    public Uri Broker => Space.Broker;

    public async ValueTask InitializeAsync() => _space = await SharedBacking.NewSpaceAsync(cancellation: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_space is not null) await _space.DisposeAsync();
    }
}
