using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Grpc;

/// <summary>On the server, inside <see cref="ServerErrors"/>: who calls, whether the method's rule lets him, and the actor for everything that follows.</summary>
internal sealed class ServerCallers(CallerReader callers, CurrentActor current, IRegions regions) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var entry = await Admit(context, request);
        using (entry()) return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var entry = await Admit(context, request);
        using (entry()) await continuation(request, responseStream, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var entry = await Admit(context, null);
        using (entry()) return await continuation(requestStream, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var entry = await Admit(context, null);
        using (entry()) await continuation(requestStream, responseStream, context);
    }

    // The actor is set by the handler itself: what an awaited method sets does not flow back to its caller.
    private async ValueTask<Func<IDisposable>> Admit(ServerCallContext context, object? request)
    {
        var http = context.GetHttpContext();
        var access = http.GetEndpoint()?.Metadata.GetMetadata<Access>() ?? throw SecurityErrors.AccessUndeclared.With().AsException();
        var correlation = Correlations.Of(http);
        if (access.Open) return () => current.ActOpen(correlation);
        var caller = await callers.Read(http);
        var role = access.Admit(caller);
        if (request is not null) access.CheckRegion(request, caller!, role, regions);
        return () => current.Act(caller!, role, correlation);
    }
}
