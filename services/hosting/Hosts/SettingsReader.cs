using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Hosts;

/// <summary>
/// Settings of a service that runs as its own process: <c>appsettings.json</c>, then a folder of secrets with a file for each
/// (<c>/run/secrets/Yibao__Database</c>), then environment (<c>Yibao__Node</c>), then arguments (<c>--Yibao:Node=420000</c>).
/// </summary>
public static class SettingsReader
{
    /// <summary>Environment variable that names the folder of secrets; without it there is none.</summary>
    public const string SecretsFolder = "YIBAO_SECRETS";

    public static IConfiguration Configuration(string[] args)
    {
        var builder = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false);
        if (Environment.GetEnvironmentVariable(SecretsFolder) is { Length: > 0 } secrets) builder.AddKeyPerFile(Path.GetFullPath(secrets), optional: false, reloadOnChange: false);
        return builder.AddEnvironmentVariables().AddCommandLine(args).Build();
    }

    /// <summary>What this service is given: its own settings (<c>Yibao:Services:filing:GrpcListen</c>) before those that the services of a process share (<c>Yibao:Database</c>).</summary>
    public static IConfiguration Of(IConfiguration configuration, string service)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var own = configuration.GetSection($"Yibao:Services:{service}").AsEnumerable(makePathsRelative: true).Where(setting => setting.Value is not null);
        return new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection(own.Select(setting => KeyValuePair.Create($"Yibao:{setting.Key}", setting.Value))).Build();
    }

    /// <summary><c>Yibao:NodeChanges</c> names a file of further changes of the node registry (rows as in <c>nodes.csv</c>): how a city gets a node of its own without a new release.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or malformed; names the key.</exception>
    /// <exception cref="FormatException">The file of changes is wrong; names the line.</exception>
    public static ServiceSettings Read(IConfiguration configuration, string service)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Yibao");
        var defaults = new ServiceSettings { Node = AdminDivision.National, Service = service, Database = "", Broker = new Uri("amqp://127.0.0.1") };
        return defaults with
        {
            Node = AdminDivision.TryParse(Required(section, "Node"), out var node) ? node : throw Bad(section, "Node", "six digits"),
            Database = Required(section, "Database"),
            Broker = Address(section, "Broker", required: true)!,
            Registry = section["NodeChanges"] is { Length: > 0 } changes ? NodeRegistry.Reference.With(File.ReadAllText(changes)) : NodeRegistry.Reference,
            Edges = [.. section.GetSection("Edges").GetChildren().Select(Edge)],
            GrpcListen = section["GrpcListen"] ?? defaults.GrpcListen,
            HttpListen = section["HttpListen"] ?? defaults.HttpListen,
            Peers = section.GetSection("Peers").GetChildren().ToDictionary(PeerName, peer => Absolute(peer, peer.Value), StringComparer.Ordinal),
            CertificateFolder = section["CertificateFolder"],
            LoopbackPlain = Flag(section, "LoopbackPlain"),
            DrainLimit = Span(section, "DrainLimit", defaults.DrainLimit),
            CallDeadline = Span(section, "CallDeadline", defaults.CallDeadline),
            ConnectWithin = Span(section, "ConnectWithin", defaults.ConnectWithin),
            DoorsFile = section["DoorsFile"],
            Otlp = Address(section, "Otlp", required: false),
            TraceRatio = section["TraceRatio"] is { Length: > 0 } ratio
                ? double.TryParse(ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : throw Bad(section, "TraceRatio", "0 to 1")
                : defaults.TraceRatio,
            LogLevel = section["LogLevel"] is { Length: > 0 } level
                ? Enum.TryParse<LogLevel>(level, out var least) ? least : throw Bad(section, "LogLevel", "Trace, Debug, Information, Warning, Error, Critical or None")
                : defaults.LogLevel,
            PersonKeys = section["Persons:Fields:Current"] is null ? null : new PersonKeys 
            {
                Fields = Ring(section, "Persons:Fields"),
                Index = Ring(section, "Persons:Index"),
                Algorithm = section["Persons:Algorithm"] switch
                {
                    null or "" or nameof(FieldAlgorithm.Aes) => FieldAlgorithm.Aes,
                    nameof(FieldAlgorithm.Sm4) => FieldAlgorithm.Sm4,
                    _ => throw Bad(section, "Persons:Algorithm", "Aes or Sm4"),
                },
            },
            Migrate = Flag(section, "Migrate"),
            Development = Flag(section, "Development"),
            Identity = new IdentitySettings
            {
                Authority = Address(section, "Identity:Authority", required: false),
                Audience = section["Identity:Audience"] ?? defaults.Identity.Audience,
                RoleClaim = section["Identity:RoleClaim"] ?? defaults.Identity.RoleClaim,
                NodeClaim = section["Identity:NodeClaim"] ?? defaults.Identity.NodeClaim,
                InstitutionClaim = section["Identity:InstitutionClaim"] ?? defaults.Identity.InstitutionClaim,
                DevelopmentKey = section["Identity:DevelopmentKey"] is { Length: > 0 } key ? key : null,
            },
        };
    }

    private static KeyRing Ring(IConfigurationSection section, string key) => new(
        Required(section, $"{key}:Current"),
        section.GetSection($"{key}:Keys").GetChildren().ToDictionary(entry => entry.Key, entry => entry.Value ?? "", StringComparer.Ordinal));

    // The names of environment variables cannot hold a slash everywhere (Kubernetes before 1.32): filing.http is filing/http.
    private static string PeerName(IConfigurationSection peer) => peer.Key.Replace('.', '/');

    private static EdgeSettings Edge(IConfigurationSection edge) => new()
    {
        Neighbour = AdminDivision.TryParse(edge.Key, out var neighbour) ? neighbour : throw new InvalidOperationException($"Setting {edge.Path}: an edge is named by the six digits of its neighbour."),
        Broker = Address(edge, "Broker", required: true)!,
        Hosted = Flag(edge, "Hosted"),
    };

    private static string Required(IConfigurationSection section, string key) => section[key] is { Length: > 0 } value ? value : throw Bad(section, key, "a value");

    private static TimeSpan Span(IConfigurationSection section, string key, TimeSpan standard) => section[key] switch
    {
        null => standard,
        { } given => TimeSpan.TryParse(given, CultureInfo.InvariantCulture, out var span) && span > TimeSpan.Zero ? span : throw Bad(section, key, "hh:mm:ss"),
    };

    private static bool Flag(IConfigurationSection section, string key) => section[key] switch
    {
        null or "" => false,
        var text => bool.TryParse(text, out var value) ? value : throw Bad(section, key, "true or false"),
    };

    private static Uri? Address(IConfigurationSection section, string key, bool required) =>
        section[key] is { Length: > 0 } text ? Absolute(section.GetSection(key), text) : required ? throw Bad(section, key, "an address") : null;

    private static Uri Absolute(IConfigurationSection key, string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw new InvalidOperationException($"Setting {key.Path} must be an absolute address.");

    private static InvalidOperationException Bad(IConfigurationSection section, string key, string wanted) => new($"Setting {section.Path}:{key} must be {wanted}.");
}
