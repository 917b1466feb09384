using System.Security.Cryptography;
using System.Text.Json;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Local;

/// <summary>Certificates, keys and passwords of one machine: made once, and found again where the data is kept, because stored signatures and sealed fields need them.</summary>
internal sealed class LocalSecrets
{
    private const string File = "secrets.json";

    private LocalSecrets(IReadOnlyDictionary<string, string> keys) => _keys = keys;

    private readonly IReadOnlyDictionary<string, string> _keys;

    /// <summary>The broker user of a node, and of a child at its parent's edges.</summary>
    public string PasswordOf(AdminDivision node) => Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromBase64String(_keys["broker"]), System.Text.Encoding.UTF8.GetBytes(node.Code)))[..32];

    /// <summary>Keys of the person table as settings (<c>Yibao:Persons:…</c>).</summary>
    public IEnumerable<KeyValuePair<string, string?>> PersonSettings() =>
    [
        new("Yibao:Persons:Fields:Current", "f1"), new("Yibao:Persons:Fields:Keys:f1", _keys["fields"]),
        new("Yibao:Persons:Index:Current", "i1"), new("Yibao:Persons:Index:Keys:i1", _keys["index"]),
    ];

    public PersonKeys PersonKeys => new()
    {
        Fields = new KeyRing("f1", new Dictionary<string, string>(StringComparer.Ordinal) { ["f1"] = _keys["fields"] }),
        Index = new KeyRing("i1", new Dictionary<string, string>(StringComparer.Ordinal) { ["i1"] = _keys["index"] }),
    };

    public static LocalSecrets In(string? folder)
    {
        var path = folder is null ? null : Path.Combine(folder, File);
        if (path is not null && System.IO.File.Exists(path)) return new LocalSecrets(JsonSerializer.Deserialize<Dictionary<string, string>>(System.IO.File.ReadAllText(path))!);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal) { ["broker"] = KeyRing.Generate(), ["fields"] = KeyRing.Generate(), ["index"] = KeyRing.Generate() };
        if (path is not null) OwnerOnly.Write(path, JsonSerializer.Serialize(keys));
        return new LocalSecrets(keys);
    }

    /// <summary>A folder of certificates for these nodes and services: what is there already stays, unless it is for others.</summary>
    public static string Certificates(string folder, IReadOnlyCollection<AdminDivision> nodes, IReadOnlyCollection<string> services)
    {
        var root = Path.Combine(folder, "certificates");
        var complete = nodes.All(node => services.All(service => System.IO.File.Exists(Path.Combine(root, node.Code, $"{service}.crt"))));
        if (!complete) new DevelopmentCertificates().Write(root, nodes, services);
        return root;
    }
}

/// <summary>The development issuer of this working copy: its tokens stay good over every restart.</summary>
public static class LocalIssuer
{
    public static DevelopmentIssuer In(string folder)
    {
        var path = Path.Combine(folder, "development-issuer.pem");
        if (System.IO.File.Exists(path)) return new DevelopmentIssuer(System.IO.File.ReadAllText(path));
        var issuer = new DevelopmentIssuer();
        OwnerOnly.Write(path, issuer.PrivatePem);
        return issuer;
    }
}

/// <summary>Files that nobody else may read.</summary>
internal static class OwnerOnly
{
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
