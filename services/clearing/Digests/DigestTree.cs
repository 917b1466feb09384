using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Yibao.Contracts.Messages;
using Yibao.Kernel;

namespace Yibao.Clearing.Digests;

/// <summary>
/// A digest over a set of settlements that can be opened step by step: where two books differ, their trees differ on the
/// paths to the differing settlements and nowhere else. The shape follows from the settlements' numbers alone, so equal
/// sets give equal trees whatever order they were booked in.
/// </summary>
/// <remarks>
/// A settlement's place is the hash of its number, read four bits at a time. A prefix with at most <see cref="LeafSize"/>
/// settlements is a leaf: its digest covers (number, content hash and amounts) in order; any other covers its sixteen children.
/// </remarks>
public sealed class DigestTree
{
    /// <summary>So few settlements are named rather than narrowed further.</summary>
    public const int LeafSize = 16;

    /// <summary>Sixty-four bits of the place are used: sixteen levels.</summary>
    public const int Depth = 16;

    private const int HashSize = SHA256.HashSizeInBytes;

    private readonly ulong[] _places;
    private readonly string[] _ids;
    private readonly byte[] _contents;
    private readonly Dictionary<(ulong Prefix, int Level), byte[]> _inner = [];

    private DigestTree(ulong[] places, string[] ids, byte[] contents, DaySums sums)
    {
        (_places, _ids, _contents) = (places, ids, contents);
        Sums = sums with { Root = Seal(0, _places.Length, 0, 0) };
    }

    public DaySums Sums { get; }

    public static DigestTree Empty { get; } = new([], [], [], new DaySums(0, Money.Zero, Money.Zero, Money.Zero, []));

    /// <exception cref="InvalidOperationException">A settlement stands twice in the set.</exception>
    public static DigestTree Of(IEnumerable<DigestEntry> entries)
    {
        var builder = new Builder();
        foreach (var entry in entries) builder.Add(entry);
        return builder.Build();
    }

    /// <summary>What lies below a prefix of hex digits.</summary>
    /// <exception cref="ArgumentException">Not up to sixteen lower-case hex digits.</exception>
    public DigestBranch Open(string prefix)
    {
        var (from, to, place) = Range(prefix);
        if (to - from <= LeafSize || prefix.Length == Depth) return new DigestBranch(prefix, [], Leaves(from, to));
        var children = new byte[16 * HashSize];
        var level = prefix.Length;
        var start = from;
        for (var child = 0; child < 16; child++)
        {
            var childPlace = place | ((ulong)child << (60 - 4 * level));
            var end = End(start, to, childPlace, level + 1);
            if (end > start) Digest(start, end, childPlace, level + 1).CopyTo(children, child * HashSize);
            start = end;
        }

        return new DigestBranch(prefix, children, []);
    }

    /// <summary>The digest at a prefix; zeros when nothing lies below it.</summary>
    public byte[] DigestAt(string prefix)
    {
        var (from, to, place) = Range(prefix);
        return from == to ? new byte[HashSize] : Digest(from, to, place, prefix.Length);
    }

    /// <summary>Every settlement below a prefix.</summary>
    public IReadOnlyList<DigestLeaf> LeavesAt(string prefix)
    {
        var (from, to, _) = Range(prefix);
        return Leaves(from, to);
    }

    public static string ChildPrefix(string prefix, int child) => prefix + child.ToString("x", CultureInfo.InvariantCulture);

    private List<DigestLeaf> Leaves(int from, int to)
    {
        var leaves = new List<DigestLeaf>(to - from);
        for (var i = from; i < to; i++) leaves.Add(new DigestLeaf(_ids[i], _contents.AsSpan(i * HashSize, HashSize).ToArray()));
        return leaves;
    }

    private (int From, int To, ulong Place) Range(string prefix)
    {
        if (prefix.Length > Depth || !prefix.All(char.IsAsciiHexDigitLower)) throw new ArgumentException("A prefix is up to sixteen lower-case hex digits.", nameof(prefix));
        var place = prefix.Length == 0 ? 0UL : ulong.Parse(prefix, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) << (64 - 4 * prefix.Length);
        if (prefix.Length == 0) return (0, _places.Length, 0);
        var from = LowerBound(0, _places.Length, place);
        return (from, End(from, _places.Length, place, prefix.Length), place);
    }

    private int End(int from, int to, ulong place, int level)
    {
        var last = level == 0 ? ulong.MaxValue : place | (ulong.MaxValue >> (4 * level) & (level == Depth ? 0UL : ulong.MaxValue));
        return last == ulong.MaxValue ? to : LowerBound(from, to, unchecked(last + 1));
    }

    private int LowerBound(int from, int to, ulong place)
    {
        while (from < to)
        {
            var middle = from + (to - from) / 2;
            if (_places[middle] < place) from = middle + 1;
            else to = middle;
        }

        return from;
    }

    private byte[] Digest(int from, int to, ulong place, int level) =>
        _inner.TryGetValue((place, level), out var known) ? known : Leaf(from, to);

    // Computes every inner digest once, bottom-up; leaves are cheap enough to be computed when asked for.
    private byte[] Seal(int from, int to, ulong place, int level)
    {
        if (from == to) return new byte[HashSize];
        if (to - from <= LeafSize || level == Depth) return Leaf(from, to);
        Span<byte> input = stackalloc byte[1 + 16 * HashSize];
        input.Clear();
        input[0] = 1;
        var start = from;
        for (var child = 0; child < 16; child++)
        {
            var childPlace = place | ((ulong)child << (60 - 4 * level));
            var end = End(start, to, childPlace, level + 1);
            Seal(start, end, childPlace, level + 1).CopyTo(input[(1 + child * HashSize)..]);
            start = end;
        }

        return _inner[(place, level)] = SHA256.HashData(input);
    }

    private byte[] Leaf(int from, int to)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        hash.AppendData([0]);
        for (var i = from; i < to; i++)
        {
            var id = Encoding.UTF8.GetBytes(_ids[i]);
            BinaryPrimitives.WriteInt32BigEndian(length, id.Length);
            hash.AppendData(length);
            hash.AppendData(id);
            hash.AppendData(_contents.AsSpan(i * HashSize, HashSize));
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Takes the day's settlements one by one, in any order, without holding them in full.</summary>
    public sealed class Builder
    {
        private readonly List<(ulong Place, string Id)> _keys = [];
        private readonly List<byte[]> _contents = [];
        private Money _total, _fund, _cash;

        public void Add(DigestEntry entry)
        {
            if (entry.ContentHash.Length != HashSize) throw new ArgumentException("A content hash has 32 bytes.", nameof(entry));
            _keys.Add((PlaceOf(entry.SettlementId), entry.SettlementId));
            _contents.Add(Fingerprint(entry));
            (_total, _fund, _cash) = (_total + entry.Total, _fund + entry.Fund, _cash + entry.Cash);
        }

        public DigestTree Build()
        {
            var order = new int[_keys.Count];
            for (var i = 0; i < order.Length; i++) order[i] = i;
            Array.Sort(order, (a, b) => _keys[a].Place.CompareTo(_keys[b].Place) is not 0 and var byPlace ? byPlace : string.CompareOrdinal(_keys[a].Id, _keys[b].Id));
            var places = new ulong[order.Length];
            var ids = new string[order.Length];
            var contents = new byte[order.Length * HashSize];
            for (var i = 0; i < order.Length; i++)
            {
                (places[i], ids[i]) = _keys[order[i]];
                _contents[order[i]].CopyTo(contents, i * HashSize);
                if (i > 0 && string.Equals(ids[i], ids[i - 1], StringComparison.Ordinal)) throw new InvalidOperationException($"The settlement {ids[i]} stands twice in one day.");
            }

            return new DigestTree(places, ids, contents, new DaySums(order.Length, _total, _fund, _cash, []));
        }

        // The amounts as they are summed go into the digest too: a sum can only differ where a digest does.
        private static byte[] Fingerprint(DigestEntry entry)
        {
            Span<byte> input = stackalloc byte[HashSize + 24];
            entry.ContentHash.CopyTo(input);
            BinaryPrimitives.WriteInt64BigEndian(input[HashSize..], entry.Total.Fen);
            BinaryPrimitives.WriteInt64BigEndian(input[(HashSize + 8)..], entry.Fund.Fen);
            BinaryPrimitives.WriteInt64BigEndian(input[(HashSize + 16)..], entry.Cash.Fen);
            return SHA256.HashData(input);
        }

        private static ulong PlaceOf(string id)
        {
            Span<byte> hash = stackalloc byte[HashSize];
            SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
            return BinaryPrimitives.ReadUInt64BigEndian(hash);
        }
    }
}

/// <summary>One settlement as the digest sees it.</summary>
public readonly record struct DigestEntry(string SettlementId, byte[] ContentHash, Money Total, Money Fund, Money Cash);
