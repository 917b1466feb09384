using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Yibao.Kernel;

namespace Yibao.Contracts.Settlements;

/// <summary>The digest behind content hashes: SHA-256 by default, SM3 behind the same interface.</summary>
public interface IDigest
{
    /// <summary>sha256, sm3: stored beside what it sealed.</summary>
    string Name { get; }

    byte[] Of(ReadOnlySpan<byte> content);
}

/// <summary>SHA-256.</summary>
public sealed class Sha256Digest : IDigest
{
    public static Sha256Digest Instance { get; } = new();

    public string Name => "sha256";

    public byte[] Of(ReadOnlySpan<byte> content) => SHA256.HashData(content);
}

/// <summary>
/// Named fields in a fixed canonical form: what a hash of content is taken over, never the bytes that happened to travel.
/// Each name and each value carries its length and its kind, so nothing can move between fields and null is not the empty text.
/// </summary>
public sealed class CanonicalForm
{
    private static readonly (Fund Fund, string Name)[] Funds = [.. Enum.GetValues<Fund>().Select(static fund => (fund, fund.ToString()))];

    private byte[] _bytes = new byte[2048];
    private int _length;

    /// <param name="form">Name and version of the form, e.g. <c>settlement-content.v1</c>.</param>
    public CanonicalForm(string form) => Text("form", form);

    public CanonicalForm Text(string name, string? value)
    {
        Put(name);
        if (value is null) return Tag((byte)'0');
        Tag((byte)'s');
        Put(value);
        return this;
    }

    public CanonicalForm Number(string name, long value)
    {
        Put(name);
        Tag((byte)'n');
        Put(value);
        return this;
    }

    public CanonicalForm Amount(string name, Money value) => Number(name, value.Fen);

    public CanonicalForm Flag(string name, bool value) => Number(name, value ? 1 : 0);

    public CanonicalForm Date(string name, DateOnly value) => Text(name, value.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>An instant, whatever the offset it was written with.</summary>
    public CanonicalForm Instant(string name, DateTimeOffset value) => Number(name, value.UtcTicks);

    /// <summary>The four parts and their total.</summary>
    public CanonicalForm Split(string name, SplitTotals value) => Text(name, "split")
        .Amount("total", value.Total).Amount("inScope", value.InScope).Amount("classBSelfPay", value.ClassBSelfPay)
        .Amount("overLimit", value.OverLimit).Amount("selfFunded", value.SelfFunded);

    /// <summary>Each fund once, in the order of the list of funds; a fund that pays nothing is the same as a fund not named.</summary>
    public CanonicalForm Figures(string name, Figures value)
    {
        Text(name, "figures").Amount("total", value.Total).Amount("cash", value.Cash).Amount("hospitalBorne", value.HospitalBorne);
        foreach (var (fund, named) in Funds)
        {
            var amount = value.Of(fund);
            if (!amount.IsZero) Amount(named, amount);
        }

        return this;
    }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The hash, 64 lower-case hexadecimal digits with SHA-256.</summary>
    public string Hash(IDigest? digest = null) => Convert.ToHexStringLower((digest ?? Sha256Digest.Instance).Of(Bytes));

    private CanonicalForm Tag(byte tag)
    {
        Room(1)[0] = tag;
        _length += 1;
        return this;
    }

    private void Put(string text)
    {
        // Written first and counted by that: going through the text once is enough. No character takes more than three bytes.
        var room = Room(8 + (text.Length * 3));
        var count = Encoding.UTF8.GetBytes(text, room[8..]);
        BinaryPrimitives.WriteInt64BigEndian(room, count);
        _length += 8 + count;
    }

    private void Put(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(Room(8), number);
        _length += 8;
    }

    private Span<byte> Room(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        return _bytes.AsSpan(_length, count);
    }
}
