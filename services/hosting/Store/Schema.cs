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
        -- Nothing is ever looked for by what a fact says: gathering statistics of it means unpacking and sorting thousands of facts again and again.
        -- What only grows looks the same until it is twice as large.
        alter table if exists mt_events alter column data set statistics 0, alter column headers set statistics 0;
        alter table if exists mt_events set (autovacuum_analyze_scale_factor = 1);
        -- A settlement's facts are three to six thousand bytes: in the row they are one write and one read, outside of it three of each; packed, three of them
        -- share a page that one would fill. The short columns are kept beside them in the same way: else each of them is put outside before the fact is looked at.
        -- Not "plain": what an operator gave as his reason may be longer than a page.
        alter table if exists mt_events reset (toast_tuple_target), alter column data set storage main, alter column headers set storage main,
          alter column stream_id set storage main, alter column type set storage main, alter column tenant_id set storage main, alter column mt_dotnet_type set storage main,
          alter column correlation_id set storage main, alter column user_name set storage main;
        -- What came after the known versions of any number of streams, each by its place among those asked for; planned once, one probe of the index for each.
        create or replace function facts_after(stream_ids varchar[], known bigint[]) returns table (n bigint, version bigint, type varchar, data jsonb)
        language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
        begin
          return query select k.n, e.version, e.type, e.data from unnest(stream_ids, known) with ordinality as k(id, version, n)
            cross join lateral (select f.version, f.type, f.data from mt_events f where f.stream_id = k.id and f.version > k.version offset 0) e order by k.n, e.version;
        end $$;
        -- Everything one transaction has to say about streams: each must stand where the decisions saw it, then all facts are added together.
        -- Streams are locked in one order everywhere, those that begin here last. Plans are made when tables are small and kept while they grow: only the index is ever right.
        create or replace function append_facts(
          grown varchar[], grown_from bigint[], grown_to bigint[], begun varchar[], begun_types varchar[], begun_to bigint[], only_read varchar[], only_read_at bigint[],
          fact_streams varchar[], versions bigint[], ids uuid[], types varchar[], dotnet_types varchar[], bodies jsonb[], correlations varchar[], fact_headers jsonb[], users varchar[], at timestamptz)
        returns void language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
        declare moved varchar; stood bigint;
        begin
          if cardinality(only_read) > 0 then
            perform 1 from mt_streams where id = any (only_read || grown) order by id for no key update;
            select k.id into moved from unnest(only_read, only_read_at) as k(id, version)
              where k.version <> coalesce((select case when s.is_archived then -1 else s.version end from mt_streams s where s.id = k.id), 0) limit 1;
            if moved is not null then
              raise exception 'The stream % has moved on or was archived', moved using errcode = 'YB001';
            end if;
          end if;

          if cardinality(grown) > 0 then
            update mt_streams s set version = k.become, timestamp = now()
              from unnest(grown, grown_from, grown_to) as k(id, seen, become) where s.id = k.id and s.version = k.seen and not s.is_archived;
            get diagnostics stood = row_count;
            if stood <> cardinality(grown) then
              raise exception 'One of the streams % has moved on or was archived', grown using errcode = 'YB001';
            end if;
          end if;

          if cardinality(begun) > 0 then
            insert into mt_streams (id, type, version, timestamp, tenant_id)
              select k.id, k.type, k.become, now(), '*DEFAULT*' from unnest(begun, begun_types, begun_to) as k(id, type, become);
          end if;

          insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id, timestamp, mt_dotnet_type, is_archived, correlation_id, headers, user_name)
            select nextval('mt_events_sequence'), f.id, f.stream, f.version, f.body, f.type, '*DEFAULT*', at, f.dotnet_type, false, f.correlation, f.headers, f.user_name
            from unnest(ids, fact_streams, versions, bodies, types, dotnet_types, correlations, fact_headers, users)
              as f(id, stream, version, body, type, dotnet_type, correlation, headers, user_name);
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
