using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Yibao.Hosting.Tests.Support;

/// <summary>A PostgreSQL server of this test run alone, from the machine's own binaries: it can be killed without hurting anyone.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "yibao-tests", $"pg-{Guid.NewGuid():N}"[..20]);
    private readonly int _port = FreePort();
    private int _databases;

    private PrivatePostgres() { }

    public static async Task<PrivatePostgres> Start(int maxConnections = 300)
    {
        var server = new PrivatePostgres();
        Directory.CreateDirectory(Path.Combine(server._folder, "sock"));
        await File.WriteAllTextAsync(Path.Combine(server._folder, "pw"), "platform");
        if (Root) await Run("chown", ["-R", "postgres:postgres", server._folder]);
        await server.Tool("initdb", "-D", server.Data, "-U", "platform", $"--pwfile={server._folder}/pw", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        server._options = $"-c listen_addresses=127.0.0.1 -c port={server._port} -c unix_socket_directories={server._folder}/sock -c max_connections={maxConnections} -c shared_buffers=256MB";
        await server.Restart();
        return server;
    }

    private string _options = "";

    private string Data => Path.Combine(_folder, "data");

    private static bool Root => Environment.UserName == "root";

    /// <summary>Starts the server (again).</summary>
    public Task Restart() => Tool("pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-t", "30", "-s", "-o", _options, "start");

    /// <summary>kill -9 of the postmaster and every backend, as a power cut would.</summary>
    public async Task Kill()
    {
        var postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0], CultureInfo.InvariantCulture);
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => ParentOf(id) == postmaster).ToList();
        foreach (var id in children.Prepend(postmaster)) KillHard(id);
        while (children.Append(postmaster).Any(Lives)) await Task.Delay(10);
        File.Delete(Path.Combine(Data, "postmaster.pid"));
    }

    /// <summary>A new empty database; answers its connection string.</summary>
    public async Task<string> NewDatabase()
    {
        var name = $"db{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(Connection("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"create database {name}", connection);
        await command.ExecuteNonQueryAsync();
        return Connection(name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Tool("pg_ctl", "-D", Data, "-m", "immediate", "-w", "-s", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Connection(string database) => $"Host=127.0.0.1;Port={_port};Username=platform;Password=platform;Database={database};Timeout=5";

    private Task Tool(string tool, params string[] arguments)
    {
        var binary = Path.Combine(Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last(), "bin", tool);
        return Root ? Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", binary, .. arguments]) : Run(binary, arguments);
    }

    private static async Task Run(string command, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, Environment = { ["LC_ALL"] = "C.UTF-8" }, WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command} ended with {process.ExitCode}");
    }

    private static int ParentOf(int id) => Stat(id) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : -1;

    private static bool Lives(int id) => Stat(id) is { } stat && stat[0] is not ("Z" or "X");

    private static string[]? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void KillHard(int id)
    {
        using var process = Process.Start("kill", ["-9", id.ToString(CultureInfo.InvariantCulture)]);
        process.WaitForExit();
    }
}

/// <summary>One server for all tests that do not kill it.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    public PrivatePostgres Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PrivatePostgres.Start();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
