using System.Globalization;
using Npgsql;

namespace Yibao.Backing.Private;

/// <summary>PostgreSQL from the machine's binaries: own data folder, own port on loopback, no socket file.</summary>
internal sealed class PrivatePostgres : IServerLife
{
    private const string Name = "postgres";
    private readonly OwnedProcess _process;
    private readonly InstanceFolder _folder;

    private PrivatePostgres(InstanceFolder folder, OwnedProcess process)
    {
        _folder = folder;
        _process = process;
    }

    public string Kind => "private instance";

    public int? ProcessId => _process.Id;

    public static async Task<PostgresServer> CreateAsync(InstanceFolder folder, BackingOptions options, CancellationToken cancellation)
    {
        var bin = Binaries.Postgres() ?? throw new BackingException("PostgreSQL's binaries are missing.");
        var home = folder.For(Name);
        var data = Path.Combine(home, "data");
        var secret = Secret.In(home);
        var user = Privileges.UserOr("postgres");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = home, ["LC_ALL"] = "C.UTF-8" };
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            await Privileges.GiveAsync(home, user, cancellation);
            await Shell.RunAsync([.. Privileges.Prefix(user), Path.Combine(bin, "initdb"), "-D", data, "-U", "platform", $"--pwfile={Secret.File(home)}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                environment, cancellation);
        }

        var port = LoopbackPorts.Take();
        string[] command =
        [
            Path.Combine(bin, "postgres"), "-D", data,
            "-c", "listen_addresses=127.0.0.1", "-c", string.Create(CultureInfo.InvariantCulture, $"port={port}"), "-c", "unix_socket_directories=",
            "-c", string.Create(CultureInfo.InvariantCulture, $"max_connections={options.MaxConnections}"), "-c", "shared_buffers=512MB", "-c", "max_wal_size=2GB", "-c", "default_toast_compression=lz4", "-c", "random_page_cost=1.1",
            "-c", options.Durable ? "fsync=on" : "fsync=off", "-c", options.Durable ? "full_page_writes=on" : "full_page_writes=off",
            "-c", "log_timezone=Asia/Shanghai",
        ];
        var process = new OwnedProcess(folder, Name, user, command, environment);
        var connection = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "platform", Password = secret, Database = "postgres" };
        return new PostgresServer(new PrivatePostgres(folder, process), connection.ConnectionString);
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        _process.Start();
        return Task.CompletedTask;
    }

    // SIGINT is PostgreSQL's fast shutdown: connections are closed, everything is written.
    public Task StopAsync(CancellationToken cancellation) => _process.EndAsync(Signals.Interrupt, TimeSpan.FromMinutes(1), cancellation);

    public Task KillAsync(CancellationToken cancellation) => _process.KillAsync(cancellation);

    public string? WhyGone() => _process.WhyGone();

    public async ValueTask DisposeAsync()
    {
        if (_folder.Keeps) await StopAsync(CancellationToken.None);
        else await KillAsync(CancellationToken.None);
        _process.Dispose();
    }
}
