using Yibao.Backing;

namespace Yibao.Hosting.Tests.Support;

/// <summary>Fresh databases on the server that all tests of the run share.</summary>
public sealed class SharedPostgres
{
    public SharedPostgres Server => this;

    /// <summary>A new empty database; answers its connection string.</summary>
    public async Task<string> NewDatabase() => (await SharedBacking.NewSpaceAsync()).Database;
}
