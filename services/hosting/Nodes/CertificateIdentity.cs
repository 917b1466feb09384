using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Nodes;

/// <summary>
/// Whom a certificate names: a URI in its subject alternative name, <c>yibao://420000/settlement</c>. The issuing
/// authority vouches for it; nothing is taken from the printed subject.
/// </summary>
/// <param name="Node">The agency.</param>
/// <param name="Service">The service, or <c>signing</c> for the key that signs envelopes.</param>
public sealed record CertificateIdentity(AdminDivision Node, string Service)
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string Prefix = "yibao://";

    /// <summary>The service name of the key that signs envelopes.</summary>
    public const string Signing = "signing";

    /// <summary>The service that anyone may call: its certificate alone gives nobody the rights of a service.</summary>
    public const string Gateway = "gateway";

    public Uri Uri => new($"{Prefix}{Node.Code}/{Service}");

    /// <summary>Null when the certificate names no node, or more than one.</summary>
    public static CertificateIdentity? Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var names = certificate.Extensions
            .Where(extension => extension.Oid?.Value == SubjectAlternativeName)
            .SelectMany(extension => Uris(extension.RawData))
            .Where(uri => uri.StartsWith(Prefix, StringComparison.Ordinal))
            .ToList();
        return names is [var name] ? Parse(name) : null;
    }

    private static CertificateIdentity? Parse(string uri)
    {
        var parts = uri[Prefix.Length..].Split('/');
        return parts is [var code, { Length: > 0 } service] && AdminDivision.TryParse(code, out var node) ? new(node, service) : null;
    }

    private static List<string> Uris(byte[] extension)
    {
        var uriTag = new Asn1Tag(TagClass.ContextSpecific, 6);
        var uris = new List<string>();
        try
        {
            var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(uriTag)) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, uriTag));
                else names.ReadEncodedValue();
            }
        }
        catch (AsnContentException)
        {
            // A malformed name names nobody; the caller refuses the certificate.
            return [];
        }

        return uris;
    }

    public override string ToString() => $"{Node.Code}/{Service}";
}
