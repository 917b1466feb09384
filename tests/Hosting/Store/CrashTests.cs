using Npgsql;
using Yibao.Hosting.Tests.Bus;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Store;

/// <summary>The servers are killed for real, in the middle of the work: nothing is lost, nothing is doubled.</summary>
public sealed class CrashTests(PrivateServers servers) : IClassFixture<PrivateServers>
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task A_torn_commit_leaves_a_gap_that_holds_up_nobody(bool batching)
    {
        var (database, broker) = await servers.NewSpace();
        await using var host = await TillHost.Start(TillHost.Settings(database, broker), service =>
        {
            BusTests.Tells(service);
            if (!batching) service.DirectWrites();
        });
        (await host.Door.Execute(TillHost.Put("a", "s1", 1))).OrThrow();

        // The connection dies in the commit itself, once: the sequence number is drawn, its fact is not stored.
        await host.Rows.Query("""
            create sequence torn_commits;
            create function torn() returns trigger language plpgsql as $$ begin if nextval('torn_commits') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$;
            create constraint trigger torn after insert on mt_events deferrable initially deferred for each row execute function torn();
            """, _ => 0);
        (await host.Door.Execute(TillHost.Put("a", "s2", 1))).OrThrow();

        var facts = await host.History.After(0, 100);
        facts.Select(fact => ((CashPut)fact.Fact).Slip).ShouldBe(["s1", "s2"]);
        facts.Select(fact => fact.Sequence).ShouldBe([1, 3]);
        (await host.Get<IOutbox>().Relayed(TimeSpan.FromMinutes(2))).ShouldBeTrue();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task The_mark_that_the_store_itself_may_leave_for_a_torn_commit_is_no_fact(bool batching)
    {
        var (database, broker) = await servers.NewSpace();
        await using var host = await TillHost.Start(TillHost.Settings(database, broker), service =>
        {
            if (!batching) service.DirectWrites();
        });
        (await host.Door.Execute(TillHost.Put("a", "s1", 1))).OrThrow();
        await host.Rows.Query("""
            insert into mt_streams (id, version) values ('mt_tombstone', 0);
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp) values (nextval('mt_events_sequence'), gen_random_uuid(), 'mt_tombstone', 1, '{}', 'tombstone', now());
            """, _ => 0);
        (await host.Door.Execute(TillHost.Put("a", "s2", 1))).OrThrow();
        (await host.History.After(0, 100)).Select(fact => ((CashPut)fact.Fact).Slip).ShouldBe(["s1", "s2"]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task PostgreSQL_is_killed_while_it_commits(bool batching)
    {
        var (database, broker) = await servers.NewSpace();
        await using var host = await TillHost.Start(TillHost.Settings(database, broker), service =>
        {
            if (!batching) service.DirectWrites();
        });
        var stop = false;
        var promised = 0;
        var callers = Enumerable.Range(0, 12).Select(async caller =>
        {
            for (var i = 0; !Volatile.Read(ref stop); i++)
            {
                // What is answered is promised: not one may be missing or double afterwards.
                await Promised(host, TillHost.Put($"t{caller % 4}", $"c{caller}-{i}", 1));
                Interlocked.Increment(ref promised);
            }
        }).ToList();
        await Eventually.Is(() => Task.FromResult(Volatile.Read(ref promised) > 100), true);
        await servers.Services.Postgres.KillAsync();
        await servers.Services.Postgres.StartAsync();
        var before = Volatile.Read(ref promised);
        await Eventually.Is(() => Task.FromResult(Volatile.Read(ref promised) > before + 50), true);
        Volatile.Write(ref stop, true);
        await Task.WhenAll(callers);

        var stored = 0;
        for (var i = 0; i < 4; i++)
        {
            var till = await host.Door.Read(Till.Key($"t{i}"));
            till.Balance.ShouldBe(new Money(till.Slips.Count));
            stored += till.Slips.Count;
        }

        stored.ShouldBe(promised);
        (await host.History.After(0, 10_000)).Count.ShouldBe(promised);
    }

    [Fact]
    public async Task RabbitMQ_is_killed_while_facts_are_told()
    {
        var (database, broker) = await servers.NewSpace();
        var mishaps = new Mishaps();
        await using var office = await BusTests.Office(database, broker, mishaps);
        await using var tills = await TillHost.Start(TillHost.Settings(database, broker), BusTests.Tells);
        var sent = 0;
        async Task Send(int count)
        {
            for (var i = 0; i < count; i++) await tills.Door.Execute(TillHost.Put($"t{sent % 5}", $"s{sent++}", 1));
        }

        await Send(200);
        await Eventually.Is(() => Task.FromResult(mishaps.Seen.Count > 20), true);
        await servers.Services.Rabbit.KillAsync();
        // Facts are stored while nobody can be told.
        await Send(200);
        (await tills.Get<IOutbox>().Status()).Waiting.ShouldBeGreaterThan(0);
        await servers.Services.Rabbit.StartAsync();
        await Eventually.Is(async () => (await office.Door.Read(Booking.Book)).Balance.Fen, 400L, seconds: 180);
        (await office.History.Of("till/book")).Select(fact => ((CashPut)fact.Fact).Slip).Distinct().Count().ShouldBe(400);
        (await tills.Get<IOutbox>().Relayed(TimeSpan.FromMinutes(2))).ShouldBeTrue();
    }

    [Fact]
    public async Task PostgreSQL_is_killed_while_facts_are_told_and_handled()
    {
        var (database, broker) = await servers.NewSpace();
        var mishaps = new Mishaps();
        await using var office = await BusTests.Office(database, broker, mishaps);
        await using var tills = await TillHost.Start(TillHost.Settings(database, broker), BusTests.Tells);
        for (var i = 0; i < 150; i++) await tills.Door.Execute(TillHost.Put($"t{i % 5}", $"s{i}", 1));
        await Eventually.Is(() => Task.FromResult(mishaps.Seen.Count > 10), true);
        await servers.Services.Postgres.KillAsync();
        await servers.Services.Postgres.StartAsync();
        for (var i = 150; i < 200; i++) await tills.Door.Execute(TillHost.Put($"t{i % 5}", $"s{i}", 1));
        await Eventually.Is(async () => (await office.Door.Read(Booking.Book)).Balance.Fen, 200L, seconds: 180);
        (await office.History.Of("till/book")).Count.ShouldBe(200);
    }

    /// <summary>As every caller does who is told that the outcome is not known: the same slip again. The door itself is patient for some seconds, and the server may need longer to come back.</summary>
    private static async Task Promised(TillHost host, Command command)
    {
        while (true)
        {
            try
            {
                (await host.Door.Execute(command)).OrThrow();
                return;
            }
            catch (Exception away) when (away is NpgsqlException || (away is RefusedException refused && refused.Error.Definition.Transient))
            {
                await Task.Delay(100);
            }
        }
    }
}
