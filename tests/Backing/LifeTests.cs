namespace Yibao.Backing.Tests;

/// <summary>A pair of its own: these tests kill it.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"yibao-life-{Guid.NewGuid():N}");
    private BackingServices? _services;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private BackingServices Services => _services!;

    public async ValueTask InitializeAsync() => _services = await StartAsync(keep: null);

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task PostgreSQL_killed_comes_back_at_the_same_address_with_what_it_committed()
    {
        var database = await Services.Postgres.CreateDatabaseAsync("ledger", cancellation: Cancellation);
        await Sql.ExecuteAsync(database, "CREATE TABLE entry (fen bigint); INSERT INTO entry VALUES (45800)");

        await Services.Postgres.KillAsync(Cancellation);
        await Should.ThrowAsync<Npgsql.NpgsqlException>(() => Sql.ScalarAsync<long>(database, "SELECT fen FROM entry"));
        await Services.Postgres.StartAsync(Cancellation);

        (await Sql.ScalarAsync<long>(database, "SELECT fen FROM entry")).ShouldBe(45800);
    }

    [Fact]
    public async Task RabbitMQ_killed_comes_back_at_the_same_address_with_what_it_confirmed()
    {
        var broker = await Services.Rabbit.CreateVirtualHostAsync("100000", Cancellation);
        await Amqp.DeclareAsync(broker, "notices", Cancellation);
        // Half a second passes before RabbitMQ 3.10 writes its register of quorum queues; after an orderly stop it is on disk for certain.
        await Services.Rabbit.StopAsync(Cancellation);
        await Services.Rabbit.StartAsync(Cancellation);
        await Amqp.PublishAsync(broker, "notices", "三方对账", Cancellation);

        await Services.Rabbit.KillAsync(Cancellation);
        (await Amqp.OpensAsync(broker, Cancellation)).ShouldBeFalse();
        await Services.Rabbit.StartAsync(Cancellation);

        (await Amqp.TakeAsync(broker, "notices", Cancellation)).ShouldBe("三方对账");
    }

    [Fact]
    public async Task Kept_data_is_found_by_the_next_run_and_thrown_away_data_is_not()
    {
        await Services.DisposeAsync();
        await using (var first = await StartAsync("demo"))
        {
            await Sql.ExecuteAsync(await first.Postgres.CreateDatabaseAsync("n420000", cancellation: Cancellation), "CREATE TABLE kept (yes bool)");
            var broker = await first.Rabbit.CreateVirtualHostAsync("420000", Cancellation);
            await Amqp.DeclareAsync(broker, "kept", Cancellation);
            await Amqp.PublishAsync(broker, "kept", "yes", Cancellation);
            var taken = await Should.ThrowAsync<BackingException>(() => StartAsync("demo"));
            taken.Message.ShouldContain("in use");
        }

        await using (var second = await StartAsync("demo"))
        {
            (await second.Postgres.DatabaseExistsAsync("n420000", Cancellation)).ShouldBeTrue();
            (await Amqp.TakeAsync(second.Rabbit.At("420000"), "kept", Cancellation)).ShouldBe("yes");
        }

        await using var third = await StartAsync(keep: null);
        (await third.Postgres.DatabaseExistsAsync("n420000", Cancellation)).ShouldBeFalse();
    }

    private Task<BackingServices> StartAsync(string? keep) =>
        BackingServices.StartAsync(new BackingOptions { UseGiven = false, Durable = false, Keep = keep, Folder = _folder }, Cancellation);
}
