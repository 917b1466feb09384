using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Yibao.Hosting.Identity;

namespace Yibao.Hosting;

/// <summary>What a module says of its gRPC services.</summary>
public static class GrpcWords
{
    /// <summary>Serves a gRPC service whose methods all have the same rule.</summary>
    public static ServiceBuilder Grpc<TService>(this ServiceBuilder service, Access access) where TService : class
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(access);
        service.Endpoints(routes => routes.MapGrpcService<TService>().Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<GrpcMethodMetadata>().Any()) endpoint.Metadata.Add(access);
        }));
        return service;
    }

    /// <summary>Serves a gRPC service, one rule per method; a method that is not named is refused and the host does not start.</summary>
    public static ServiceBuilder Grpc<TService>(this ServiceBuilder service, params (string Method, Access Access)[] rules) where TService : class
    {
        ArgumentNullException.ThrowIfNull(service);
        var byMethod = rules.ToDictionary(rule => rule.Method, rule => rule.Access, StringComparer.Ordinal);
        service.Endpoints(routes => routes.MapGrpcService<TService>().Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault() is { } method && byMethod.TryGetValue(method.Method.Name, out var access)) endpoint.Metadata.Add(access);
        }));
        return service;
    }
}
