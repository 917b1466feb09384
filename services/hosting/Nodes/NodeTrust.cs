using System.Collections.Frozen;
using System.Security.Cryptography.X509Certificates;

namespace Yibao.Hosting.Nodes;

/// <summary>Which certificates are believed: those that an authority of ours issued and that are valid now.</summary>
public sealed class NodeTrust
{
    private readonly X509Certificate2Collection _roots;
    private readonly FrozenDictionary<string, VerifyingKey> _keys;

    public NodeTrust(NodeCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        _roots = credentials.Roots;
        var certificates = credentials.Signing is { } own ? credentials.Nodes.Append(own.Public.Certificate) : credentials.Nodes;
        // Signing certificates are checked against the authority once, here; at use only against the instant of signing.
        _keys = certificates.Select(certificate => new VerifyingKey(certificate))
            .Where(key => IsIssuedByUs(key.Certificate, key.NotBefore))
            .DistinctBy(key => key.Id, StringComparer.Ordinal)
            .ToFrozenDictionary(key => key.Id, StringComparer.Ordinal);
    }

    /// <summary>The key, if it is trusted.</summary>
    public VerifyingKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    /// <summary>Who is at the other end of a connection; null when he is not to be believed.</summary>
    public CertificateIdentity? Peer(X509Certificate2? certificate)
    {
        // A connection is made in real time, whatever clock the business runs on.
        if (certificate is null || !IsIssuedByUs(certificate, TimeProvider.System.GetUtcNow())) return null;
        // A signing key signs messages; it opens no connection.
        return CertificateIdentity.Of(certificate) is { Service: not CertificateIdentity.Signing } identity ? identity : null;
    }

    private bool IsIssuedByUs(X509Certificate2 certificate, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        return chain.Build(certificate);
    }
}
