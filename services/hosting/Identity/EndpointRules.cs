using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Yibao.Hosting.Identity;

/// <summary>Every endpoint and gRPC method has a rule, or the host does not start.</summary>
public static class EndpointRules
{
    /// <summary>The rule of an endpoint: <c>routes.MapGet(…).Allow(Access.Read(…))</c>.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder endpoint, Access access) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(access);
        endpoint.Add(builder => builder.Metadata.Add(access));
        return endpoint;
    }

    /// <summary>Fails with the name of everything that has no rule, or an incomplete one.</summary>
    /// <exception cref="InvalidOperationException">Something has none.</exception>
    public static void AssertAll(WebApplication app)
    {
        var faults = Faults(app);
        if (faults.Count > 0) throw new InvalidOperationException($"Endpoints without a complete access rule: {string.Join("; ", faults)}");
    }

    /// <summary>Names and faults; empty when every endpoint has a complete rule.</summary>
    public static IReadOnlyList<string> Faults(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        return [.. routes.DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => (endpoint.DisplayName, Fault: Fault(endpoint)))
            .Where(found => found.Fault is not null)
            .Select(found => $"{found.DisplayName} {found.Fault}")];
    }

    private static string? Fault(Endpoint endpoint)
    {
        var rules = endpoint.Metadata.GetOrderedMetadata<Access>();
        if (rules.Count == 0) return "has no rule";
        var access = rules[^1];
        if (access.Fault() is { } fault) return fault;
        if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method: var method })
        {
            var request = method.GetType().GetGenericArguments() is [var type, _] ? type : null;
            if (method.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming && access.RequestTypes.Any()) return "cannot look into a stream of requests: check inside";
            if (request is not null && access.RequestTypes.FirstOrDefault(asked => !asked.IsAssignableFrom(request)) is { } other) return $"looks into {other.Name}, the method takes {request.Name}";
        }

        return null;
    }
}
