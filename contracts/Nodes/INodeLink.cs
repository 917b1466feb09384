using Yibao.Kernel.Places;

namespace Yibao.Contracts.Nodes;

/// <summary>One hop: hands an envelope to a neighbouring node (parent or child) and brings back the signed answer.</summary>
public interface INodeLink
{
    /// <exception cref="Yibao.Kernel.Errors.RefusedException">The neighbour refused, or no definite answer came (<c>OUTCOME_UNKNOWN</c>).</exception>
    Task<Envelope> Send(AdminDivision neighbour, Envelope message, CancellationToken cancellation = default);
}

/// <summary>Makes and checks signatures of envelopes; ECDSA by default, SM2 behind the same interface.</summary>
public interface IEnvelopeSigner
{
    /// <summary>Signs with this node's key; the path starts with this node.</summary>
    Envelope Sign(AdminDivision to, string id, DateTimeOffset instant, string kind, ReadOnlyMemory<byte> payload);

    /// <exception cref="Yibao.Kernel.Errors.RefusedException"><c>SIGNATURE_INVALID</c>: altered, or not signed by its <c>From</c>.</exception>
    void Verify(Envelope envelope);
}
