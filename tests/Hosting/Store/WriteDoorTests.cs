using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Yibao.Backing;
using Yibao.Hosting.Store;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Store;

/// <summary>Both doors keep the same promises.</summary>
public sealed class WriteDoorTests
{
    public static TheoryData<bool> Doors => [true, false];

    private async Task<TillHost> Start(bool batching, Action<ServiceBuilder>? configure = null, TimeProvider? time = null) =>
        await TillHost.Start(TillHost.Settings((await SharedBacking.NewSpaceAsync()).Database), service =>
        {
            if (!batching) service.DirectWrites();
            configure?.Invoke(service);
        }, time);

    [Theory, MemberData(nameof(Doors))]
    public async Task What_was_decided_is_stored_and_answered(bool batching)
    {
        await using var host = await Start(batching);
        var first = await host.Door.Execute(TillHost.Put("a", "s1", 500));
        first.Decision.ShouldBeOfType<Decision.Accepted>();
        first.State(Till.Key("a")).Balance.ShouldBe(new Money(500));
        (await host.Door.Execute(TillHost.Take("a", "s2", 200))).State(Till.Key("a")).Balance.ShouldBe(new Money(300));
        (await host.Door.Read(Till.Key("a"))).Balance.ShouldBe(new Money(300));
        (await host.Door.Read(Till.Key("never"))).Balance.ShouldBe(Money.Zero);
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_repeat_stores_nothing_and_answers_the_same_state(bool batching)
    {
        await using var host = await Start(batching);
        await host.Door.Execute(TillHost.Put("a", "s1", 500));
        var again = await host.Door.Execute(TillHost.Put("a", "s1", 500));
        again.Decision.ShouldBeOfType<Decision.Repeat>();
        again.State(Till.Key("a")).Balance.ShouldBe(new Money(500));
        (await host.History.Of("till/a")).Count.ShouldBe(1);
    }

    [Theory, InlineData(10, 20_000), InlineData(5_000, 20_000), InlineData(20_000, 20_000), InlineData(6_000, 10)]
    public async Task A_long_reason_and_a_large_fact_are_stored_as_they_were_said(int slipLength, int reasonLength)
    {
        await using var host = await Start(batching: true);
        // Of chance: nothing that packing makes small.
        var (slip, reason) = (Words(slipLength), Words(reasonLength));
        var put = TillHost.Put("a", slip, 1);
        (await host.Door.Execute(new Command(put.Actor with { Reason = reason }, "c", put.Streams, put.Decide))).OrThrow();
        var stored = (await host.History.Of("till/a")).Single();
        stored.Fact.ShouldBe(new CashPut(slip, new Money(1)));
        stored.Context.Actor.Reason.ShouldBe(reason);

        static string Words(int length) => Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(length))[..length];
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_refusal_stores_nothing(bool batching)
    {
        await using var host = await Start(batching);
        var refused = await host.Door.Execute(TillHost.Take("a", "s1", 1));
        refused.Decision.ShouldBeOfType<Decision.Refused>();
        Should.Throw<RefusedException>(() => refused.OrThrow()).Error.Code.ShouldBe("FIELD_INVALID");
        (await host.History.Of("till/a")).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task Many_callers_on_one_stream_lose_nothing_and_double_nothing(bool batching)
    {
        await using var host = await Start(batching);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => host.Door.Execute(TillHost.Put("hot", $"s{i % 15}", 100))));
        (await host.Door.Read(Till.Key("hot"))).Balance.ShouldBe(new Money(1500));
        (await host.History.Of("till/hot")).Count.ShouldBe(15);
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_limit_holds_for_two_at_once(bool batching)
    {
        await using var host = await Start(batching);
        await host.Door.Execute(TillHost.Put("a", "start", 100));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => host.Door.Execute(TillHost.Take("a", $"t{i}", 30))));
        answers.Count(answer => answer.Decision is Decision.Accepted).ShouldBe(3);
        (await host.Door.Read(Till.Key("a"))).Balance.ShouldBe(new Money(10));
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task Each_fact_carries_its_own_actor_and_correlation_and_the_services_time(bool batching)
    {
        var time = new FixedTime(new DateTimeOffset(2023, 2, 3, 4, 5, 6, TimeSpan.Zero));
        await using var host = await Start(batching, time: time);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => host.Door.Execute(TillHost.Put(i < 10 ? "a" : "b", $"s{i}", 1, $"teller-{i}", $"corr-{i}"))));
        var facts = (await host.History.Of("till/a")).Concat(await host.History.Of("till/b")).ToList();
        facts.Count.ShouldBe(20);
        foreach (var fact in facts)
        {
            var number = ((CashPut)fact.Fact).Slip[1..];
            fact.Actor.ShouldBe(new Actor($"teller-{number}", Role.CityOperator, TillHost.Node));
            fact.Correlation.ShouldBe($"corr-{number}");
            fact.Context.At.ShouldBe(time.GetUtcNow());
        }

        (await host.History.After(0, 100)).Select(fact => fact.Sequence).ShouldBe(Enumerable.Range(1, 20).Select(i => (long)i));
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task The_same_message_is_carried_out_once_per_handler(bool batching)
    {
        await using var host = await Start(batching);
        var message = new HandledMessage(Guid.NewGuid(), "posting");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.Door.Execute(TillHost.Put("a", $"s{i}", 100) with { Handles = message })));
        answers.Count(answer => answer.Decision is Decision.Accepted).ShouldBe(1);
        answers.Count(answer => answer.Decision is Decision.Repeat).ShouldBe(7);
        (await host.Door.Execute(TillHost.Put("a", "other", 100) with { Handles = message with { Handler = "another" } })).Decision.ShouldBeOfType<Decision.Accepted>();
        (await host.Door.Read(Till.Key("a"))).Balance.ShouldBe(new Money(200));
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_decision_over_two_streams_stores_both_or_none(bool batching)
    {
        await using var host = await Start(batching);
        await host.Door.Execute(TillHost.Put("a", "start", 1000));
        Command Move(int i) => new(Actor.System(TillHost.Node, "move"), $"m{i}", [Till.Key("a"), Till.Key("b")], states =>
            states.Of(Till.Key("a")).Balance < new Money(300) ? Decision.Refuse(SystemErrors.FieldInvalid.With("amount", "not enough"))
            : Decision.Accept(new Append(Till.Key("a"), [new CashTaken($"m{i}", new Money(300))]), new Append(Till.Key("b"), [new CashPut($"m{i}", new Money(300))])));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => host.Door.Execute(Move(i))));
        (await host.Door.Read(Till.Key("a"))).Balance.ShouldBe(new Money(100));
        (await host.Door.Read(Till.Key("b"))).Balance.ShouldBe(new Money(900));
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task What_a_decision_only_read_must_not_have_moved(bool batching)
    {
        await using var host = await Start(batching);
        await host.Door.Execute(TillHost.Put("limit", "start", 1));
        var direct = host.Services.GetRequiredService<DirectDoor>();
        var seen = new List<Money>();
        var outcome = await host.Door.Execute(new Command(Actor.System(TillHost.Node, "x"), "x", [Till.Key("limit"), Till.Key("b")], states =>
        {
            var limit = states.Of(Till.Key("limit")).Balance;
            seen.Add(limit);
            // Somebody changes what was read between the reading and the saving.
            if (seen.Count == 1) direct.Execute(TillHost.Put("limit", "raise", 9)).GetAwaiter().GetResult();
            return Decision.Accept(Till.Key("b"), new CashPut("s", limit));
        }));
        seen.ShouldBe([new Money(1), new Money(10)]);
        outcome.State(Till.Key("b")).Balance.ShouldBe(new Money(10));
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_stream_that_was_thought_new_and_is_not_changes_no_answer(bool batching)
    {
        var space = await SharedBacking.NewSpaceAsync();
        Action<ServiceBuilder> door = service => { if (!batching) service.DirectWrites(); };
        await using (var before = await TillHost.Start(TillHost.Settings(space.Database), door))
        {
            await before.Door.Execute(TillHost.Put("a", "s1", 500));
            await before.Door.Execute(TillHost.Put("b", "s1", 100));
        }

        // A host that remembers nothing of them.
        await using var host = await TillHost.Start(TillHost.Settings(space.Database), door);
        Command New(Command command) => command with { LikelyNew = command.Streams };
        var answers = await Task.WhenAll(
            host.Door.Execute(New(TillHost.Put("a", "s1", 500))),
            host.Door.Execute(New(TillHost.Take("b", "s2", 60))),
            host.Door.Execute(New(TillHost.Take("c", "s1", 1))),
            host.Door.Execute(New(TillHost.Put("d", "s1", 7))));
        answers[0].Decision.ShouldBeOfType<Decision.Repeat>();
        answers[0].State(Till.Key("a")).Balance.ShouldBe(new Money(500));
        answers[1].Decision.ShouldBeOfType<Decision.Accepted>();
        answers[1].State(Till.Key("b")).Balance.ShouldBe(new Money(40));
        answers[2].Decision.ShouldBeOfType<Decision.Refused>();
        answers[3].State(Till.Key("d")).Balance.ShouldBe(new Money(7));
        (await host.Door.Execute(New(TillHost.Put("d", "s1", 7)))).Decision.ShouldBeOfType<Decision.Repeat>();
        foreach (var (till, facts) in new[] { ("a", 1), ("b", 2), ("c", 0), ("d", 1) }) (await host.History.Of($"till/{till}")).Count.ShouldBe(facts, till);
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_command_must_name_its_streams(bool batching)
    {
        await using var host = await Start(batching);
        await Should.ThrowAsync<InvalidOperationException>(() => host.Door.Execute(new Command(Actor.System(TillHost.Node, "x"), "x", [], _ => Decision.Accept(Till.Key("a"), new CashPut("s", new Money(1))))));
        (await host.History.Of("till/a")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_decision_that_throws_fails_its_own_caller_only()
    {
        await using var host = await Start(batching: true);
        var good = Enumerable.Range(0, 10).Select(i => host.Door.Execute(TillHost.Put("a", $"s{i}", 1))).ToList();
        var bad = host.Door.Execute(new Command(Actor.System(TillHost.Node, "x"), "x", [Till.Key("a")], _ => throw new InvalidOperationException("bad")));
        good.AddRange(Enumerable.Range(10, 10).Select(i => host.Door.Execute(TillHost.Put("a", $"s{i}", 1))));
        (await Should.ThrowAsync<InvalidOperationException>(() => bad)).Message.ShouldBe("bad");
        await Task.WhenAll(good);
        (await host.Door.Read(Till.Key("a"))).Balance.ShouldBe(new Money(20));
    }

    [Fact]
    public async Task One_conflict_never_fails_its_neighbours()
    {
        await using var host = await Start(batching: true);
        var direct = host.Services.GetRequiredService<DirectDoor>();
        var first = true;
        // Inside the batch, somebody else writes to the stream that this command is about to write to.
        Command Overtaken() => new(Actor.System(TillHost.Node, "x"), "x", [Till.Key("x")], states =>
        {
            if (first)
            {
                first = false;
                direct.Execute(TillHost.Put("x", "faster", 5)).GetAwaiter().GetResult();
            }

            return Till.Put(states.Of(Till.Key("x")), "x", "slower", new Money(7));
        });
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => host.Door.Execute(i == 10 ? Overtaken() : TillHost.Put($"t{i}", "s", 1))));
        answers.ShouldAllBe(answer => answer.Decision is Decision.Accepted || answer.Decision is Decision.Repeat);
        (await host.Door.Read(Till.Key("x"))).Balance.ShouldBe(new Money(12));
        for (var i = 0; i < 20; i++)
            if (i != 10) (await host.History.Of($"till/t{i}")).Count.ShouldBe(1);
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task Rows_stand_in_the_same_transaction_and_their_constraints_refuse(bool batching)
    {
        await using var host = await Start(batching, service => service
            .Table("create table if not exists balance (till varchar primary key, fen bigint not null, constraint balance_limit check (fen <= 1000))")
            .Row<CashPut>((put, context) => new RowCommand("insert into balance values ($1, $2) on conflict (till) do update set fen = balance.fen + $2", context.Stream, put.Amount))
            .Refuses("balance_limit", SystemErrors.FieldInvalid));
        var answers = await Task.WhenAll(Enumerable.Range(0, 15).Select(i => host.Door.Execute(TillHost.Put("a", $"s{i}", 100))));
        answers.Count(answer => answer.Decision is Decision.Accepted).ShouldBe(10);
        answers.Count(answer => answer.Decision is Decision.Refused { Error.Code: "FIELD_INVALID" }).ShouldBe(5);
        (await host.Rows.Query("select fen from balance where till = $1", row => row.GetInt64(0), "till/a")).ShouldBe([1000L]);
        (await host.Door.Read(Till.Key("a"))).Balance.ShouldBe(new Money(1000));
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_caller_who_stops_waiting_does_not_tear_the_commit(bool batching)
    {
        await using var host = await Start(batching);
        using var gone = new CancellationTokenSource();
        // Nothing can be stored before he has left: he leaves in the middle of it, whoever's thread decides.
        await using var other = await host.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var held = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("lock table mt_streams in share row exclusive mode", other)) await hold.ExecuteNonQueryAsync();
        var waiting = host.Door.Execute(new Command(Actor.System(TillHost.Node, "x"), "x", [Till.Key("a")], states =>
        {
            gone.Cancel();
            return Till.Put(states.Of(Till.Key("a")), "a", "s", new Money(1));
        }), gone.Token);
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        await held.RollbackAsync();
        // What is executed later on the same stream comes after it.
        (await host.Door.Execute(TillHost.Put("a", "s", 1))).State(Till.Key("a")).Balance.ShouldBe(new Money(1));
        (await host.History.Of("till/a")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_decision_in_a_batch_knows_nobody_but_its_own_command()
    {
        await using var host = await Start(batching: true);
        var first = new AsyncLocal<string> { Value = "the first caller" };
        await host.Door.Execute(TillHost.Put("a", "s1", 1));
        string? seen = "";
        await host.Door.Execute(new Command(Actor.System(TillHost.Node, "x"), "x", [Till.Key("a")], states =>
        {
            seen = first.Value;
            return Till.Put(states.Of(Till.Key("a")), "a", "s2", new Money(1));
        }));
        seen.ShouldBeNull();
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task A_long_stream_is_read_from_where_the_reader_knows_it(bool batching)
    {
        await using var host = await Start(batching);
        for (var i = 0; i < 40; i++) await host.Door.Execute(TillHost.Put("long", $"s{i}", 1));
        // Another host of the same service, knowing nothing, writes behind the first one's back.
        await using var other = await TillHost.Start(host.Services.GetRequiredService<ServiceSettings>());
        await other.Door.Execute(TillHost.Put("long", "other", 100));
        (await host.Door.Execute(TillHost.Put("long", "last", 1))).State(Till.Key("long")).Balance.ShouldBe(new Money(141));
        (await host.History.Of("till/long")).Count.ShouldBe(42);
    }

    [Fact]
    public async Task Two_hosts_of_one_service_decide_as_one()
    {
        await using var one = await Start(batching: true);
        await using var two = await TillHost.Start(one.Services.GetRequiredService<ServiceSettings>());
        await one.Door.Execute(TillHost.Put("a", "start", 100));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).Door.Execute(TillHost.Take("a", $"t{i}", 30))));
        answers.Count(answer => answer.Decision is Decision.Accepted).ShouldBe(3);
        (await two.Door.Read(Till.Key("a"))).Balance.ShouldBe(new Money(10));
    }

    [Theory, MemberData(nameof(Doors))]
    public async Task What_one_host_remembers_does_not_hide_what_another_wrote(bool batching)
    {
        await using var one = await Start(batching);
        await using var two = await TillHost.Start(one.Services.GetRequiredService<ServiceSettings>());
        await one.Door.Execute(TillHost.Put("a", "s1", 100));

        // Refused and repeated on what stands in the store, though the first host remembers another state.
        (await two.Door.Execute(TillHost.Put("a", "s2", 50))).Decision.ShouldBeOfType<Decision.Accepted>();
        (await one.Door.Execute(TillHost.Put("a", "s2", 50))).Decision.ShouldBeOfType<Decision.Repeat>();
        await two.Door.Execute(TillHost.Take("a", "t1", 140));
        (await one.Door.Execute(TillHost.Take("a", "t2", 140))).Decision.ShouldBeOfType<Decision.Refused>();
        await two.Door.Execute(TillHost.Put("a", "s3", 200));
        (await one.Door.Execute(TillHost.Take("a", "t3", 150))).State(Till.Key("a")).Balance.ShouldBe(new Money(60));

        // The same for a stream that was not there when it was last looked for.
        (await one.Door.Read(Till.Key("b"))).Balance.ShouldBe(Money.Zero);
        await two.Door.Execute(TillHost.Put("b", "s1", 7));
        (await one.Door.Execute(TillHost.Put("b", "s2", 1))).State(Till.Key("b")).Balance.ShouldBe(new Money(8));
        (await one.Door.Read(Till.Key("b"))).Balance.ShouldBe(new Money(8));
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
