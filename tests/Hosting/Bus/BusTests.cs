using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Hosting.Tests.Store;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Bus;

/// <summary>From a stored fact to a handled message, with everything that may go wrong on the way.</summary>
public sealed class BusTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static Task<TillHost> Tills(BackingSpace space) => TillHost.Start(TillHost.Settings(space.Database, space.Broker), Tells);

    internal static void Tells(ServiceBuilder service) => service.Publishes<CashPut, TillFilled>(put => new TillFilled(put.Stream, put.Fact.Slip, put.Fact.Amount));

    internal static Task<TillHost> Office(string database, Uri broker, Mishaps mishaps, Action<ServiceBuilder>? handles = null) => TillHost.Start(TillHost.Settings(database, broker, "office"), service =>
    {
        service.Services.AddSingleton(mishaps);
        (handles ?? (s => s.Handles<TillFilled, Booking>()))(service);
    });

    private static Task<Money> Booked(TillHost office) => office.Door.Read(Booking.Book).ContinueWith(till => till.Result.Balance, TaskScheduler.Default);

    [Fact]
    public async Task A_stored_fact_is_told_and_handled_once_with_its_correlation()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var mishaps = new Mishaps();
        await using var office = await Office(space.Database, space.Broker, mishaps);
        await using var tills = await Tills(space);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => tills.Door.Execute(TillHost.Put($"t{i % 7}", $"s{i}", 100, correlation: $"corr-{i}"))));
        await Eventually.Is(async () => (await Booked(office)).Fen, 5000);
        (await tills.Get<IOutbox>().Relayed(Patience)).ShouldBeTrue();
        var status = await tills.Get<IOutbox>().Status();
        (status.Appended, status.Relayed, status.Waiting).ShouldBe((50, 50, 0));
        mishaps.Seen.Count.ShouldBe(50);
        foreach (var (slip, context) in mishaps.Seen)
        {
            context.Correlation.ShouldBe($"corr-{slip[1..]}");
            context.Node.ShouldBe(TillHost.Node);
            context.Sender.ShouldBe("tills");
        }

        // The handler's own facts carry the correlation on.
        (await office.History.Of("till/book")).ShouldAllBe(fact => fact.Correlation == $"corr-{((CashPut)fact.Fact).Slip.Substring(1)}");
    }

    [Fact]
    public async Task Facts_of_one_stream_are_told_in_order()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var mishaps = new Mishaps();
        await using var office = await Office(space.Database, space.Broker, mishaps, service => service.Handles<TillFilled, Booking>(concurrency: 1));
        await using var tills = await Tills(space);
        for (var i = 0; i < 40; i++) await tills.Door.Execute(TillHost.Put("one", $"s{i}", 1));
        await Eventually.Is(async () => (await Booked(office)).Fen, 40);
        mishaps.Seen.Select(seen => seen.Slip).ShouldBe(Enumerable.Range(0, 40).Select(i => $"s{i}"));
    }

    [Fact]
    public async Task A_handler_that_dies_after_its_commit_books_once()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var deaths = 0;
        var mishaps = new Mishaps { After = (_, _) => Interlocked.Increment(ref deaths) <= 3 ? throw new IOException("gone before the acknowledgement") : Task.CompletedTask };
        await using var office = await Office(space.Database, space.Broker, mishaps);
        await using var tills = await Tills(space);
        await tills.Door.Execute(TillHost.Put("a", "s", 100));
        await Eventually.Is(() => Task.FromResult(mishaps.Seen.Count), 4);
        (await Booked(office)).ShouldBe(new Money(100));
        mishaps.Seen.Select(seen => seen.Context.MessageId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task What_is_relayed_again_is_recognised()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var mishaps = new Mishaps();
        await using var office = await Office(space.Database, space.Broker, mishaps);
        await using (var tills = await Tills(space))
        {
            for (var i = 0; i < 10; i++) await tills.Door.Execute(TillHost.Put("a", $"s{i}", 100));
            await Eventually.Is(async () => (await Booked(office)).Fen, 1000);
        }

        // As after a crash between sending and remembering: the progress is lost, everything goes out once more.
        await using var again = await TillHost.Start(TillHost.Settings(space.Database, space.Broker), Tells);
        await again.Rows.Execute("delete from mt_event_progression where name like 'outbox-%'");
        await again.DisposeAsync();
        await using var third = await Tills(space);
        await Eventually.Is(() => Task.FromResult(mishaps.Seen.Count >= 20), true);
        (await Booked(office)).ShouldBe(new Money(1000));
    }

    [Fact]
    public async Task A_message_without_hope_becomes_a_dead_letter_that_can_be_seen_and_replayed()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var broken = true;
        var mishaps = new Mishaps { Before = (message, _) => broken && message.Slip == "bad" ? throw new InvalidOperationException("a defect") : Task.CompletedTask };
        await using var office = await Office(space.Database, space.Broker, mishaps);
        await using var tills = await Tills(space);
        await tills.Door.Execute(TillHost.Put("a", "bad", 100));
        await tills.Door.Execute(TillHost.Put("a", "good", 1));
        var letters = new DeadLetters(space.Broker);
        IReadOnlyList<DeadLetter> seen = [];
        await Eventually.Is(async () => (seen = await letters.List("office")).Count, 1);
        await Eventually.Is(() => Booked(office), new Money(1));

        var letter = seen[0];
        letter.Type.ShouldBe("TillFilled");
        letter.Queue.ShouldBe("office.Booking.TillFilled");
        letter.Reason.ShouldContain("InvalidOperationException");
        letter.Id.ShouldBe(mishaps.Seen.First(seen => seen.Slip == "bad").Context.MessageId);
        // Looking does not take it away; what was just looked at is on its way back into the queue.
        await Eventually.Is(async () => (await letters.List("office")).Count, 1);

        broken = false;
        await Eventually.Is(async () => await letters.Replay("office"), 1);
        await Eventually.Is(async () => (await Booked(office)).Fen, 101);
        (await letters.List("office")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_definite_refusal_is_not_tried_again()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        await using var office = await Office(space.Database, space.Broker, new Mishaps(), service => service.Handles<TillFilled, Grumpy>());
        await using var tills = await Tills(space);
        await tills.Door.Execute(TillHost.Put("a", "s", 1));
        var letters = new DeadLetters(space.Broker);
        // One look only: a letter that was just looked at is on its way back into the queue.
        IReadOnlyList<DeadLetter> seen = [];
        await Eventually.Is(async () => (seen = await letters.List("office")).Count, 1);
        seen[0].Reason.ShouldContain("FIELD_INVALID");
    }

    [Fact]
    public async Task What_may_pass_is_tried_again()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var times = 0;
        var mishaps = new Mishaps { Before = (_, _) => ++times <= 5 ? throw SystemErrors.Unavailable.With("filing").AsException() : Task.CompletedTask };
        await using var office = await Office(space.Database, space.Broker, mishaps, service => service.Handles<TillFilled, Booking>(concurrency: 1));
        await using var tills = await Tills(space);
        await tills.Door.Execute(TillHost.Put("a", "s", 7));
        await Eventually.Is(async () => (await Booked(office)).Fen, 7);
        times.ShouldBe(6);
    }

    [Fact]
    public async Task A_hot_consumer_takes_many_in_one_command_and_none_twice()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var failures = 0;
        var mishaps = new Mishaps { Before = (_, _) => Interlocked.Increment(ref failures) == 3 ? throw new IOException("once") : Task.CompletedTask };
        await using var office = await Office(space.Database, space.Broker, mishaps, service => service.HandlesMany<TillFilled, BulkBooking>(50));
        await using var tills = await Tills(space);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => tills.Door.Execute(TillHost.Put($"t{i % 20}", $"s{i}", 1))));
        await Eventually.Is(async () => (await Booked(office)).Fen, 200);
        mishaps.Batches.Max().ShouldBeGreaterThan(1);
        (await office.History.Of("till/book")).Count.ShouldBe(200);
    }

    [Fact]
    public async Task A_message_that_finds_nobody_yet_is_kept()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        await using var tills = await Tills(space);
        await tills.Door.Execute(TillHost.Put("a", "early", 9));
        (await tills.Get<IOutbox>().Relayed(Patience)).ShouldBeTrue();
        var letters = new DeadLetters(space.Broker);
        (await letters.Unrouted()).Single().Type.ShouldBe("TillFilled");
        await using var office = await Office(space.Database, space.Broker, new Mishaps());
        // Fetched by the office itself, once its queue is there.
        await Eventually.Is(async () => (await Booked(office)).Fen, 9);
        (await letters.Unrouted()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_handler_whose_host_is_stopped_in_the_middle_is_repeated_elsewhere()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var entered = new TaskCompletionSource();
        var first = new Mishaps
        {
            Hold = cancellation =>
            {
                entered.TrySetResult();
                return Task.Delay(Timeout.Infinite, cancellation);
            },
        };
        var one = await Office(space.Database, space.Broker, first);
        await using var tills = await Tills(space);
        await tills.Door.Execute(TillHost.Put("a", "s", 5));
        await entered.Task.WaitAsync(Patience);
        // It never gets to its commit: the broker gives the message to the next host.
        await one.DisposeAsync();
        (await new DeadLetters(space.Broker).List("office")).ShouldBeEmpty();
        var second = new Mishaps();
        await using var two = await Office(space.Database, space.Broker, second);
        await Eventually.Is(async () => (await Booked(two)).Fen, 5);
    }

    [Fact]
    public async Task Of_two_hosts_of_one_service_one_relays_and_the_other_takes_over()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var mishaps = new Mishaps();
        await using var office = await Office(space.Database, space.Broker, mishaps);
        var one = await Tills(space);
        await using var two = await Tills(space);
        await Eventually.Is(() => Task.FromResult(Leads(one) ^ Leads(two)), true);
        for (var i = 0; i < 10; i++) await (i % 2 == 0 ? one : two).Door.Execute(TillHost.Put("a", $"s{i}", 1));
        await Eventually.Is(async () => (await Booked(office)).Fen, 10);
        // Nobody relayed twice.
        mishaps.Seen.Count.ShouldBe(10);
        await one.DisposeAsync();
        await two.Door.Execute(TillHost.Put("a", "after", 1));
        await Eventually.Is(async () => (await Booked(office)).Fen, 11);
        Leads(two).ShouldBeTrue();
    }

    private static bool Leads(TillHost host) => host.Get<Yibao.Hosting.Bus.DaemonLeader>().Leads;
}
