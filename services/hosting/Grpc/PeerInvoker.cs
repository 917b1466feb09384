using Grpc.Core;
using Polly.CircuitBreaker;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Grpc;

/// <summary>Makes the calls of a generated client: deadline, headers, breaker, repeats where allowed, errors of the catalogue.</summary>
internal sealed class PeerInvoker(Peers peers, string peer, CallRules rules) : CallInvoker
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new Unary<TRequest, TResponse>(this, method, host, Prepared(options), request);
        return new AsyncUnaryCall<TResponse>(
            call.Answer(),
            static state => ((Unary<TRequest, TResponse>)state).Headers(),
            static state => ((Unary<TRequest, TResponse>)state).Last?.GetStatus() ?? new Status(StatusCode.Unknown, ""),
            static state => ((Unary<TRequest, TResponse>)state).Last?.GetTrailers() ?? [],
            static state => ((Unary<TRequest, TResponse>)state).Last?.Dispose(),
            call);
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException("Calls to peers are asynchronous.");

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = peers.Find(peer).Invoker.AsyncServerStreamingCall(method, host, Prepared(options), request);
        return new AsyncServerStreamingCall<TResponse>(new WordedReader<TResponse>(this, call.ResponseStream, options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = peers.Find(peer).Invoker.AsyncClientStreamingCall(method, host, Prepared(options));
        return new AsyncClientStreamingCall<TRequest, TResponse>(call.RequestStream, Worded(call.ResponseAsync, options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = peers.Find(peer).Invoker.AsyncDuplexStreamingCall(method, host, Prepared(options));
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(call.RequestStream, new WordedReader<TResponse>(this, call.ResponseStream, options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private bool Repeats => rules.Idempotent;

    private Peers.Peer Peer() => peers.Find(peer);

    // A deadline is about the real network, so it does not follow the host's (perhaps virtual) clock.
    private CallOptions Prepared(CallOptions options) => options
        .WithHeaders(peers.Headers(peer, options.Headers))
        .WithDeadline(options.Deadline ?? (TimeProvider.System.GetUtcNow() + (rules.Deadline ?? peers.CallDeadline)).UtcDateTime);

    private async Task<T> Worded<T>(Task<T> response, CancellationToken caller)
    {
        try
        {
            return await response;
        }
        catch (Exception failure) when (failure is RpcException or BrokenCircuitException)
        {
            throw Worded(failure, caller);
        }
    }

    /// <summary>The failure in the catalogue's words; what it has no words for (a call nobody serves) is a fault of ours.</summary>
    private Exception Worded(Exception failure, CancellationToken caller) => failure switch
    {
        BrokenCircuitException => SystemErrors.Unavailable.With(peer).AsException(),
        RpcException rpc when ErrorStatus.FromRpc(rpc) is { } error => error.AsException(),
        RpcException rpc when IsUnreachable(rpc) => SystemErrors.Unavailable.With(peer).AsException(),
        RpcException { StatusCode: StatusCode.ResourceExhausted } => SystemErrors.RequestTooLarge.With().AsException(),
        RpcException { StatusCode: StatusCode.DeadlineExceeded } => SystemErrors.OutcomeUnknown.With($"{peer} 未在时限内应答").AsException(),
        RpcException { StatusCode: StatusCode.Cancelled } when caller.IsCancellationRequested => new OperationCanceledException("The caller stopped waiting.", failure, caller),
        RpcException { StatusCode: StatusCode.Cancelled } => SystemErrors.OutcomeUnknown.With($"与 {peer} 的连接中断").AsException(),
        _ => new InvalidOperationException($"A call to {peer} failed.", failure),
    };

    /// <summary>No connection: nobody listens, or who does is not the one that was asked for (the library calls that an internal error).</summary>
    /// <remarks>A refusal that may pass (a home place that does not answer) was said by a peer that is well: it is neither repeated nor held against the peer.</remarks>
    internal static bool IsUnreachable(RpcException failure) => failure switch
    {
        { StatusCode: StatusCode.Unavailable } => ErrorStatus.FromRpc(failure) is null or { Code: "SERVICE_UNAVAILABLE" },
        { StatusCode: StatusCode.Internal, Status.DebugException: HttpRequestException or IOException } => ErrorStatus.FromRpc(failure) is null,
        _ => false,
    };

    /// <summary>One call with its repeats. Everything it needs is in one object: this is the way of every step of a settlement.</summary>
    private sealed class Unary<TRequest, TResponse>(PeerInvoker invoker, Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class where TResponse : class
    {
        private Task<TResponse>? _answer;

        /// <summary>The latest attempt; null before the first.</summary>
        public AsyncUnaryCall<TResponse>? Last { get; private set; }

        public Task<TResponse> Answer() => _answer ??= Ask();

        public async Task<Metadata> Headers()
        {
            await Answer();
            return Last is null ? [] : await Last.ResponseHeadersAsync;
        }

        private async Task<TResponse> Ask()
        {
            try
            {
                var target = invoker.Peer();
                return await (invoker.Repeats ? target.Repeating : target.Once).ExecuteAsync(
                    static (attempt, _) => attempt.Call.Once(attempt.Target), (Call: this, Target: target.Invoker), options.CancellationToken);
            }
            catch (Exception failure) when (failure is RpcException or BrokenCircuitException)
            {
                throw invoker.Worded(failure, options.CancellationToken);
            }
        }

        private ValueTask<TResponse> Once(CallInvoker target) => new((Last = target.AsyncUnaryCall(method, host, options, request)).ResponseAsync);
    }

    private sealed class WordedReader<T>(PeerInvoker invoker, IAsyncStreamReader<T> stream, CancellationToken caller) : IAsyncStreamReader<T>
    {
        public T Current => stream.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await stream.MoveNext(cancellationToken);
            }
            catch (Exception failure) when (failure is RpcException or BrokenCircuitException)
            {
                throw invoker.Worded(failure, caller);
            }
        }
    }
}
