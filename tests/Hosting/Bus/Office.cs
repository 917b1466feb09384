using System.Collections.Concurrent;
using Yibao.Contracts.Messages;
using Yibao.Hosting.Tests.Store;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Bus;

/// <summary>A till was filled: what the tills tell the office.</summary>
public sealed record TillFilled(string Till, string Slip, Money Amount) : IMessage;

/// <summary>What a test wants to go wrong, and what the handlers saw.</summary>
public sealed class Mishaps
{
    public ConcurrentQueue<(string Slip, MessageContext Context)> Seen { get; } = new();

    public ConcurrentQueue<int> Batches { get; } = new();

    public Func<TillFilled, MessageContext, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public Func<CancellationToken, Task> Hold { get; set; } = _ => Task.CompletedTask;

    public Func<TillFilled, MessageContext, Task> After { get; set; } = (_, _) => Task.CompletedTask;
}

/// <summary>Books every filling into one till of the office.</summary>
public sealed class Booking(IWriteDoor door, Mishaps mishaps, ServiceSettings settings) : IHandle<TillFilled>
{
    public static StreamKey<Till> Book { get; } = new("till/book");

    public async Task Handle(TillFilled message, MessageContext context, CancellationToken cancellation)
    {
        mishaps.Seen.Enqueue((message.Slip, context));
        await mishaps.Before(message, context);
        await mishaps.Hold(cancellation);
        // Not recognised by its slip: only the message's id keeps it from being booked twice.
        (await door.Execute(new Command(context.ActingFor(settings.Node), context.Correlation, [Book],
            _ => Decision.Accept(Book, new CashPut(message.Slip, message.Amount))) { Handles = context.Handled }, cancellation)).OrThrow();
        await mishaps.After(message, context);
    }
}

/// <summary>The same, many at a time.</summary>
public sealed class BulkBooking(IWriteDoor door, Mishaps mishaps, ServiceSettings settings) : IHandleMany<TillFilled>
{
    public async Task Handle(IReadOnlyList<Received<TillFilled>> messages, CancellationToken cancellation)
    {
        mishaps.Batches.Enqueue(messages.Count);
        foreach (var received in messages) await mishaps.Before(received.Message, received.Context);
        (await door.Execute(new Command(Actor.System(settings.Node, nameof(BulkBooking)), "bulk", [Booking.Book],
            _ => Decision.Accept(Booking.Book, [.. messages.Select(received => new CashPut(received.Message.Slip, received.Message.Amount))]))
            { HandlesAll = [.. messages.Select(received => received.Context.Handled)] }, cancellation)).OrThrow();
    }
}

/// <summary>Refuses everything for good.</summary>
public sealed class Grumpy : IHandle<TillFilled>
{
    public Task Handle(TillFilled message, MessageContext context, CancellationToken cancellation) => throw SystemErrors.FieldInvalid.With("slip", "never").AsException();
}
