using Microsoft.Extensions.Logging;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>Where one service of one node runs. Bound from configuration section <c>Yibao</c>; the launcher passes the same keys.</summary>
public sealed record ServiceSettings
{
    /// <summary>The agency this host belongs to, e.g. 420000.</summary>
    public required AdminDivision Node { get; init; }

    /// <summary>filing, settlement, clearing …: also the schema in the node's database and the prefix of its queues.</summary>
    public required string Service { get; init; }

    /// <summary>The node's database; each service keeps to its own schema.</summary>
    public required string Database { get; init; }

    /// <summary>The node's own broker (virtual host), amqp://….</summary>
    public required Uri Broker { get; init; }

    /// <summary>The country's nodes: as built in, with whatever changes this deployment was given.</summary>
    public NodeRegistry Registry { get; init; } = NodeRegistry.Reference;

    /// <summary>Brokers of the edges to neighbouring nodes.</summary>
    public IReadOnlyList<EdgeSettings> Edges { get; init; } = [];

    /// <summary>Address and port of the gRPC door (HTTP/2); 0 takes a free port.</summary>
    public string GrpcListen { get; init; } = "127.0.0.1:0";

    /// <summary>Address and port of the JSON door (HTTP/1); 0 takes a free port.</summary>
    public string HttpListen { get; init; } = "127.0.0.1:0";

    /// <summary>
    /// Doors of the other hosts: "filing" → this node's filing service, "420000" → a neighbouring node. Read at every
    /// call, so a launcher that takes free ports may hand over a concurrent dictionary and fill it as hosts come up.
    /// </summary>
    public IReadOnlyDictionary<string, Uri> Peers { get; init; } = new Dictionary<string, Uri>(StringComparer.Ordinal);

    /// <summary>Folder with this node's key and certificate and the certificates it trusts; null only where the launcher hands them over in memory.</summary>
    public string? CertificateFolder { get; init; }

    /// <summary>The same, in memory: many hosts in one process.</summary>
    public NodeCredentials? Credentials { get; init; }

    /// <summary>
    /// No TLS on the gRPC door: callers are believed when they say who they are. For benchmarks and debugging only;
    /// refused unless <see cref="Development"/> and every door is on the loopback.
    /// </summary>
    public bool LoopbackPlain { get; init; }

    /// <summary>Who issues the tokens of people and institutions.</summary>
    public IdentitySettings Identity { get; init; } = new();

    /// <summary>Keys of the table of identities; only the service that owns it is given them.</summary>
    public PersonKeys? PersonKeys { get; init; }

    /// <summary>OTLP collector for traces and metrics; null: none are made.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>The process's name where several hosts run in it (<c>420000</c>); null where this one is alone. What belongs to no host of it — spans, calls, memory — is then told once, under this name.</summary>
    public string? SharedProcess { get; init; }

    /// <summary>Which share of business transactions is traced.</summary>
    public double TraceRatio { get; init; } = 1;

    /// <summary>The least level that is logged; the libraries' own lines start at warning.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How long requests and detached work may go on after the stop was asked for.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a call to a peer may take, all attempts together, unless the caller says otherwise; after it the outcome is unknown.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection to a peer may take to open, TLS included.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Where to write the bound doors as JSON once the host listens, for a launcher in another process; null writes nothing.</summary>
    public string? DoorsFile { get; init; }

    /// <summary>Create or change the schema at start. Production migrates as a step of its own.</summary>
    public bool Migrate { get; init; }

    /// <summary>Development only: the local token issuer, sample data, the virtual clock.</summary>
    public bool Development { get; init; }
}
