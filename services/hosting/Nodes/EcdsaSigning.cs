using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Yibao.Hosting.Nodes;

/// <summary>ECDSA on P-256 with SHA-256; the signature is the fixed 64 bytes r‖s.</summary>
public sealed class EcdsaSigningKey : ISigningKey, IDisposable
{
    private readonly KeyPool _keys;

    /// <exception cref="ArgumentException">The certificate comes without its private key.</exception>
    public EcdsaSigningKey(X509Certificate2 certificate)
    {
        Public = new VerifyingKey(certificate);
        if (!certificate.HasPrivateKey) throw new ArgumentException("The certificate comes without its private key.", nameof(certificate));
        _keys = new KeyPool(() => certificate.GetECDsaPrivateKey()!);
    }

    public VerifyingKey Public { get; }

    public byte[] Sign(ReadOnlySpan<byte> data) =>
        _keys.Use(data, static (key, bytes) => key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public void Dispose() => _keys.Dispose();
}

internal sealed class EcdsaAlgorithm : ISignatureAlgorithm
{
    public IVerifier? Of(PublicKey key)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        return ecdsa is { KeySize: 256 } ? new Verifier(key) : null;
    }

    private sealed class Verifier(PublicKey key) : IVerifier
    {
        private readonly KeyPool _keys = new(() => key.GetECDsaPublicKey()!);

        public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => signature.Length == 64
            && _keys.Use(new Signed(data, signature), static (ecdsa, signed) => ecdsa.VerifyData(signed.Data, signed.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    private readonly ref struct Signed(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        public ReadOnlySpan<byte> Data { get; } = data;

        public ReadOnlySpan<byte> Signature { get; } = signature;
    }
}
