using System.Text.Json;

namespace Yibao.Local;

/// <summary>What <c>./yibao up</c> tells the other verbs about the platform that runs: a file in <c>.run/</c> that only its owner can read, for it holds the broker's password.</summary>
public sealed record RunningPlatform(int Process, Uri Amqp, Uri? Management, IReadOnlyList<RunningHost> Hosts)
{
    private const string Name = "up.json";

    /// <summary>The authority that the gateways' certificates come from, PEM.</summary>
    public string? Authority { get; init; }

    public static RunningPlatform Of(LocalPlatform platform) => new(Environment.ProcessId, platform.Backing.Rabbit.Amqp, platform.Backing.Rabbit.Management,
        [.. platform.Hosts.Select(host => new RunningHost(host.Node.Code, host.Service, host.Grpc, host.Http, host.Settings.Broker))])
    {
        Authority = platform.Authority.ExportCertificatePem(),
    };

    public void WriteTo(string folder) => OwnerOnly.Write(Path.Combine(folder, Name), JsonSerializer.Serialize(this));

    /// <summary>Null when none runs.</summary>
    public static RunningPlatform? In(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return null;
        var running = JsonSerializer.Deserialize<RunningPlatform>(File.ReadAllText(path));
        return running is not null && Backing.Processes.IsAlive(running.Process) ? running : null;
    }

    public static void Forget(string folder) => File.Delete(Path.Combine(folder, Name));
}

/// <summary>One service of one node as it runs.</summary>
public sealed record RunningHost(string Node, string Service, Uri Grpc, Uri Http, Uri Broker);
