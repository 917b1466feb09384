using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Security.Cryptography;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Nodes;

/// <summary>What one service of one node proves itself with, and whom it trusts.</summary>
/// <param name="Service">Certificate and key of this service for mutual TLS.</param>
/// <param name="Signing">The node's key for envelopes; null in a service that signs none.</param>
/// <param name="Roots">The authorities whose certificates are believed.</param>
/// <param name="Nodes">The signing certificates of every node one may hear from, this node's among them; old ones stay for what they signed.</param>
public sealed record NodeCredentials(X509Certificate2 Service, ISigningKey? Signing, X509Certificate2Collection Roots, IReadOnlyList<X509Certificate2> Nodes)
{
    /// <summary>
    /// Reads a folder: <c>ca.crt</c>, <c>{service}.crt</c> and <c>.key</c>, optionally <c>signing.crt</c> and <c>.key</c>,
    /// and <c>nodes/*.crt</c> or all of them in one file <c>nodes.crt</c>. All PEM; keys PKCS#8.
    /// </summary>
    /// <exception cref="InvalidOperationException">A file is missing, or a key does not belong to its certificate.</exception>
    public static NodeCredentials FromFolder(string folder, string service)
    {
        if (!File.Exists(Path.Combine(folder, $"{service}.crt"))) throw new InvalidOperationException($"No certificate {service}.crt in {folder}.");
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(Path.Combine(folder, "ca.crt"));
        var own = X509Certificate2.CreateFromPemFile(Path.Combine(folder, $"{service}.crt"), Path.Combine(folder, $"{service}.key"));
        var signing = File.Exists(Path.Combine(folder, "signing.crt")) ? SigningKeyFrom(folder) : null;
        var nodes = Path.Combine(folder, "nodes");
        var certificates = new X509Certificate2Collection();
        if (File.Exists(nodes + ".crt")) certificates.ImportFromPemFile(nodes + ".crt");
        if (Directory.Exists(nodes)) foreach (var file in Directory.EnumerateFiles(nodes, "*.crt").Order(StringComparer.Ordinal)) certificates.Add(X509CertificateLoader.LoadCertificateFromFile(file));
        return new NodeCredentials(own, signing, roots, [.. certificates]);
    }

    /// <summary>A signing key of whichever algorithm its certificate names.</summary>
    public static ISigningKey SigningKeyOf(X509Certificate2 certificate, byte[] pkcs8)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (Sm2Algorithm.Fits(certificate.PublicKey)) return new Sm2SigningKey(certificate, pkcs8);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new EcdsaSigningKey(certificate.CopyWithPrivateKey(key));
    }

    /// <exception cref="InvalidOperationException">The certificate names no node.</exception>
    public CertificateIdentity Identity => CertificateIdentity.Of(Service) ?? throw new InvalidOperationException("The service certificate names no node.");

    /// <summary>Keeps a certificate of another node or service from being used by mistake.</summary>
    /// <exception cref="InvalidOperationException">It is of another node or service.</exception>
    public void MustBeOf(AdminDivision node, string service)
    {
        if (Identity != new CertificateIdentity(node, service)) throw new InvalidOperationException($"The certificate is of {Identity}, not of {node.Code}/{service}.");
        if (Signing is { } signing && signing.Public.Node != node) throw new InvalidOperationException($"The signing key is of {signing.Public.Node.Code}, not of {node.Code}.");
    }

    private static ISigningKey SigningKeyFrom(string folder)
    {
        var pem = File.ReadAllText(Path.Combine(folder, "signing.key"), Encoding.ASCII);
        var fields = PemEncoding.Find(pem);
        return SigningKeyOf(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "signing.crt")), Convert.FromBase64String(pem[fields.Base64Data]));
    }
}
