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
        using var stream = new MemoryStream(256);
        Write(stream, Tag);
        Write(stream, envelope.From.Code);
        Write(stream, envelope.To.Code);
        Write(stream, envelope.Id);
        Span<byte> instant = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(instant, Microseconds(envelope.Instant));
        Write(stream, instant);
        Write(stream, envelope.Kind);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(envelope.Payload.Span, hash);
        Write(stream, hash);
        Write(stream, envelope.KeyId);
        return stream.ToArray();
    }

    /// <summary>One value for the whole signed content: two envelopes with the same digest say the same thing.</summary>
    public static byte[] Digest(Envelope envelope) => SHA256.HashData(Canonical(envelope));

    /// <summary>An instant as it is signed, stored and sent: UTC, whole microseconds (a database keeps no finer ones).</summary>
    public static DateTimeOffset Truncate(DateTimeOffset instant) => DateTimeOffset.UnixEpoch.AddTicks(Microseconds(instant) * TimeSpan.TicksPerMicrosecond);

    private static long Microseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static void Write(MemoryStream stream, string text) => Write(stream, Encoding.UTF8.GetBytes(text));

    private static void Write(MemoryStream stream, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        stream.Write(length);
        stream.Write(bytes);
    }
}
