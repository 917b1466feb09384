namespace Yibao.Backing.Tests;

/// <summary>A pair of its own: these tests kill it.</summary>
public sealed class OwnPair : IAsyncLifetime
{
    private BackingServices? _services;

    public BackingServices Services => _services!;

    public async ValueTask InitializeAsync() => _services = await BackingServices.StartAsync(new BackingOptions { UseGiven = false, Durable = false }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
    }
}

public sealed class LifeTests(OwnPair pair) : IClassFixture<OwnPair>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostgreSQL_killed_comes_back_at_the_same_address_with_what_it_committed()
    {
        var server = pair.Services.Postgres;
        var database = await server.CreateDatabaseAsync("ledger", cancellation: Cancellation);
        await Sql.ExecuteAsync(database, "CREATE TABLE entry (fen bigint); INSERT INTO entry VALUES (45800)");

        await server.KillAsync(Cancellation);
        await Should.ThrowAsync<Npgsql.NpgsqlException>(() => Sql.ScalarAsync<long>(database, "SELECT fen FROM entry"));
        await server.StartAsync(Cancellation);

        (await Sql.ScalarAsync<long>(database, "SELECT fen FROM entry")).ShouldBe(45800);
    }

    [Fact]
    public async Task RabbitMQ_killed_comes_back_at_the_same_address_with_what_it_confirmed()
    {
        var server = pair.Services.Rabbit;
        var broker = await server.CreateVirtualHostAsync("100000", Cancellation);
        await Amqp.DeclareAsync(broker, "notices", Cancellation);
        // Half a second passes before RabbitMQ 3.10 writes its register of quorum queues; after an orderly stop it is on disk for certain.
        await server.StopAsync(Cancellation);
        await server.StartAsync(Cancellation);
        await Amqp.PublishAsync(broker, "notices", "三方对账", Cancellation);

        await server.KillAsync(Cancellation);
        (await Amqp.OpensAsync(broker, Cancellation)).ShouldBeFalse();
        await server.StartAsync(Cancellation);

        (await Amqp.TakeAsync(broker, "notices", Cancellation)).ShouldBe("三方对账");
    }
}
