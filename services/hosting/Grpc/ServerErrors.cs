using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Grpc;

/// <summary>Outermost on the server: a refusal becomes rich status; anything else becomes INTERNAL with a trace id and is logged, once.</summary>
internal sealed partial class ServerErrors(RefusalMeter meter, ILogger<ServerErrors> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Worded(failure, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Worded(failure, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Worded(failure, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Worded(failure, context);
        }
    }

    private RpcException Worded(Exception failure, ServerCallContext context)
    {
        var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.CreateVersion7().ToString("n");
        switch (failure)
        {
            case RefusedException refused:
                meter.Refused(refused.Error, "grpc");
                LogRefused(log, context.Method, refused.Error.Code, trace);
                return ErrorStatus.ToRpc(refused.Error, trace);
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Status(StatusCode.Cancelled, ""));
            default:
                var error = SystemErrors.Internal.With(trace);
                meter.Refused(error, "grpc");
                LogFailed(log, failure, context.Method, trace);
                return ErrorStatus.ToRpc(error, trace);
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "{Method} refused: {Code}, trace {Trace}")]
    private static partial void LogRefused(ILogger logger, string method, string code, string trace);

    [LoggerMessage(1002, LogLevel.Error, "{Method} failed, trace {Trace}")]
    private static partial void LogFailed(ILogger logger, Exception failure, string method, string trace);
}
