using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Net;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Nodes;

/// <summary>A locally made authority and the certificates of nodes and services: for one machine. Production brings its own.</summary>
/// <remarks>Safe to call from many threads. The same object hands out the same node key again.</remarks>
public sealed class DevelopmentCertificates
{
    private readonly X509Certificate2 _authority;
    // Valid at any instant that a virtual clock may show.
    private static readonly DateTimeOffset From = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<AdminDivision, (X509Certificate2 Certificate, byte[] Pkcs8)> _signing = [];
    private readonly Lock _gate = new();

    public DevelopmentCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Yibao development authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(From, Until);
    }

    /// <summary>Sign envelopes of new nodes with SM2 instead of ECDSA.</summary>
    public bool Sm2 { get; init; }

    /// <summary>The authority's certificate, without its key.</summary>
    public X509Certificate2 Authority => X509CertificateLoader.LoadCertificate(_authority.RawData);

    /// <summary>Credentials of one service, with the signing key of its node and the certificates of every node in <paramref name="known"/>.</summary>
    public NodeCredentials For(AdminDivision node, string service, IEnumerable<AdminDivision> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var (certificate, pkcs8) = Signing(node);
        return new NodeCredentials(
            Tls(new CertificateIdentity(node, service)),
            NodeCredentials.SigningKeyOf(certificate, pkcs8),
            [Authority],
            [.. known.Append(node).Distinct().Select(other => Signing(other).Certificate)]);
    }

    /// <summary>Writes a folder per node (<c>{root}/420000</c>) as <see cref="NodeCredentials.FromFolder"/> reads it; keys readable by the owner only.</summary>
    public void Write(string root, IReadOnlyCollection<AdminDivision> nodes, IReadOnlyCollection<string> services)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(services);
        foreach (var node in nodes)
        {
            var folder = Path.Combine(root, node.Code);
            Directory.CreateDirectory(Path.Combine(folder, "nodes"));
            File.WriteAllText(Path.Combine(folder, "ca.crt"), _authority.ExportCertificatePem());
            foreach (var service in services)
            {
                using var certificate = Tls(new CertificateIdentity(node, service));
                using var key = certificate.GetECDsaPrivateKey()!;
                WritePair(folder, service, certificate, key.ExportPkcs8PrivateKey());
            }

            var (signing, pkcs8) = Signing(node);
            WritePair(folder, CertificateIdentity.Signing, signing, pkcs8);
            foreach (var other in nodes) File.WriteAllText(Path.Combine(folder, "nodes", $"{other.Code}.crt"), Signing(other).Certificate.ExportCertificatePem());
        }
    }

    private static void WritePair(string folder, string name, X509Certificate2 certificate, byte[] pkcs8)
    {
        File.WriteAllText(Path.Combine(folder, $"{name}.crt"), certificate.ExportCertificatePem());
        var path = Path.Combine(folder, $"{name}.key");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(PemEncoding.Write("PRIVATE KEY", pkcs8));
    }

    private (X509Certificate2 Certificate, byte[] Pkcs8) Signing(AdminDivision node)
    {
        lock (_gate)
        {
            if (_signing.TryGetValue(node, out var made)) return made;
            var identity = new CertificateIdentity(node, CertificateIdentity.Signing);
            if (Sm2)
            {
                var (pkcs8, publicKey) = Sm2SigningKey.Generate();
                return _signing[node] = (Issue(identity, publicKey), pkcs8);
            }

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return _signing[node] = (Issue(identity, new PublicKey(key)), key.ExportPkcs8PrivateKey());
        }
    }

    private X509Certificate2 Tls(CertificateIdentity identity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(identity, new PublicKey(key));
        return certificate.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Issue(CertificateIdentity identity, PublicKey key)
    {
        var name = new X500DistinguishedName($"CN={identity.Service}, OU={identity.Node.Code}, O=Yibao development");
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        if (identity.Service != CertificateIdentity.Signing)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        }

        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(identity.Uri);
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var authorityKey = _authority.GetECDsaPrivateKey()!;
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return request.Create(_authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authorityKey), From, Until, serial);
    }
}
