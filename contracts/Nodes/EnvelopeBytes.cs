using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Yibao.Contracts.Nodes;

/// <summary>
/// The canonical form of an envelope that is signed: every named field with its length in front, so that nothing can
/// be moved from one field into the next, and the payload by its hash. The path is not part of it.
/// </summary>
public static class EnvelopeBytes
{
    private static readonly byte[] Tag = "yibao.envelope.v1"u8.ToArray();

    /// <summary>What a signature vouches for.</summary>
    public static byte[] Canonical(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var (from, to) = (envelope.From.Code, envelope.To.Code);
        var utf8 = Encoding.UTF8;
        var bytes = new byte[(8 * 4) + Tag.Length + utf8.GetByteCount(from) + utf8.GetByteCount(to) + utf8.GetByteCount(envelope.Id) + 8
            + utf8.GetByteCount(envelope.Kind) + SHA256.HashSizeInBytes + utf8.GetByteCount(envelope.KeyId)];
        var rest = bytes.AsSpan();
        Tag.CopyTo(Next(ref rest, Tag.Length));
        Write(ref rest, from);
        Write(ref rest, to);
        Write(ref rest, envelope.Id);
        BinaryPrimitives.WriteInt64BigEndian(Next(ref rest, 8), Microseconds(envelope.Instant));
        Write(ref rest, envelope.Kind);
        SHA256.HashData(envelope.Payload.Span, Next(ref rest, SHA256.HashSizeInBytes));
        Write(ref rest, envelope.KeyId);
        return bytes;
    }

    /// <summary>One value for the whole signed content: two envelopes with the same digest say the same thing.</summary>
    public static byte[] Digest(Envelope envelope) => SHA256.HashData(Canonical(envelope));

    /// <summary>An instant as it is signed, stored and sent: UTC, whole microseconds (a database keeps no finer ones).</summary>
    public static DateTimeOffset Truncate(DateTimeOffset instant) => DateTimeOffset.UnixEpoch.AddTicks(Microseconds(instant) * TimeSpan.TicksPerMicrosecond);

    private static long Microseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static void Write(ref Span<byte> rest, string text) => Encoding.UTF8.GetBytes(text, Next(ref rest, Encoding.UTF8.GetByteCount(text)));

    /// <summary>The place of a field of that length, behind its length.</summary>
    private static Span<byte> Next(ref Span<byte> rest, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(rest, length);
        var field = rest.Slice(4, length);
        rest = rest[(4 + length)..];
        return field;
    }
}
