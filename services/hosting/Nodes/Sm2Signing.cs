using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.GM;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace Yibao.Hosting.Nodes;

/// <summary>SM2 with SM3 (GB/T 32918), the usual user id 1234567812345678; the signature is DER.</summary>
public sealed class Sm2SigningKey : ISigningKey
{
    private readonly ECPrivateKeyParameters _key;

    /// <param name="certificate">The certificate over the SM2 public key.</param>
    /// <param name="pkcs8">The private key.</param>
    /// <exception cref="ArgumentException">The certificate is of another key.</exception>
    public Sm2SigningKey(X509Certificate2 certificate, byte[] pkcs8)
    {
        Public = new VerifyingKey(certificate);
        _key = (ECPrivateKeyParameters)PrivateKeyFactory.CreateKey(pkcs8);
        var expected = Sm2Algorithm.PublicPoint(certificate.PublicKey).Q;
        if (!_key.Parameters.G.Multiply(_key.D).Normalize().Equals(expected.Normalize())) throw new ArgumentException("The certificate is of another key.", nameof(certificate));
    }

    public VerifyingKey Public { get; }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var signer = new SM2Signer();
        signer.Init(true, new ParametersWithRandom(_key, new SecureRandom()));
        signer.BlockUpdate(data);
        return signer.GenerateSignature();
    }

    /// <summary>A new key pair: the private key as PKCS#8 and the public key for a certificate request.</summary>
    public static (byte[] Pkcs8, PublicKey Public) Generate()
    {
        var generator = new ECKeyPairGenerator("EC");
        generator.Init(new ECKeyGenerationParameters(GMObjectIdentifiers.sm2p256v1, new SecureRandom()));
        var pair = generator.GenerateKeyPair();
        PrivateKeyInfo pkcs8 = PrivateKeyInfoFactory.CreatePrivateKeyInfo(pair.Private);
        SubjectPublicKeyInfo info = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public);
        return (pkcs8.GetDerEncoded(), PublicKey.CreateFromSubjectPublicKeyInfo(info.GetDerEncoded(), out _));
    }
}

internal sealed class Sm2Algorithm : ISignatureAlgorithm
{
    private const string Sm2Curve = "1.2.156.10197.1.301";

    public IVerifier? Of(PublicKey key) => Fits(key) ? new Verifier(PublicPoint(key)) : null;

    internal static bool Fits(PublicKey key)
    {
        try
        {
            return key.EncodedParameters is { } parameters && AsnDecoder.ReadObjectIdentifier(parameters.RawData, AsnEncodingRules.DER, out _) == Sm2Curve;
        }
        catch (AsnContentException)
        {
            // Explicit curve parameters: not the named SM2 curve.
            return false;
        }
    }

    internal static ECPublicKeyParameters PublicPoint(PublicKey key) => (ECPublicKeyParameters)PublicKeyFactory.CreateKey(key.ExportSubjectPublicKeyInfo());

    private sealed class Verifier(ECPublicKeyParameters key) : IVerifier
    {
        public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
        {
            var signer = new SM2Signer();
            signer.Init(false, key);
            signer.BlockUpdate(data);
            try
            {
                return signer.VerifySignature(signature.ToArray());
            }
            catch (Exception e) when (e is IOException or ArgumentException or InvalidCastException or CryptoException)
            {
                // Not the DER of two integers: no signature at all.
                return false;
            }
        }
    }
}
