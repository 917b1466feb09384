using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Node.V1;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Nodes;

/// <summary>An envelope to and from its wire form.</summary>
public static class EnvelopeMapping
{
    /// <summary>An id names one message in a stream's name and in a table: short, printable.</summary>
    private const int IdLimit = 120;

    public static SignedEnvelope ToWire(this Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var wire = new SignedEnvelope
        {
            From = envelope.From.Code,
            To = envelope.To.Code,
            Id = envelope.Id,
            Instant = Timestamp.FromDateTimeOffset(envelope.Instant),
            Kind = envelope.Kind,
            Payload = UnsafeByteOperations.UnsafeWrap(envelope.Payload),
            KeyId = envelope.KeyId,
            Signature = UnsafeByteOperations.UnsafeWrap(envelope.Signature),
        };
        wire.Path.AddRange(envelope.Path.Select(hop => hop.Code));
        return wire;
    }

    /// <exception cref="RefusedException"><c>FIELD_MISSING</c> or <c>FIELD_INVALID</c>: not an envelope.</exception>
    public static Envelope FromWire(this SignedEnvelope wire)
    {
        ArgumentNullException.ThrowIfNull(wire);
        if (wire.Instant is null) throw SystemErrors.FieldMissing.With("instant").AsException();
        if (wire.Id.Length is 0 or > IdLimit || wire.Id.AsSpan().ContainsAnyExceptInRange('!', '~')) throw SystemErrors.FieldInvalid.With("id", "1–120 位可见字符").AsException();
        if (wire.Kind.Length is 0 or > IdLimit) throw SystemErrors.FieldInvalid.With("kind", "1–120 位").AsException();
        return new Envelope(
            Division(wire.From, "from"),
            Division(wire.To, "to"),
            wire.Id,
            EnvelopeBytes.Truncate(wire.Instant.ToDateTimeOffset()),
            wire.Kind,
            wire.Payload.Memory,
            wire.KeyId,
            wire.Signature.Memory)
        {
            Path = [.. wire.Path.Select(hop => Division(hop, "path"))],
        };
    }

    private static AdminDivision Division(string code, string field) => AdminDivision.TryParse(code, out var division)
        ? division
        : throw SystemErrors.FieldInvalid.With(field, "医保区划为六位数字").AsException();
}
