using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Yibao.Backing;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Places;
using Yibao.Node;

namespace Yibao.Local;

/// <summary>Which hosts share a process.</summary>
public enum LocalProcesses
{
    /// <summary>All are hosts of this process.</summary>
    This,

    /// <summary>The services of a node share one: <c>services/node</c>.</summary>
    Node,

    /// <summary>Every service of every node has its own, so that each can be killed.</summary>
    Service,
}

/// <summary>What the launcher starts and how.</summary>
public sealed record LocalOptions
{
    /// <summary>The nation, three provinces, and Xining with a node of its own: every kind of path there is.</summary>
    public static IReadOnlyList<AdminDivision> DefaultNodes { get; } = [new("100000"), new("420000"), new("520000"), new("630000"), new("630100")];

    public IReadOnlyList<AdminDivision> Nodes { get; init; } = DefaultNodes;

    /// <summary>The services of every node; a test brings its own.</summary>
    public IReadOnlyList<IServiceModule> Modules { get; init; } = NodeModules.All;

    /// <summary>In which processes they run.</summary>
    public LocalProcesses Processes { get; init; }

    /// <summary>Servers that run already and stay running; null starts (and stops) some.</summary>
    public BackingServices? Backing { get; init; }

    /// <summary>How to start them where <see cref="Backing"/> is null.</summary>
    public BackingOptions BackingOptions { get; init; } = new();

    /// <summary>
    /// Put before the name of each database and virtual host: lower case letters, digits, _. One of its own unless named, so that platforms on
    /// the same pair of servers never meet in one database; <c>with</c> keeps it, for a platform that finds again what another stored.
    /// </summary>
    public string Prefix { get; init; } = $"p{Guid.NewGuid():N}"[..13] + "_";

    /// <summary>Where certificates and keys stay for the next run with the same data; null makes new ones.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Whose tokens the hosts believe; null makes one of its own.</summary>
    public DevelopmentIssuer? Issuer { get; init; }

    /// <summary>Further settings of every host, as <c>appsettings.json</c> would give them (<c>Yibao:Hospital:Accounts:…</c>).</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Last word on a host of this process: a virtual clock, a test's probes. Cannot be given with <see cref="Processes"/> other than <see cref="LocalProcesses.This"/>.</summary>
    public Action<ServiceSettings, WebApplicationBuilder>? More { get; init; }

    /// <summary>Collector of figures and traces; null: none.</summary>
    public Uri? Otlp { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>Doors at 18000 and up if they are free: addresses that people can remember. Otherwise any.</summary>
    public bool MemorablePorts { get; init; }

    public Action<string>? Progress { get; init; }
}
