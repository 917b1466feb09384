using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using Marten;
using Npgsql;
using Weasel.Core;
using Yibao.Kernel.Data;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>How the event store is set up: the same for every service.</summary>
internal static class MartenSetup
{
    /// <summary>Its own pool per service and node; every unqualified name means the service's own schema.</summary>
    public static NpgsqlDataSource DataSource(ServiceSettings settings)
    {
        var connection = new NpgsqlConnectionStringBuilder(settings.Database) { SearchPath = settings.Service };
        // The biggest single win measured: statements are prepared after their second use.
        connection.MaxAutoPrepare = 64;
        connection.AutoPrepareMinUsages = 2;
        // Nothing here leaves anything behind in a session (no temporary tables, settings or session locks on pooled connections), and undoing
        // nothing costs half a dozen statements at every use.
        connection.NoResetOnClose = true;
        // Nodes times services share one server: only the hot services get a large pool.
        if (!settings.Database.Contains("Pool Size", StringComparison.OrdinalIgnoreCase)) connection.MaxPoolSize = settings.Service is "settlement" or "clearing" ? 20 : 8;
        connection.ApplicationName ??= $"{settings.Node}/{settings.Service}";
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = $"{settings.Node}/{settings.Service}" };
        return builder.Build();
    }

    /// <summary>How the store writes a stream's type.</summary>
    public static string AliasOf(Type state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.Name);

    public static DocumentStore Store(StoreModel model, NpgsqlDataSource source, TimeProvider time, IEnumerable<IConfigureSubscriptions> followers) => DocumentStore.For(options =>
    {
        options.Connection(source);
        options.DatabaseSchemaName = model.Service;
        options.Events.DatabaseSchemaName = model.Service;
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.DisableNpgsqlLogging = true;
        options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase, static json => json.OnlyWhatWasSaid());
        // The door retries by deciding again; a blind second attempt of the same statements would only blur what happened.
        options.ConfigureWritePolly(static _ => { });

        var events = options.Events;
        events.StreamIdentity = StreamIdentity.AsString;
        // Despite its name the mode in which timestamps come from TimeProvider; plain Quick takes the server's clock.
        events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        events.EnableBigIntEvents = true;
        // A lost race must not burn sequence numbers: each gap would hold the outbox for seconds.
        events.UseExclusiveLockOnConcurrentAppends = true;
        events.MetadataConfig.CorrelationIdEnabled = true;
        events.MetadataConfig.HeadersEnabled = true;
        events.MetadataConfig.UserNameEnabled = true;
        events.TimeProvider = time;
        foreach (var (name, fact) in model.Facts) events.MapEventType(fact, name);

        foreach (var subscription in followers.SelectMany(follower => follower.Subscriptions())) events.Subscribe(subscription);

        var daemon = options.Projections;
        // One host of the service runs it: see DaemonLeader.
        daemon.AsyncMode = DaemonMode.ExternallyManaged;
        // Errors are never skipped: this is money.
        daemon.Errors.SkipApplyErrors = false;
        daemon.Errors.SkipUnknownEvents = false;
        daemon.Errors.SkipSerializationErrors = false;
        daemon.RebuildErrors.SkipApplyErrors = false;
        daemon.RebuildErrors.SkipUnknownEvents = false;
        daemon.RebuildErrors.SkipSerializationErrors = false;
        var fast = model.Service is "settlement" or "clearing";
        // A lone fact is told after a tenth of a second; while many are stored, fewer and larger pages go out.
        daemon.SlowPollingTime = TimeSpan.FromMilliseconds(fast ? 100 : 500);
        daemon.FastPollingTime = TimeSpan.FromMilliseconds(500);
        daemon.HealthCheckPollingTime = TimeSpan.FromSeconds(1);
    });
}
