using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Store;

/// <summary>A host with tills and nothing else.</summary>
public sealed class TillHost : IAsyncDisposable
{
    public static readonly AdminDivision Node = new("420000");

    private readonly WebApplication _app;

    private TillHost(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public IWriteDoor Door => Services.GetRequiredService<IWriteDoor>();

    public IHistory History => Services.GetRequiredService<IHistory>();

    public IRows Rows => Services.GetRequiredService<IRows>();

    public static ServiceSettings Settings(string database, Uri? broker = null, string service = "tills") => new()
    {
        Node = Node, Service = service, Database = database, Broker = broker ?? new Uri("amqp://localhost/none"), Migrate = true, Development = true,
    };

    public static async Task<TillHost> Start(ServiceSettings settings, Action<ServiceBuilder>? configure = null, TimeProvider? time = null)
    {
        var host = WebApplication.CreateEmptyBuilder(new());
        host.Services.AddRoutingCore();
        host.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        host.Services.AddSingleton<IServer, NoServer>();
        if (time is not null) host.Services.AddSingleton(time);
        var service = new ServiceBuilder(host, settings);
        service.Facts(typeof(Till).Assembly);
        configure?.Invoke(service);
        var app = host.Build();
        await app.StartAsync();
        return new TillHost(app);
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public static Command Put(string till, string slip, long fen, string user = "teller", string correlation = "c") => new(
        new Actor(user, Role.CityOperator, Node), correlation, [Till.Key(till)], states => Till.Put(states.Of(Till.Key(till)), till, slip, new Money(fen)));

    public static Command Take(string till, string slip, long fen) => new(
        new Actor("teller", Role.CityOperator, Node), "c", [Till.Key(till)], states => Till.Take(states.Of(Till.Key(till)), till, slip, new Money(fen)));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>These tests need no web server.</summary>
    private sealed class NoServer : IServer
    {
        public Microsoft.AspNetCore.Http.Features.IFeatureCollection Features { get; } = new Microsoft.AspNetCore.Http.Features.FeatureCollection();

        public Task StartAsync<TContext>(Microsoft.AspNetCore.Hosting.Server.IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() { }
    }
}
