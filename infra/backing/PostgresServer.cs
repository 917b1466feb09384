using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace Yibao.Backing;

/// <summary>A running PostgreSQL server and what the launcher and the tests need of it.</summary>
public sealed partial class PostgresServer : BackingServer
{
    // These servers share a machine with everything that uses them: what is slow there is the processor, and a time-out would only say so.
    private const int ConnectSeconds = 60, CommandSeconds = 180;

    private static readonly TimeSpan TemplatePatience = TimeSpan.FromMinutes(1);

    private readonly NpgsqlConnectionStringBuilder _admin;

    internal PostgresServer(IServerLife life, string admin) : base("PostgreSQL", life) =>
        _admin = new NpgsqlConnectionStringBuilder(admin) { Database = new NpgsqlConnectionStringBuilder(admin).Database ?? "postgres", Timeout = ConnectSeconds, CommandTimeout = CommandSeconds };

    /// <summary>A user who may create databases, connected to the maintenance database.</summary>
    public string AdminConnectionString => _admin.ConnectionString;

    /// <summary>The same user, connected to another database. Pool sizes are the business of whoever opens it.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(AdminConnectionString) { Database = Checked(database) }.ConnectionString;

    /// <summary>
    /// Creates a database, from a template if one is named, and answers its connection string. Nobody may be connected to the template: those who
    /// have just closed their connection are waited for, since the server ends their session a little later.
    /// </summary>
    public async Task<string> CreateDatabaseAsync(string name, string? template = null, CancellationToken cancellation = default)
    {
        if (template is not null) await UntilLeftAsync(template, cancellation);
        var from = template is null ? "" : $" TEMPLATE \"{Checked(template)}\"";
        await ExecuteAsync($"CREATE DATABASE \"{Checked(name)}\"{from}", cancellation);
        return ConnectionString(name);
    }

    /// <summary>Drops the database and throws out whoever is connected to it; nothing happens if there is none.</summary>
    public async Task DropDatabaseAsync(string name, CancellationToken cancellation = default)
    {
        await ExecuteAsync($"DROP DATABASE IF EXISTS \"{Checked(name)}\" WITH (FORCE)", cancellation);
        await using var pooled = new NpgsqlConnection(ConnectionString(name));
        NpgsqlConnection.ClearPool(pooled);
    }

    public async Task<bool> DatabaseExistsAsync(string name, CancellationToken cancellation = default)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private protected override async Task ProbeAsync(CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Whoever stays connected is left to the server's own refusal, which names the database.</summary>
    private async Task UntilLeftAsync(string database, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        var waited = Stopwatch.StartNew();
        while (true)
        {
            await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend')", connection) { Parameters = { new() { Value = database } } };
            if (!(bool)(await command.ExecuteScalarAsync(cancellation))! || waited.Elapsed > TemplatePatience) return;
            await Task.Delay(50, cancellation);
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // Unpooled: these are rare, and a pooled connection would outlive a killed server.
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(AdminConnectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static string Checked(string name) => DatabaseName().IsMatch(name)
        ? name
        : throw new ArgumentException($"'{name}' is no database name: lower case letters, digits and _, at most 63.", nameof(name));

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex DatabaseName();
}
