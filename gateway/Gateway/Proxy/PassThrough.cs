using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yibao.Gateway.Limits;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;

namespace Yibao.Gateway.Proxy;

/// <summary>
/// What goes through to the services as it came: <c>/api/{service}/…</c> to their JSON doors, <c>/yibao.{service}.v1.…</c>
/// (gRPC) to their gRPC doors. The caller's token travels along; each service checks it itself (architecture §9).
/// </summary>
internal static class PassThrough
{
    /// <summary>The name under which a peer's JSON door stands among the peers, beside its gRPC door.</summary>
    public static string JsonDoor(string service) => $"{service}/http";

    public static readonly string[] Services = ["filing", "settlement", "clearing"];

    public static void AddPassThrough(this ServiceBuilder service)
    {
        service.Services.AddReverseProxy().LoadFromMemory([.. Services.SelectMany(RoutesOf)], [.. Services.SelectMany(name => ClustersOf(name, service.Settings))]);
        service.Services.AddSingleton<IForwarderHttpClientFactory, PeerClients>();
        // The services authorise: the gateway cannot know what a request asks for.
        service.Endpoints(routes => routes.MapReverseProxy().Allow(Access.Guarded("由所转发的服务核对")));
    }

    /// <summary>Files that a province loads come as streams of chunks; the service that takes them limits them.</summary>
    private static readonly Dictionary<string, string> Uploads = new(StringComparer.Ordinal) { ["filing"] = "Uploads/Upload", ["settlement"] = "Catalogues/Import" };

    private static IEnumerable<RouteConfig> RoutesOf(string service)
    {
        if (Uploads.TryGetValue(service, out var upload))
        {
            yield return new RouteConfig
            {
                RouteId = $"{service}-upload",
                ClusterId = $"{service}-grpc",
                Match = new RouteMatch { Path = $"/yibao.{service}.v1.{upload}" },
                MaxRequestBodySize = -1,
                Transforms = [Remove("yibao-actor"), Remove("yibao-peer")],
            };
        }

        yield return new RouteConfig
        {
            RouteId = $"{service}-json",
            ClusterId = $"{service}-json",
            Match = new RouteMatch { Path = $"/api/{service}/{{**rest}}" },
            MaxRequestBodySize = 1024 * 1024,
            RateLimiterPolicy = InstitutionLimits.Policy,
            // Who the caller is, only his token says.
            Transforms = [new Dictionary<string, string>(StringComparer.Ordinal) { ["PathRemovePrefix"] = $"/api/{service}" }, Remove("yibao-actor"), Remove("yibao-peer")],
        };
        yield return new RouteConfig
        {
            RouteId = $"{service}-grpc",
            ClusterId = $"{service}-grpc",
            Match = new RouteMatch { Path = $"/yibao.{service}.v1.{{grpc}}/{{method}}" },
            // Kept by MessageCeiling: the proxy itself lifts it for gRPC.
            MaxRequestBodySize = 4 * 1024 * 1024,
            RateLimiterPolicy = InstitutionLimits.Policy,
            Transforms = [Remove("yibao-actor"), Remove("yibao-peer")],
        };
    }

    private static IEnumerable<ClusterConfig> ClustersOf(string service, ServiceSettings settings)
    {
        if (settings.Peers.TryGetValue(JsonDoor(service), out var json)) yield return Cluster($"{service}-json", json, new Version(1, 1));
        if (settings.Peers.TryGetValue(service, out var grpc)) yield return Cluster($"{service}-grpc", grpc, new Version(2, 0));
    }

    private static ClusterConfig Cluster(string id, Uri address, Version version) => new()
    {
        ClusterId = id,
        Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { [id] = new() { Address = address.ToString() } },
        HttpRequest = new ForwarderRequestConfig { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact, ActivityTimeout = TimeSpan.FromSeconds(30) },
        HealthCheck = new HealthCheckConfig { Passive = new PassiveHealthCheckConfig { Enabled = true, Policy = "TransportFailureRate", ReactivationPeriod = TimeSpan.FromSeconds(5) } },
    };

    private static Dictionary<string, string> Remove(string header) => new(StringComparer.Ordinal) { ["RequestHeaderRemove"] = header };

    /// <summary>Connections to the services show the gateway's certificate and accept only this node's services.</summary>
    private sealed class PeerClients(NodeCredentials credentials, NodeTrust trust, ServiceSettings settings) : ForwarderHttpClientFactory
    {
        protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
        {
            base.ConfigureHandler(context, handler);
            handler.EnableMultipleHttp2Connections = true;
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [credentials.Service],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && trust.Peer(shown) is { } peer && peer.Node == settings.Node,
            };
        }
    }
}
