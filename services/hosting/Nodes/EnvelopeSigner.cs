using Yibao.Contracts.Nodes;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Nodes;

/// <summary>Signs with the node's key and checks others against their certificates, with whichever algorithm each key is of.</summary>
public sealed class EnvelopeSigner(ISigningKey? own, NodeTrust trust) : IEnvelopeSigner
{
    public Envelope Sign(AdminDivision to, string id, DateTimeOffset instant, string kind, ReadOnlyMemory<byte> payload)
    {
        if (own is null) throw new InvalidOperationException("This service was given no signing key.");
        var unsigned = new Envelope(own.Public.Node, to, id, EnvelopeBytes.Truncate(instant), kind, payload, own.Public.Id, ReadOnlyMemory<byte>.Empty)
        {
            Path = [own.Public.Node],
        };
        return unsigned with { Signature = own.Sign(EnvelopeBytes.Canonical(unsigned)) };
    }

    public void Verify(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var key = trust.Find(envelope.KeyId);
        var holds = key is not null
            && key.Node == envelope.From
            && envelope.Instant >= key.NotBefore && envelope.Instant <= key.NotAfter
            && key.Verify(EnvelopeBytes.Canonical(envelope), envelope.Signature.Span);
        if (!holds) throw SecurityErrors.SignatureInvalid.With(envelope.Id).AsException();
    }
}
