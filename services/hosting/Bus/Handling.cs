using Yibao.Contracts.Messages;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>Handles one kind of message. Messages may come more than once and out of order.</summary>
/// <remarks>
/// Commit through the write door with <c>Command.Handles = context.Handled</c>: the message's id is stored in the same
/// transaction, so a second delivery changes nothing. What throws is tried again and in the end becomes a dead letter; a
/// refusal that will not change (<see cref="Kernel.Errors.RefusedException"/>, not transient) becomes one at once.
/// </remarks>
public interface IHandle<in TMessage> where TMessage : class, IMessage
{
    Task Handle(TMessage message, MessageContext context, CancellationToken cancellation);
}

/// <summary>Handles many messages of one kind with one command (<c>Command.HandlesAll</c>): for the few hot consumers.</summary>
/// <remarks>Messages that were carried out before are filtered out beforehand; the rest may still be tried again as a whole.</remarks>
public interface IHandleMany<TMessage> where TMessage : class, IMessage
{
    Task Handle(IReadOnlyList<Received<TMessage>> messages, CancellationToken cancellation);
}

/// <summary>A message with what is known of its way.</summary>
public sealed record Received<TMessage>(TMessage Message, MessageContext Context);

/// <summary>What is known of a message beside its content.</summary>
/// <param name="MessageId">The same at every delivery: derived from the fact it tells of.</param>
/// <param name="Correlation">The business transaction it belongs to; goes into every command that follows from it.</param>
/// <param name="Node">The node that sent it.</param>
/// <param name="Sender">The service that sent it.</param>
/// <param name="At">When the fact was stored, UTC.</param>
/// <param name="Handler">Who handles it.</param>
public sealed record MessageContext(Guid MessageId, string Correlation, AdminDivision Node, string Sender, DateTimeOffset At, string Handler)
{
    /// <summary>For <see cref="Command.Handles"/>.</summary>
    public HandledMessage Handled => new(MessageId, Handler);

    /// <summary>For a handler that needs more than one command: each part is carried out once.</summary>
    public HandledMessage HandledAs(string part) => new(MessageId, $"{Handler}/{part}");

    /// <summary>The handler acting for its own node.</summary>
    public Actor ActingFor(AdminDivision node) => Actor.System(node, Handler);
}
