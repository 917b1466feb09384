namespace Yibao.Backing.Tests;

public sealed class SpacesTests(BackingSpaceFixture fixture) : IClassFixture<BackingSpaceFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_space_is_a_database_of_its_own()
    {
        (await Sql.ScalarAsync<string>(fixture.Database, "SELECT current_database()")).ShouldBe(fixture.Space.Name);
        (await Sql.ScalarAsync<long>(fixture.Database, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_space_copies_a_template_and_leaves_it_alone()
    {
        var services = await SharedBacking.GetAsync();
        var template = fixture.Space.Name + "_template";
        await Sql.ExecuteAsync(await services.Postgres.CreateDatabaseAsync(template, cancellation: Cancellation), "CREATE TABLE note (text text); INSERT INTO note VALUES ('migrated')");
        try
        {
            await using var copy = await SharedBacking.NewSpaceAsync(template, Cancellation);
            (await Sql.ScalarAsync<string>(copy.Database, "SELECT text FROM note")).ShouldBe("migrated");
            await Sql.ExecuteAsync(copy.Database, "DELETE FROM note");
            (await Sql.ScalarAsync<long>(services.Postgres.ConnectionString(template), "SELECT count(*) FROM note")).ShouldBe(1);
        }
        finally
        {
            await services.Postgres.DropDatabaseAsync(template, Cancellation);
        }
    }

    [Fact]
    public async Task A_space_leaves_nothing_behind()
    {
        var services = await SharedBacking.GetAsync();
        string name;
        await using (var space = await SharedBacking.NewSpaceAsync(cancellation: Cancellation))
        {
            name = space.Name;
            (await services.Postgres.DatabaseExistsAsync(name, Cancellation)).ShouldBeTrue();
            (await Amqp.OpensAsync(space.Broker, Cancellation)).ShouldBeTrue();
        }

        (await services.Postgres.DatabaseExistsAsync(name, Cancellation)).ShouldBeFalse();
        (await Amqp.OpensAsync(services.Rabbit.At(name), Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_user_enters_only_the_virtual_host_he_is_allowed()
    {
        var services = await SharedBacking.GetAsync();
        await using var other = await SharedBacking.NewSpaceAsync(cancellation: Cancellation);
        var user = fixture.Space.Name + "_child";
        await services.Rabbit.CreateUserAsync(user, "p:a/s@s", Cancellation);
        await services.Rabbit.AllowAsync(fixture.Space.Name, user, "^$", "^$", ".*", Cancellation);

        (await Amqp.OpensAsync(services.Rabbit.At(fixture.Space.Name, user, "p:a/s@s"), Cancellation)).ShouldBeTrue();
        (await Amqp.OpensAsync(services.Rabbit.At(other.Name, user, "p:a/s@s"), Cancellation)).ShouldBeFalse();
        (await Amqp.OpensAsync(services.Rabbit.At(fixture.Space.Name, user, "wrong"), Cancellation)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("a\"; DROP DATABASE postgres; --")]
    [InlineData("Upper")]
    [InlineData("")]
    public async Task A_name_that_is_none_is_refused(string name)
    {
        var services = await SharedBacking.GetAsync();
        await Should.ThrowAsync<ArgumentException>(() => services.Postgres.CreateDatabaseAsync(name, cancellation: Cancellation));
    }
}
