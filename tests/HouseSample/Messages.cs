using System.Text.Json;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Nodes;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.HouseSample;

/// <summary>What travels to the till, and back.</summary>
public sealed record Deposit(string Id, string Till, Money Amount);

/// <summary>A deposit was taken: what the till tells the other services of its node.</summary>
public sealed record DepositTaken(string Id, string Till, Money Amount) : IMessage;

/// <summary>An envelope as it is stored: its payload stays as it was signed.</summary>
public sealed record Kept(AdminDivision From, AdminDivision To, string Id, DateTimeOffset Instant, string Kind, byte[] Payload, string KeyId, byte[] Signature)
{
    public const string DepositKind = "house.deposit.v1";
    public const string ReceiptKind = "house.receipt.v1";

    public static Kept Of(Envelope envelope) => new(
        envelope.From, envelope.To, envelope.Id, envelope.Instant, envelope.Kind, envelope.Payload.ToArray(), envelope.KeyId, envelope.Signature.ToArray());

    /// <summary>The path begins with its signer.</summary>
    public Envelope Envelope() => new(From, To, Id, Instant, Kind, Payload, KeyId, Signature) { Path = [From] };

    public static Deposit Read(Envelope envelope) => JsonSerializer.Deserialize<Deposit>(envelope.Payload.Span)!;
}
