using JasperFx;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Yibao.Hosting.Store;

namespace Yibao.Hosting.Bus;

/// <summary>
/// However many hosts a service has, one of them follows the stored facts: whoever holds a session lock in the database. When
/// it dies the lock falls with its connection and another host takes over from the stored progress.
/// </summary>
internal sealed partial class DaemonLeader(DocumentStore store, StoreModel model, ServiceSettings settings, ILogger<DaemonLeader> log) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private volatile bool _leads;

    public bool Leads => _leads;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Unpooled: a pooled connection would carry the lock on into somebody else's work.
        var connection = new NpgsqlConnectionStringBuilder(settings.Database) { SearchPath = model.Service, Pooling = false, KeepAlive = 5, CommandTimeout = 15, ApplicationName = $"{settings.Node}/{model.Service} relay" }.ConnectionString;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var own = new NpgsqlConnection(connection);
                await own.OpenAsync(stoppingToken);
                if (await Ask(own, "select pg_try_advisory_lock(hashtext(current_database()), hashtext($1))", stoppingToken)) await Lead(own, stoppingToken);
                else await Task.Delay(Beat, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Lost(e.GetType().Name, e.Message);
                await Task.Delay(Beat / 2, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Lead(NpgsqlConnection own, CancellationToken stopping)
    {
        using var daemon = await store.BuildProjectionDaemonAsync(logger: NullLogger.Instance);
        try
        {
            await daemon.StartAllAsync();
            _leads = true;
            while (true)
            {
                await Task.Delay(Beat, stopping);
                // Throws when the session is gone, and with it the lock.
                await Ask(own, "select $1 = $1", stopping);
                foreach (var agent in daemon.CurrentAgents().Where(agent => agent.Status == AgentStatus.Paused).ToList())
                {
                    Restarting(agent.Name.Identity);
                    daemon.EjectPausedShard(agent.Name.Identity);
                    await daemon.StartAgentAsync(agent.Name, stopping);
                }
            }
        }
        finally
        {
            _leads = false;
            // Before the lock falls: two must never relay at the same time for longer than a broken connection takes to be noticed.
            await daemon.StopAllAsync();
        }
    }

    private async Task<bool> Ask(NpgsqlConnection own, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, own) { Parameters = { new() { Value = $"{model.Service}/relay" } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    [LoggerMessage(2211, LogLevel.Warning, "Relaying is interrupted ({Kind}: {Reason}); taking it up again")]
    private partial void Lost(string kind, string reason);

    [LoggerMessage(2212, LogLevel.Warning, "{Shard} had paused; restarting it")]
    private partial void Restarting(string shard);
}
