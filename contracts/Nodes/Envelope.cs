using Yibao.Kernel.Places;

namespace Yibao.Contracts.Nodes;

/// <summary>
/// Every message between nodes, over gRPC and over the bus. The signer vouches for everything but the path;
/// relays store and forward it unchanged and only append themselves to the path.
/// </summary>
/// <param name="From">The node that signed.</param>
/// <param name="To">The pooling area (or node) it is meant for; routing decides which node hosts it.</param>
/// <param name="Id">Unique per signer; a repeat of an id with other content is refused.</param>
/// <param name="Instant">When it was signed, UTC; also selects the registry version it is routed by.</param>
/// <param name="Kind">What the payload is, with its version, e.g. <c>settlement.intent.v1</c>.</param>
/// <param name="Payload">The message itself, UTF-8 JSON or protobuf as its kind says.</param>
/// <param name="KeyId">Which key of the signer.</param>
/// <param name="Signature">Over the canonical bytes of all the fields above.</param>
public sealed record Envelope(
    AdminDivision From,
    AdminDivision To,
    string Id,
    DateTimeOffset Instant,
    string Kind,
    ReadOnlyMemory<byte> Payload,
    string KeyId,
    ReadOnlyMemory<byte> Signature)
{
    /// <summary>The nodes it has passed, the signer first. Not signed.</summary>
    public IReadOnlyList<AdminDivision> Path { get; init; } = [];
}
