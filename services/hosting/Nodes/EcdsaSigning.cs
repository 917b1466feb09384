using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Yibao.Hosting.Nodes;

/// <summary>ECDSA on P-256 with SHA-256; the signature is the fixed 64 bytes r‖s.</summary>
public sealed class EcdsaSigningKey : ISigningKey, IDisposable
{
    private readonly ECDsa _key;

    /// <exception cref="ArgumentException">The certificate comes without its private key.</exception>
    public EcdsaSigningKey(X509Certificate2 certificate)
    {
        Public = new VerifyingKey(certificate);
        _key = certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("The certificate comes without its private key.", nameof(certificate));
    }

    public VerifyingKey Public { get; }

    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => _key.Dispose();
}

internal sealed class EcdsaAlgorithm : ISignatureAlgorithm
{
    public bool Fits(PublicKey key)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        return ecdsa is { KeySize: 256 };
    }

    public bool Verify(PublicKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        return ecdsa is not null && signature.Length == 64 && ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
