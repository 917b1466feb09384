using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Yibao.Hosting.Persons;

/// <summary>Seals single fields, with the algorithm and the key that are current; opens what any known algorithm and any kept key sealed.</summary>
public interface IFieldCipher
{
    /// <param name="place">Row and field the value belongs to: sealed into it, so that a value moved elsewhere does not open.</param>
    byte[] Seal(ReadOnlySpan<byte> plain, string place);

    /// <exception cref="CryptographicException">Altered, moved from another row or field, or sealed with a key that is gone.</exception>
    byte[] Open(ReadOnlySpan<byte> sealedField, string place);

    /// <summary>Whether it is sealed with the current algorithm and key.</summary>
    bool IsCurrent(ReadOnlySpan<byte> sealedField);
}

/// <summary>Format: algorithm (1 byte), length of the key id, key id, nonce (12), tag (16), ciphertext.</summary>
public sealed class FieldCipher : IFieldCipher
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private static readonly IFieldAlgorithm[] Algorithms = [new AesFields(), new Sm4Fields()];

    private readonly KeyRing _keys;
    private readonly IFieldAlgorithm _current;

    /// <param name="keys">The key that seals, and former ones that still open.</param>
    /// <param name="algorithm">The algorithm that seals.</param>
    public FieldCipher(KeyRing keys, FieldAlgorithm algorithm)
    {
        _keys = keys ?? throw new ArgumentNullException(nameof(keys));
        _current = Of((byte)algorithm);
    }

    public byte[] Seal(ReadOnlySpan<byte> plain, string place)
    {
        var id = Encoding.ASCII.GetBytes(_keys.Current);
        var field = new byte[2 + id.Length + NonceSize + TagSize + plain.Length];
        field[0] = (byte)_current.Name;
        field[1] = checked((byte)id.Length);
        id.CopyTo(field, 2);
        var nonce = field.AsSpan(2 + id.Length, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _current.Seal(_keys.Of(_keys.Current), nonce, plain, field.AsSpan(2 + id.Length + NonceSize + TagSize), field.AsSpan(2 + id.Length + NonceSize, TagSize), Bound(place, id));
        return field;
    }

    public byte[] Open(ReadOnlySpan<byte> sealedField, string place)
    {
        var (algorithm, id) = HeadOf(sealedField);
        var rest = sealedField[(2 + id.Length)..];
        if (rest.Length < NonceSize + TagSize) throw new CryptographicException("A sealed field is too short.");
        var plain = new byte[rest.Length - NonceSize - TagSize];
        algorithm.Open(_keys.Of(id), rest[..NonceSize], rest[(NonceSize + TagSize)..], rest.Slice(NonceSize, TagSize), plain, Bound(place, Encoding.ASCII.GetBytes(id)));
        return plain;
    }

    public bool IsCurrent(ReadOnlySpan<byte> sealedField) => HeadOf(sealedField) is var (algorithm, id) && algorithm == _current && id == _keys.Current;

    private static (IFieldAlgorithm Algorithm, string Key) HeadOf(ReadOnlySpan<byte> field) => field.Length > 2 && field.Length >= 2 + field[1]
        ? (Of(field[0]), Encoding.ASCII.GetString(field.Slice(2, field[1])))
        : throw new CryptographicException("Not a sealed field.");

    private static IFieldAlgorithm Of(byte name) => Array.Find(Algorithms, algorithm => (byte)algorithm.Name == name) ?? throw new CryptographicException("Not a sealed field.");

    private static byte[] Bound(string place, byte[] id)
    {
        var text = Encoding.UTF8.GetBytes(place);
        var bound = new byte[4 + text.Length + id.Length];
        BinaryPrimitives.WriteInt32BigEndian(bound, text.Length);
        text.CopyTo(bound, 4);
        id.CopyTo(bound, 4 + text.Length);
        return bound;
    }
}
