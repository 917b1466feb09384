using System.Security.Cryptography;
using System.Text;
using JasperFx;
using Marten;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Yibao.Hosting.Store;

/// <summary>
/// The service's schema: applied as a step of its own, or at start where the settings say so. It only ever grows, so that versions
/// run side by side during an upgrade: the database remembers every version it was brought to, and a service of any of them may start.
/// </summary>
internal sealed class Schema(DocumentStore store, StoreModel model, NpgsqlDataSource source)
{
    /// <summary>What every service has beside the events.</summary>
    private const string House = """
        create table if not exists inbox (message_id uuid not null, handler varchar(200) not null, handled_at timestamptz not null, constraint inbox_pkey primary key (message_id, handler));
        create or replace function assert_version(stream varchar, expected bigint) returns void language plpgsql as $$
        declare actual bigint;
        begin
          select version into actual from mt_streams where id = stream for share;
          if coalesce(actual, 0) <> expected then
            raise exception 'The stream % has moved from % to %', stream, expected, coalesce(actual, 0) using errcode = 'YB001';
          end if;
        end $$;
        """;

    /// <summary>Brings the schema to what this version of the service needs. Cheap when it is there already.</summary>
    public async Task Apply(CancellationToken cancellation)
    {
        var wanted = Fingerprint();
        if (await Knows(wanted, cancellation) is true) return;

        // Hosts that start together wait for the first one.
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await Run(connection, "select pg_advisory_lock(hashtext($1))", cancellation, $"{model.Service}/migrate");
        try
        {
            if (await Knows(wanted, cancellation) is true) return;
            await Run(connection, $"create schema if not exists {Quoted(model.Service)}", cancellation);
            await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate);

            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            foreach (var ddl in model.Tables.Prepend(House)) await Run(connection, ddl, cancellation);
            await Run(connection, "create table if not exists schema_version (fingerprint text not null, applied_at timestamptz not null default now())", cancellation);
            await Run(connection, "insert into schema_version (fingerprint) values ($1)", cancellation, wanted);
            await transaction.CommitAsync(cancellation);
        }
        finally
        {
            await Run(connection, "select pg_advisory_unlock(hashtext($1))", CancellationToken.None, $"{model.Service}/migrate");
        }
    }

    /// <exception cref="InvalidOperationException">The database was never brought to what this version needs.</exception>
    public async Task Check(CancellationToken cancellation)
    {
        switch (await Knows(Fingerprint(), cancellation))
        {
            case null:
                throw new InvalidOperationException($"The database has no schema '{model.Service}' yet: run the migration step first, or set Yibao:Migrate.");
            case false:
                throw new InvalidOperationException($"The schema '{model.Service}' is older than this service: run the migration step first, or set Yibao:Migrate.");
            default:
                return;
        }
    }

    /// <summary>Whether the schema holds what this version needs; null when there is none yet.</summary>
    private async Task<bool?> Knows(string fingerprint, CancellationToken cancellation)
    {
        await using var exists = source.CreateCommand("select to_regclass('schema_version') is not null");
        if (!(bool)(await exists.ExecuteScalarAsync(cancellation))!) return null;
        await using var command = source.CreateCommand("select exists (select from schema_version where fingerprint = $1)");
        command.Parameters.Add(new() { Value = fingerprint });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join("\n--\n", model.Tables.Prepend(House).Prepend(store.Storage.ToDatabaseScript())))));

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments) command.Parameters.Add(new() { Value = argument });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>Before anything else of the host starts, its schema is there.</summary>
internal sealed class SchemaAtStart(Schema schema, ServiceSettings settings) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => settings.Migrate ? schema.Apply(cancellationToken) : schema.Check(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
