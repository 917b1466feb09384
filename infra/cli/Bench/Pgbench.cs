using System.Diagnostics;
using System.Globalization;
using Yibao.Backing;

namespace Yibao.Cli.Bench;

/// <summary>How the yardstick asks.</summary>
internal enum Asking
{
    /// <summary>As pgbench comes: one thread, every statement parsed and planned anew.</summary>
    AsItComes,

    /// <summary>Two threads, prepared statements, as the services ask. The stricter yardstick: it is faster by a quarter to a half.</summary>
    Prepared,
}

/// <summary>PostgreSQL's own benchmark (TPC-B) on the server that is measured: the yardstick that makes figures of two machines comparable.</summary>
internal sealed class Pgbench(int scale, int clients, int seconds, Action<string> progress)
{
    private const string Database = "bench_tpcb";

    /// <summary>Transactions a second; its database is made and dropped again.</summary>
    public async Task<double> Run(PostgresServer server, CancellationToken cancellation)
    {
        await Prepare(server, cancellation);
        var perSecond = await Measure(server, Asking.Prepared, cancellation);
        await Drop(server, cancellation);
        return perSecond;
    }

    /// <summary>Makes its database, for any number of measurements.</summary>
    public async Task Prepare(PostgresServer server, CancellationToken cancellation)
    {
        await Drop(server, cancellation);
        await server.CreateDatabaseAsync(Database, cancellation: cancellation);
        await Tool(server, cancellation, "-i", "-q", "-s", Number(scale));
    }

    public Task Drop(PostgresServer server, CancellationToken cancellation) => server.DropDatabaseAsync(Database, cancellation);

    /// <summary>Transactions a second.</summary>
    public async Task<double> Measure(PostgresServer server, Asking asking, CancellationToken cancellation)
    {
        progress(string.Create(CultureInfo.InvariantCulture, $"pgbench TPC-B, scale {scale}, {clients} clients{(asking == Asking.Prepared ? ", prepared" : "")}"));
        string[] manner = asking == Asking.Prepared ? ["-j", "2", "-M", "prepared"] : [];
        var said = await Tool(server, cancellation, ["-c", Number(clients), "-T", Number(seconds), .. manner]);
        var line = said.Split('\n').FirstOrDefault(line => line.StartsWith("tps = ", StringComparison.Ordinal)) ?? throw new InvalidOperationException("pgbench named no figure.");
        return double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }

    private static async Task<string> Tool(PostgresServer server, CancellationToken cancellation, params string[] arguments)
    {
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(server.ConnectionString(Database));
        var start = new ProcessStartInfo(Find(), [.. arguments, connection.Database!]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGHOST"] = connection.Host;
        start.Environment["PGPORT"] = Number(connection.Port);
        start.Environment["PGUSER"] = connection.Username;
        start.Environment["PGPASSWORD"] = connection.Password;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("pgbench does not start.");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {await errors}");
    }

    private static string Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")) : [])
        .Select(folder => Path.Combine(folder, "pgbench")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("pgbench was not found: it comes with PostgreSQL's server package.");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
