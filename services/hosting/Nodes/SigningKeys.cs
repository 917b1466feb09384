using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Nodes;

/// <summary>A node's own key. ECDSA P-256 with SHA-256, or SM2 with SM3: which one is the certificate's matter.</summary>
public interface ISigningKey
{
    /// <summary>The certificate that others verify with.</summary>
    VerifyingKey Public { get; }

    byte[] Sign(ReadOnlySpan<byte> data);
}

/// <summary>One algorithm of signatures.</summary>
public interface ISignatureAlgorithm
{
    /// <summary>Checks signatures of this key; null when the key is of another algorithm.</summary>
    IVerifier? Of(PublicKey key);
}

/// <summary>Checks signatures of one key; any number of threads.</summary>
public interface IVerifier
{
    bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);
}

/// <summary>A node's public key as its certificate gives it.</summary>
public sealed class VerifyingKey
{
    private static readonly ISignatureAlgorithm[] Algorithms = [new Sm2Algorithm(), new EcdsaAlgorithm()];

    private readonly IVerifier _verifier;

    /// <exception cref="ArgumentException">The certificate names no node, or its key is of an unknown kind.</exception>
    public VerifyingKey(X509Certificate2 certificate)
    {
        Certificate = certificate ?? throw new ArgumentNullException(nameof(certificate));
        var identity = CertificateIdentity.Of(certificate) ?? throw new ArgumentException("The certificate names no node.", nameof(certificate));
        if (identity.Service != CertificateIdentity.Signing) throw new ArgumentException($"The certificate of {identity} is not for signing.", nameof(certificate));
        Node = identity.Node;
        _verifier = Algorithms.Select(algorithm => algorithm.Of(certificate.PublicKey)).FirstOrDefault(verifier => verifier is not null)
            ?? throw new ArgumentException($"The key of {identity} is neither ECDSA P-256 nor SM2.", nameof(certificate));
        Id = $"{Node.Code}-{Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()).AsSpan(0, 8))}";
        NotBefore = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
        NotAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
    }

    public X509Certificate2 Certificate { get; }

    public AdminDivision Node { get; }

    /// <summary>The node and the first eight bytes of the public key's hash: a new key is a new id.</summary>
    public string Id { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => _verifier.Verify(data, signature);
}
