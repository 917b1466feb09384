namespace Yibao.Contracts.Messages;

/// <summary>
/// What one service tells the others of its node over the bus: a record of this folder, past tense, JSON. Added to, never changed.
/// Carries keys, dates and amounts; never an identity (persons are opaque keys).
/// </summary>
public interface IMessage;

/// <summary>
/// Of which there are so many that those waiting at the same time travel as one <see cref="Parcel{TMessage}"/>. Senders and handlers do not
/// notice; a lone one travels alone.
/// </summary>
public interface ITravelsTogether : IMessage;

/// <summary>Messages of one kind in one delivery, in the order they were stored.</summary>
/// <param name="Items">Each with its own id: it is carried out once, whichever way it comes.</param>
public sealed record Parcel<TMessage>(IReadOnlyList<ParcelItem<TMessage>> Items) where TMessage : class, IMessage;

/// <param name="MessageId">The same as if it travelled alone.</param>
/// <param name="Correlation">The business transaction it belongs to.</param>
/// <param name="At">When the fact was stored, UTC.</param>
/// <param name="Message">What is told.</param>
public sealed record ParcelItem<TMessage>(Guid MessageId, string Correlation, DateTimeOffset At, TMessage Message) where TMessage : class, IMessage;
