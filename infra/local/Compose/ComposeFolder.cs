using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Places;
using Yibao.Node;

namespace Yibao.Local.Compose;

/// <summary>
/// Everything secret that <c>docker-compose.yml</c> mounts: certificates, keys, passwords, the databases and users that PostgreSQL starts
/// with and the virtual hosts, users and rights that RabbitMQ starts with. Made once; a second run changes nothing.
/// </summary>
/// <remarks>Only the owner can enter the folder; the files in it are readable by all, since containers run under users of their own.</remarks>
public static class ComposeFolder
{
    /// <summary>The nodes of <c>docker-compose.yml</c>.</summary>
    public static IReadOnlyList<AdminDivision> Nodes { get; } = [AdminDivision.National, new("420000"), new("520000")];

    /// <returns>False when it was there already.</returns>
    public static bool Make(string folder, DevelopmentIssuer issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var finished = Path.Combine(folder, ".env");
        if (File.Exists(finished)) return false;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var passwords = Nodes.ToDictionary(node => node, _ => Password());
        LocalSecrets.Certificates(folder, [.. Nodes], [.. NodeModules.All.Select(module => module.Name)]);
        foreach (var node in Nodes) Secrets(folder, node, passwords, issuer);
        Write(Path.Combine(folder, "postgres", "password"), Password());
        Write(Path.Combine(folder, "postgres", "databases.sql"), Databases(passwords));
        Write(Path.Combine(folder, "rabbitmq", "definitions.json"), Definitions(passwords));
        if (!OperatingSystem.IsWindows())
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        // Last: an interrupted run is begun again.
        OwnerOnly.Write(finished, $"YIBAO_DEVELOPMENT=true\nYIBAO_GRAFANA_PASSWORD={Password()}\n");
        return true;
    }

    /// <summary>A file per secret, as <see cref="Hosting.Hosts.SettingsReader"/> reads them; the keys of the identity table for filing alone.</summary>
    private static void Secrets(string folder, AdminDivision node, Dictionary<AdminDivision, string> passwords, DevelopmentIssuer issuer)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Yibao:Database"] = $"Host=postgres;Username=n{node};Password={passwords[node]};Database=n{node}",
            ["Yibao:Broker"] = $"amqp://n{node}:{passwords[node]}@rabbitmq:5672/n{node}",
            ["Yibao:Identity:DevelopmentKey"] = issuer.PublicPem,
        };
        foreach (var other in Nodes)
        {
            var hosted = LocalTree.Parent(other) == node;
            if (!hosted && LocalTree.Parent(node) != other) continue;
            secrets[$"Yibao:Edges:{other}:Broker"] = $"amqp://n{node}:{passwords[node]}@rabbitmq:5672/{EdgesOf(hosted ? node : other)}";
            secrets[$"Yibao:Edges:{other}:Hosted"] = hosted ? "true" : "false";
        }

        foreach (var (key, value) in secrets) Write(Path.Combine(folder, "secrets", node.Code, EnvironmentSettings.Name(key)), value);
        secrets["Yibao:Persons:Fields:Current"] = "f1";
        secrets["Yibao:Persons:Fields:Keys:f1"] = KeyRing.Generate();
        secrets["Yibao:Persons:Index:Current"] = "i1";
        secrets["Yibao:Persons:Index:Keys:i1"] = KeyRing.Generate();
        foreach (var (key, value) in secrets) Write(Path.Combine(folder, "secrets", $"{node.Code}-filing", EnvironmentSettings.Name(key)), value);
    }

    private static string Databases(Dictionary<AdminDivision, string> passwords) => string.Join('\n', passwords.Select(entry => $"""
        create user n{entry.Key} with password '{entry.Value}';
        create database n{entry.Key} owner n{entry.Key};
        revoke connect on database n{entry.Key} from public;
        """)) + "\n";

    private static string Definitions(Dictionary<AdminDivision, string> passwords)
    {
        JsonObject Host(string name) => new() { ["name"] = name };
        JsonObject Right(string host, AdminDivision user, string configure, string write, string read) =>
            new() { ["vhost"] = host, ["user"] = $"n{user}", ["configure"] = configure, ["write"] = write, ["read"] = read };
        var hosts = new JsonArray();
        var rights = new JsonArray();
        foreach (var node in Nodes)
        {
            hosts.Add(Host($"n{node}"));
            rights.Add(Right($"n{node}", node, ".*", ".*", ".*"));
            if (LocalTree.Parent(node) is { } parent)
            {
                var (configure, write, read) = EdgeTopology.RightsOf(node);
                rights.Add(Right(EdgesOf(parent), node, configure, write, read));
            }

            if (!Nodes.Any(other => LocalTree.Parent(other) == node)) continue;
            hosts.Add(Host(EdgesOf(node)));
            rights.Add(Right(EdgesOf(node), node, ".*", ".*", ".*"));
        }

        return new JsonObject
        {
            ["users"] = new JsonArray([.. passwords.Select(entry => new JsonObject { ["name"] = $"n{entry.Key}", ["password_hash"] = Hash(entry.Value), ["hashing_algorithm"] = "rabbit_password_hashing_sha256", ["tags"] = "" })]),
            ["vhosts"] = hosts,
            ["permissions"] = rights,
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static string EdgesOf(AdminDivision parent) => $"n{parent}-edges";

    /// <summary>As RabbitMQ stores passwords: four bytes of salt, and SHA-256 over salt and password.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }

    private static string Password() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
