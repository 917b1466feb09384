using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace Yibao.Hosting.Persons;

/// <summary>What a field is sealed with. The value is the sealed field's first byte and never changes its meaning.</summary>
public enum FieldAlgorithm : byte
{
    /// <summary>AES-256-GCM.</summary>
    Aes = 1,
    /// <summary>SM4-GCM (GB/T 32907), for deployments that must use national algorithms (商用密码).</summary>
    Sm4 = 2,
}

/// <summary>Authenticated encryption with a nonce of 12 bytes and a tag of 16, under a ring's key of 32 bytes.</summary>
internal interface IFieldAlgorithm
{
    FieldAlgorithm Name { get; }

    void Seal(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag, byte[] bound);

    /// <exception cref="CryptographicException">Altered, or bound to something else.</exception>
    void Open(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain, byte[] bound);
}

internal sealed class AesFields : IFieldAlgorithm
{
    public FieldAlgorithm Name => FieldAlgorithm.Aes;

    public void Seal(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag, byte[] bound)
    {
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag, bound);
    }

    public void Open(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain, byte[] bound)
    {
        using var aes = new AesGcm(key, tag.Length);
        aes.Decrypt(nonce, cipher, tag, plain, bound);
    }
}

internal sealed class Sm4Fields : IFieldAlgorithm
{
    private const int KeySize = 16;

    public FieldAlgorithm Name => FieldAlgorithm.Sm4;

    public void Seal(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag, byte[] bound)
    {
        var sealedBytes = Run(true, key, nonce, plain, tag.Length, bound);
        sealedBytes.AsSpan(0, plain.Length).CopyTo(cipher);
        sealedBytes.AsSpan(plain.Length).CopyTo(tag);
    }

    public void Open(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain, byte[] bound)
    {
        try
        {
            Run(false, key, nonce, [.. cipher, .. tag], tag.Length, bound).CopyTo(plain);
        }
        catch (InvalidCipherTextException altered)
        {
            throw new AuthenticationTagMismatchException(altered.Message, altered);
        }
    }

    private static byte[] Run(bool seals, byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, int tagSize, byte[] bound)
    {
        // A key of its own: bytes that served one algorithm never serve the other.
        var own = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: "yibao/fields/sm4"u8.ToArray());
        var gcm = new GcmBlockCipher(new SM4Engine());
        gcm.Init(seals, new AeadParameters(new KeyParameter(own), tagSize * 8, nonce.ToArray(), bound));
        var output = new byte[gcm.GetOutputSize(input.Length)];
        var length = gcm.ProcessBytes(input, output);
        gcm.DoFinal(output, length);
        return output;
    }
}
