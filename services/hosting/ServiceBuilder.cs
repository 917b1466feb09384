using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>One service: what it is called and what it consists of. The same module runs as its own process or as one host among many.</summary>
public interface IServiceModule
{
    string Name { get; }

    /// <summary>Whether callers without a certificate of this tree may connect to its gRPC door and prove themselves by token: the gateway.</summary>
    bool Public => false;

    void Configure(ServiceBuilder service);
}

/// <summary>
/// What a module says of itself. Store, bus, gRPC, identity and scheduler each add their words as extension methods
/// (<c>service.Facts(…)</c>, <c>service.Publishes(…)</c>, <c>service.Handles(…)</c>, <c>service.Grpc(…)</c>, <c>service.Job(…)</c>).
/// </summary>
public sealed class ServiceBuilder(WebApplicationBuilder host, ServiceSettings settings)
{
    private readonly List<Action<IEndpointRouteBuilder>> _endpoints = [];
    private readonly List<Action<IApplicationBuilder>> _middleware = [];

    public WebApplicationBuilder Host { get; } = host;

    public ServiceSettings Settings { get; } = settings;

    public IServiceCollection Services => Host.Services;

    /// <summary>The registry of this host; it grows while the host runs, and no other host's with it.</summary>
    public NodeRegistry Registry { get; } = settings.Registry.Copy();

    /// <summary>Adds endpoints once the host is built.</summary>
    public void Endpoints(Action<IEndpointRouteBuilder> map) => _endpoints.Add(map);

    /// <summary>Adds to the JSON door's pipeline, after routing and before the caller is admitted: limits, request logging.</summary>
    public void Middleware(Action<IApplicationBuilder> use) => _middleware.Add(use);

    internal void UseOn(IApplicationBuilder app)
    {
        foreach (var use in _middleware) use(app);
    }

    internal void MapTo(IEndpointRouteBuilder routes)
    {
        foreach (var map in _endpoints) map(routes);
    }
}
