namespace Yibao.Contracts.Messages;

/// <summary>
/// What one service tells the others of its node over the bus: a record of this folder, past tense, JSON. Added to, never changed.
/// Carries keys, dates and amounts; never an identity (persons are opaque keys).
/// </summary>
public interface IMessage;
