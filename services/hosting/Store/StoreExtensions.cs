using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Yibao.Hosting.Store;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting;

/// <summary>What a module says about its store.</summary>
public static class StoreExtensions
{
    /// <summary>
    /// Registers every fact (<see cref="IFact"/>) and state (<see cref="IState{T}"/>) of the assemblies and with them the store:
    /// <see cref="IWriteDoor"/>, <see cref="IHistory"/>, <see cref="IRows"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">Two facts or two states have the same name.</exception>
    public static ServiceBuilder Facts(this ServiceBuilder service, params Assembly[] assemblies)
    {
        var model = service.Store();
        foreach (var assembly in assemblies) model.AddFrom(assembly);
        return service;
    }

    /// <summary>
    /// Own tables, indexes and functions in the service's schema, migrated with it. Run again whenever any of them changes, so
    /// written to be repeatable: <c>create table if not exists</c>, <c>alter table … add column if not exists</c>. No schema in names.
    /// </summary>
    public static ServiceBuilder Table(this ServiceBuilder service, string ddl)
    {
        service.Store().AddTable(ddl);
        return service;
    }

    /// <summary>
    /// A statement that goes into the same transaction as each fact of this type (null: none for this one). For what must hold
    /// at once: one row per unresolved intent, a unique constraint, a balance with a CHECK. Everything else belongs into a read model.
    /// </summary>
    public static ServiceBuilder Row<TFact>(this ServiceBuilder service, Func<TFact, FactContext, RowCommand?> row) where TFact : IFact
    {
        service.Store().AddRow(new RowRule(typeof(TFact), (fact, context) => row((TFact)fact, context)));
        return service;
    }

    /// <summary>When this constraint of an own table is violated, the command is refused with this error.</summary>
    public static ServiceBuilder Refuses(this ServiceBuilder service, string constraint, ErrorDefinition error)
    {
        service.Store().AddViolation(constraint, error);
        return service;
    }

    /// <summary>Every command in its own transaction, in place of batches: for services with little traffic and for comparison.</summary>
    public static ServiceBuilder DirectWrites(this ServiceBuilder service)
    {
        service.Store();
        service.Services.Replace(ServiceDescriptor.Singleton<IWriteDoor>(provider => provider.GetRequiredService<DirectDoor>()));
        return service;
    }

    /// <summary>
    /// Creates or changes the schema of one service without starting it: the migration step of a deployment, and how the launcher
    /// prepares a template database once to copy it for every node.
    /// </summary>
    public static async Task Migrate(ServiceSettings settings, IServiceModule module, CancellationToken cancellation = default)
    {
        var host = WebApplication.CreateEmptyBuilder(new());
        host.Services.AddLogging();
        host.Services.TryAddSingleton(TimeProvider.System);
        module.Configure(new ServiceBuilder(host, settings));
        await using var provider = host.Services.BuildServiceProvider();
        if (provider.GetService<Schema>() is { } schema) await schema.Apply(cancellation);
    }

    /// <summary>The model of this service's store; the first call registers the store.</summary>
    internal static StoreModel Store(this ServiceBuilder service)
    {
        if (service.Services.FirstOrDefault(entry => entry.ServiceType == typeof(StoreModel))?.ImplementationInstance is StoreModel known) return known;

        var model = new StoreModel(service.Settings.Service);
        var services = service.Services;
        services.AddSingleton(model);
        services.TryAddSingleton(service.Settings);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => MartenSetup.DataSource(service.Settings));
        services.AddSingleton(provider => MartenSetup.Store(model, provider.GetRequiredService<Npgsql.NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>(), provider.GetServices<IConfigureSubscriptions>()));
        services.AddSingleton<Schema>();
        services.AddSingleton<Loader>();
        services.AddMetrics();
        services.AddSingleton<FactMeter>();
        services.AddSingleton<Readers>();
        services.AddSingleton<Saver>();
        services.AddSingleton<DirectDoor>();
        services.AddSingleton<BatchingDoor>();
        services.AddSingleton<IWriteDoor>(provider => provider.GetRequiredService<BatchingDoor>());
        services.AddSingleton<IHistory, History>();
        services.AddSingleton<IRows, Rows>();
        services.AddHostedService<SchemaAtStart>();
        service.Host.Logging.AddFilter("Marten.IDocumentStore", LogLevel.None);
        return model;
    }
}
