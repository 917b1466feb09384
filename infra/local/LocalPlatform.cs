using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Yibao.Backing;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Places;
using Yibao.Node;

namespace Yibao.Local;

/// <summary>
/// The whole platform on one machine: PostgreSQL and RabbitMQ, a database and a virtual host per node, a schema per service, every
/// service of every node listening on loopback and knowing its neighbours.
/// </summary>
public sealed class LocalPlatform : IAsyncDisposable
{
    private readonly LocalOptions _options;
    private readonly List<IAsyncDisposable> _owned = [];
    private List<LocalHost> _hosts = [];

    private LocalPlatform(LocalOptions options, DevelopmentIssuer issuer)
    {
        _options = options;
        Issuer = issuer;
    }

    public IReadOnlyList<LocalHost> Hosts => _hosts;

    public BackingServices Backing { get; private set; } = null!;

    public IReadOnlyList<AdminDivision> Nodes => _options.Nodes;

    /// <summary>Makes the tokens that these hosts believe.</summary>
    public DevelopmentIssuer Issuer { get; }

    /// <summary>The authority that every host's certificate comes from.</summary>
    public X509Certificate2 Authority => _hosts[0].Settings is { Credentials: { } credentials } ? credentials.Roots[0]
        : X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_hosts[0].Settings.CertificateFolder!, "ca.crt"));

    public LocalHost this[AdminDivision node, string service] => _hosts.SingleOrDefault(host => host.Node == node && host.Service == service)
        ?? throw new ArgumentException($"There is no {service} at {node.Code}.", nameof(service));

    /// <summary>The virtual host of a node's own messages.</summary>
    public Uri Broker(AdminDivision node) => this[node, _options.Modules[0].Name].Settings.Broker;

    /// <summary>Starts everything; when it returns every host listens.</summary>
    /// <exception cref="ArgumentException">A node that the registry does not know, or whose parents are not among them.</exception>
    public static async Task<LocalPlatform> StartAsync(LocalOptions options, CancellationToken cancellation = default)
    {
        LocalTree.Check(options.Nodes);
        if (options.Processes != LocalProcesses.This && options.More is not null) throw new ArgumentException("Registrations cannot be handed to a process of its own.", nameof(options));
        if (options.Processes == LocalProcesses.Node && !options.Modules.SequenceEqual(NodeModules.All)) throw new ArgumentException("The program of a whole node runs the platform's own services.", nameof(options));
        var platform = new LocalPlatform(options, options.Issuer ?? new DevelopmentIssuer());
        try
        {
            await platform.StartBackingAsync(cancellation);
            await platform.StartHostsAsync(cancellation);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Hosts before the servers they speak to.
        await Task.WhenAll(_hosts.Select(host => host.DisposeAsync().AsTask()));
        foreach (var owned in Enumerable.Reverse(_owned)) await owned.DisposeAsync();
        if (_options.Issuer is null) Issuer.Dispose();
    }

    private async Task StartBackingAsync(CancellationToken cancellation)
    {
        if (_options.Backing is { } given)
        {
            Backing = given;
            await PrepareDatabasesAsync(given.Postgres, cancellation);
        }
        else
        {
            Backing = await BackingServices.StartAsync(_options.BackingOptions with { PostgresReady = PrepareDatabasesAsync }, cancellation);
            _owned.Add(Backing);
        }
    }

    /// <summary>Migrates once into a template and copies it for every node: seconds become milliseconds.</summary>
    private async Task PrepareDatabasesAsync(PostgresServer postgres, CancellationToken cancellation)
    {
        var missing = new List<string>();
        foreach (var name in _options.Nodes.Select(DatabaseOf))
            if (!await postgres.DatabaseExistsAsync(name, cancellation)) missing.Add(name);
        if (missing.Count == 0) return;

        _options.Progress?.Invoke("preparing the databases");
        var template = $"{_options.Prefix}template";
        await postgres.DropDatabaseAsync(template, cancellation);
        var database = await postgres.CreateDatabaseAsync(template, cancellation: cancellation);
        // Unpooled: nobody may be connected to a template while it is copied.
        var settings = new ServiceSettings { Node = AdminDivision.National, Service = "", Database = database + ";Pooling=false", Broker = new Uri("amqp://127.0.0.1"), PersonKeys = LocalSecrets.In(null).PersonKeys };
        foreach (var module in _options.Modules) await StoreExtensions.Migrate(settings with { Service = module.Name }, module, cancellation);
        foreach (var name in missing) await postgres.CreateDatabaseAsync(name, template, cancellation);
        await postgres.DropDatabaseAsync(template, cancellation);
    }

    private async Task StartHostsAsync(CancellationToken cancellation)
    {
        var folder = _options.StateFolder ?? (_options.Processes == LocalProcesses.This ? null : Temporary());
        var secrets = LocalSecrets.In(folder);
        var services = _options.Modules.Select(module => module.Name).ToList();
        var certificates = folder is null ? null : LocalSecrets.Certificates(folder, [.. _options.Nodes], services);
        var inMemory = certificates is null ? new DevelopmentCertificates() : null;
        var brokers = await LocalBrokers.CreateAsync(Backing.Rabbit, _options.Nodes, _options.Prefix, secrets, cancellation);
        var doors = LocalDoors.Take(_options.Nodes, services, _options.MemorablePorts);
        var extra = _options.Settings.Concat(secrets.PersonSettings()).ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);

        foreach (var node in _options.Nodes)
        {
            var own = _options.Modules.Select(module => SettingsOf(node, module)).ToList();
            _hosts.AddRange(_options.Processes switch
            {
                LocalProcesses.Service => own.SelectMany(service => Apart($"{node.Code}-{service.Module.Name}", service.Module.GetType(), [service])),
                LocalProcesses.Node => Apart(node.Code, typeof(NodeModules), own),
                _ => own.Select(service => (LocalHost)new InnerHost(service.Settings with { SharedProcess = "local" }, service.Module, service.Grpc, service.Http, (settings, builder) =>
                {
                    builder.Configuration.AddInMemoryCollection(extra);
                    _options.More?.Invoke(settings, builder);
                })),
            });
        }

        _options.Progress?.Invoke($"starting {_hosts.Count} hosts");
        var clock = Stopwatch.StartNew();
        // A few at a time: many more than there are processors only keep each other waiting.
        var together = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(4, 2 * Environment.ProcessorCount), CancellationToken = cancellation };
        await Parallel.ForEachAsync(_hosts, together, async (host, stop) => await host.StartAsync(stop));
        _options.Progress?.Invoke($"{_hosts.Count} hosts listen ({clock.Elapsed.TotalSeconds:0.0} s)");

        LocalService SettingsOf(AdminDivision node, IServiceModule module)
        {
            var (grpc, http) = doors[node, module.Name];
            return new LocalService(module, grpc, http, new ServiceSettings
            {
                Node = node,
                Service = module.Name,
                Database = Backing.Postgres.ConnectionString(DatabaseOf(node)),
                Broker = brokers.Of(node),
                Edges = brokers.EdgesOf(node),
                GrpcListen = $"{grpc.Host}:{grpc.Port}",
                HttpListen = $"{http.Host}:{http.Port}",
                Peers = doors.PeersOf(node, module.Name),
                CertificateFolder = certificates is null ? null : Path.Combine(certificates, node.Code),
                Credentials = inMemory?.For(node, module.Name, _options.Nodes),
                PersonKeys = secrets.PersonKeys,
                Identity = new IdentitySettings { DevelopmentKey = Issuer.PublicPem },
                LogLevel = _options.LogLevel,
                // A whole country on one machine: at the start, and beside other work, a call waits for the processor and not for the network.
                CallDeadline = TimeSpan.FromSeconds(30),
                ConnectWithin = TimeSpan.FromSeconds(15),
                Otlp = _options.Otlp,
                // A kept database may be of an earlier version of a service.
                Migrate = true,
                Development = true,
            });
        }

        IEnumerable<LocalHost> Apart(string name, Type program, IReadOnlyList<LocalService> own)
        {
            var logs = Directory.CreateDirectory(Path.Combine(folder!, "logs")).FullName;
            List<ServiceSettings> settings = [.. own.Select(service => service.Settings with { DoorsFile = Path.Combine(logs, $"{service.Settings.Node.Code}-{service.Module.Name}.doors") })];
            var environment = new Dictionary<string, string>(settings is [var alone] ? EnvironmentSettings.Of(alone) : EnvironmentSettings.Of(settings), StringComparer.Ordinal);
            foreach (var (key, value) in extra) environment[EnvironmentSettings.Name(key)] = value ?? "";
            var process = new LocalProcess(name, program.Assembly.Location, environment, [.. settings.Select(one => one.DoorsFile!)], Path.Combine(logs, $"{name}.log"), settings.Max(one => one.DrainLimit));
            _owned.Add(process);
            return own.Select(service => new ProcessHost(service.Settings, service.Module, service.Grpc, service.Http, process));
        }
    }

    private string DatabaseOf(AdminDivision node) => $"{_options.Prefix}n{node.Code}";

    private string Temporary()
    {
        var folder = Directory.CreateTempSubdirectory("yibao-local-").FullName;
        _owned.Insert(0, new Removed(folder));
        return folder;
    }

    private sealed record LocalService(IServiceModule Module, Uri Grpc, Uri Http, ServiceSettings Settings);

    private sealed record Removed(string Folder) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Directory.Delete(Folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
