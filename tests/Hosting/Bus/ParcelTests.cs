using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Contracts.Messages;
using Yibao.Hosting.Tests.Store;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Tests.Bus;

/// <summary>A slip was booked: one of very many.</summary>
public sealed record SlipTold(string Slip, Money Amount) : ITravelsTogether;

/// <summary>Messages that travel together are handled as if each had come alone.</summary>
public sealed class ParcelTests
{
    private const int Slips = 250;

    private static Task<TillHost> Tills(BackingSpace space) => TillHost.Start(TillHost.Settings(space.Database, space.Broker),
        service => service.Publishes<CashPut, SlipTold>(put => new SlipTold(put.Fact.Slip, put.Fact.Amount)));

    private static Task<TillHost> Office(BackingSpace space, Ledger ledger, Action<ServiceBuilder> handles) => TillHost.Start(TillHost.Settings(space.Database, space.Broker, "office"), service =>
    {
        service.Services.AddSingleton(ledger);
        handles(service);
    });

    // One commit: one page of the outbox.
    private static async Task Put(TillHost tills, int slips) => (await tills.Door.Execute(new Command(new Actor("teller", Role.CityOperator, TillHost.Node), "corr", [Till.Key("a")],
        _ => Decision.Accept(Till.Key("a"), [.. Enumerable.Range(0, slips).Select(i => new CashPut($"s{i}", new Money(1)))])))).OrThrow();

    [Fact]
    public async Task Each_is_handled_once_in_order_under_its_own_id()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var ledger = new Ledger();
        await using var office = await Office(space, ledger, service => service.Handles<SlipTold, SlipHandler>(concurrency: 1));
        await using var tills = await Tills(space);
        await Put(tills, Slips);
        await Eventually.Is(() => Task.FromResult(ledger.Seen.Count), Slips);
        ledger.Seen.Select(seen => seen.Slip).ShouldBe(Enumerable.Range(0, Slips).Select(i => $"s{i}"));
        ledger.Seen.Select(seen => seen.Context.MessageId).Distinct().Count().ShouldBe(Slips);
        ledger.Seen.ShouldAllBe(seen => seen.Context.Correlation == "corr" && seen.Context.Sender == "tills" && seen.Context.Node == TillHost.Node);
        (await tills.History.Of("till/a")).ShouldAllBe(fact => ledger.Seen.Any(seen => seen.Context.At == fact.Context.At));
    }

    [Fact]
    public async Task What_cannot_be_handled_leaves_its_parcel_and_holds_up_nobody()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var ledger = new Ledger { Bad = "s77" };
        await using var office = await Office(space, ledger, service => service.Handles<SlipTold, SlipHandler>());
        await using var tills = await Tills(space);
        await Put(tills, Slips);
        await Eventually.Is(() => Task.FromResult(ledger.Booked.Count), Slips - 1);
        var letters = new DeadLetters(space.Broker);
        await Eventually.Is(async () => await letters.Count("office"), 1L);
        ledger.Bad = null;
        await Eventually.Is(async () => await letters.Replay("office"), 1);
        await Eventually.Is(() => Task.FromResult(ledger.Booked.Count), Slips);
    }

    [Fact]
    public async Task A_parcel_is_one_call_for_a_handler_of_many_and_a_failed_one_is_tried_in_pieces()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        var ledger = new Ledger { FailOnce = true };
        await using var office = await Office(space, ledger, service => service.HandlesMany<SlipTold, SlipsHandler>(50));
        await using var tills = await Tills(space);
        await Put(tills, Slips);
        await Eventually.Is(() => Task.FromResult(ledger.Booked.Count), Slips);
        ledger.Calls.Max().ShouldBe(100);
    }

    [Fact]
    public async Task A_parcel_that_finds_nobody_yet_is_kept()
    {
        await using var space = await SharedBacking.NewSpaceAsync();
        await using var tills = await Tills(space);
        await Put(tills, 20);
        (await tills.Get<IOutbox>().Relayed(TimeSpan.FromMinutes(2))).ShouldBeTrue();
        // At least once: what a slow broker did not confirm in time was sent again.
        (await new DeadLetters(space.Broker).Unrouted()).Select(letter => letter.Type).Distinct().ShouldBe(["SlipTold"]);
        var ledger = new Ledger();
        await using var office = await Office(space, ledger, service => service.Handles<SlipTold, SlipHandler>());
        await Eventually.Is(() => Task.FromResult(ledger.Booked.Count), 20);
    }
}

/// <summary>What the handlers saw and booked, and what is to go wrong.</summary>
public sealed class Ledger
{
    public ConcurrentQueue<(string Slip, MessageContext Context)> Seen { get; } = new();

    public ConcurrentDictionary<Guid, string> Booked { get; } = new();

    public ConcurrentQueue<int> Calls { get; } = new();

    public string? Bad { get; set; }

    public bool FailOnce { get; set; }

    public void Book(SlipTold told, MessageContext context)
    {
        Seen.Enqueue((told.Slip, context));
        if (told.Slip == Bad) throw new InvalidOperationException("a defect");
        Booked[context.MessageId] = told.Slip;
    }
}

public sealed class SlipHandler(Ledger ledger) : IHandle<SlipTold>
{
    public Task Handle(SlipTold message, MessageContext context, CancellationToken cancellation)
    {
        ledger.Book(message, context);
        return Task.CompletedTask;
    }
}

public sealed class SlipsHandler(Ledger ledger) : IHandleMany<SlipTold>
{
    public Task Handle(IReadOnlyList<Received<SlipTold>> messages, CancellationToken cancellation)
    {
        ledger.Calls.Enqueue(messages.Count);
        if (ledger.FailOnce)
        {
            ledger.FailOnce = false;
            throw new IOException("once");
        }

        foreach (var received in messages) ledger.Book(received.Message, received.Context);
        return Task.CompletedTask;
    }
}
