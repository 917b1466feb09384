using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Identity;

/// <summary>One thing that can be asked of a running service, and who may ask it.</summary>
/// <param name="Name"><c>GET /filings/{number}</c>, or a gRPC method's full name <c>/yibao.filing.v1.Filings/Get</c>.</param>
/// <param name="Access">The rule that the service itself keeps.</param>
/// <param name="Grpc">Whether it is a gRPC method.</param>
/// <param name="Unary">Whether one request has one answer.</param>
public sealed record Operation(string Name, Access Access, bool Grpc, bool Unary)
{
    /// <summary>Every operation of a host, as it is really routed; in the order of names.</summary>
    public static IReadOnlyList<Operation> Of(EndpointDataSource endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return [.. endpoints.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Access>() is not null)
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method is { } method
                ? new Operation(method.FullName, RuleOf(endpoint), Grpc: true, Unary: method.Type == MethodType.Unary)
                : new Operation($"{Verb(endpoint)} {endpoint.RoutePattern.RawText}", RuleOf(endpoint), Grpc: false, Unary: true))
            .OrderBy(operation => operation.Name, StringComparer.Ordinal)];
    }

    /// <summary>Whether someone in this capacity is let in at all; the region is another question.</summary>
    public bool Admits(Role role) => Access.Open || Access.Roles.Contains(role);

    private static Access RuleOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<Access>()!;

    private static string Verb(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var verb, ..] ? verb : "*";
}
