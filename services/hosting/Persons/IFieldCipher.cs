using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Yibao.Hosting.Persons;

/// <summary>Seals single fields. AES-256-GCM now; another algorithm (SM4) is another implementation with its own first byte.</summary>
public interface IFieldCipher
{
    /// <param name="place">Row and field the value belongs to: sealed into it, so that a value moved elsewhere does not open.</param>
    byte[] Seal(ReadOnlySpan<byte> plain, string place);

    /// <exception cref="CryptographicException">Altered, moved from another row or field, or sealed with a key that is gone.</exception>
    byte[] Open(ReadOnlySpan<byte> sealedField, string place);

    /// <summary>Whether it is sealed with the current key.</summary>
    bool IsCurrent(ReadOnlySpan<byte> sealedField);
}

/// <summary>Format: 1, length of the key id, key id, nonce (12), tag (16), ciphertext.</summary>
public sealed class AesFieldCipher : IFieldCipher
{
    private const byte Format = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly KeyRing _keys;

    public AesFieldCipher(KeyRing keys) => _keys = keys ?? throw new ArgumentNullException(nameof(keys));

    public byte[] Seal(ReadOnlySpan<byte> plain, string place)
    {
        var id = Encoding.ASCII.GetBytes(_keys.Current);
        var field = new byte[2 + id.Length + NonceSize + TagSize + plain.Length];
        field[0] = Format;
        field[1] = checked((byte)id.Length);
        id.CopyTo(field, 2);
        var nonce = field.AsSpan(2 + id.Length, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_keys.Of(_keys.Current), TagSize);
        aes.Encrypt(nonce, plain, field.AsSpan(2 + id.Length + NonceSize + TagSize), field.AsSpan(2 + id.Length + NonceSize, TagSize), Bound(place, id));
        return field;
    }

    public byte[] Open(ReadOnlySpan<byte> sealedField, string place)
    {
        var id = KeyOf(sealedField);
        var rest = sealedField[(2 + id.Length)..];
        if (rest.Length < NonceSize + TagSize) throw new CryptographicException("A sealed field is too short.");
        var plain = new byte[rest.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_keys.Of(id), TagSize);
        aes.Decrypt(rest[..NonceSize], rest[(NonceSize + TagSize)..], rest.Slice(NonceSize, TagSize), plain, Bound(place, Encoding.ASCII.GetBytes(id)));
        return plain;
    }

    public bool IsCurrent(ReadOnlySpan<byte> sealedField) => KeyOf(sealedField) == _keys.Current;

    private static string KeyOf(ReadOnlySpan<byte> field) => field.Length > 2 && field[0] == Format && field.Length >= 2 + field[1]
        ? Encoding.ASCII.GetString(field.Slice(2, field[1]))
        : throw new CryptographicException("Not a sealed field.");

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
