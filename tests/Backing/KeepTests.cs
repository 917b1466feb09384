namespace Yibao.Backing.Tests;

/// <summary>A second run finds what the first one kept.</summary>
public sealed class KeepTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"yibao-keep-{Guid.NewGuid():N}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Kept_data_is_found_by_the_next_run_and_used_by_one_run_at_a_time()
    {
        await using (var first = await StartAsync())
        {
            await Sql.ExecuteAsync(await first.Postgres.CreateDatabaseAsync("n420000", cancellation: Cancellation), "CREATE TABLE kept (yes bool)");
            var broker = await first.Rabbit.CreateVirtualHostAsync("420000", Cancellation);
            await Amqp.DeclareAsync(broker, "kept", Cancellation);
            await Amqp.PublishAsync(broker, "kept", "yes", Cancellation);
            var taken = await Should.ThrowAsync<BackingException>(StartAsync);
            taken.Message.ShouldContain("in use");
        }

        await using var second = await StartAsync();
        (await second.Postgres.DatabaseExistsAsync("n420000", Cancellation)).ShouldBeTrue();
        (await Amqp.TakeAsync(second.Rabbit.At("420000"), "kept", Cancellation)).ShouldBe("yes");
    }

    private Task<BackingServices> StartAsync() =>
        BackingServices.StartAsync(new BackingOptions { UseGiven = false, UseContainers = false, Durable = false, Keep = "demo", Folder = _folder }, Cancellation);
}
