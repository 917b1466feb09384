using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Grpc;

/// <summary>One channel and one circuit breaker per peer, made at the first call.</summary>
internal sealed class Peers(ServiceSettings settings, CurrentActor current, NodeCredentials? credentials, NodeTrust? trust) : IPeers, IDisposable
{
    private const int MessageLimit = 16 * 1024 * 1024;

    private readonly ConcurrentDictionary<(string Peer, Uri Address), Lazy<Peer>> _peers = [];

    public TimeSpan CallDeadline => settings.CallDeadline;

    public CallInvoker Invoker(string peer, CallRules? rules = null) => new PeerInvoker(this, peer, rules ?? CallRules.Default);

    /// <exception cref="RefusedException"><c>SERVICE_UNAVAILABLE</c>: no door is known by that name (yet).</exception>
    internal Peer Find(string name)
    {
        if (!settings.Peers.TryGetValue(name, out var address)) throw SystemErrors.Unavailable.With(name).AsException();
        return _peers.GetOrAdd((name, address), static (key, self) => new Lazy<Peer>(() => self.Open(key.Peer, key.Address)), this).Value;
    }

    /// <summary>Headers of a call: the correlation always, the actor only inside the node.</summary>
    internal Metadata Headers(string peer, Metadata? given)
    {
        var headers = new Metadata();
        if (given is not null) foreach (var entry in given) headers.Add(entry);
        if (current.CorrelationOrNull is { } correlation) headers.Add(CallHeaders.Correlation, correlation);
        if (current.ActorOrNull is { } actor && !AdminDivision.IsWellFormed(peer)) headers.Add(CallHeaders.Actor, CallHeaders.Write(actor));
        if (settings.LoopbackPlain) headers.Add(CallHeaders.PlainPeer, $"{settings.Node.Code}/{settings.Service}");
        if (settings.Otlp is null) DistributedContextPropagator.Current.Inject(Activity.Current, headers, static (carrier, name, value) => ((Metadata)carrier!).Add(name, value));
        return headers;
    }

    public void Dispose()
    {
        foreach (var peer in _peers.Values.Where(peer => peer.IsValueCreated)) peer.Value.Channel.Dispose();
    }

    private Peer Open(string name, Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            // Behind one address there may be many hosts: those that are added get their share within this time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            ConnectTimeout = settings.ConnectWithin,
            UseProxy = false,
            // No peer redirects or sets cookies; not even looking for them saves two layers of every call.
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        // A span of the call itself is made only where somebody collects it; the trace goes along in any case (Headers).
        if (settings.Otlp is null) handler.ActivityHeadersPropagator = null;
        if (credentials is not null && trust is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [credentials.Service],
                // The address proves nothing here: the certificate must name the peer that was asked for.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && IsPeer(name, trust.Peer(shown)),
            };
        }

        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageLimit,
            MaxSendMessageSize = MessageLimit,
        });
        return new Peer(channel);
    }

    private bool IsPeer(string name, CertificateIdentity? shown) => shown is not null
        && (AdminDivision.TryParse(name, out var node) ? shown.Node == node : shown == new CertificateIdentity(settings.Node, name));

    /// <summary>A connection and what is known of its health.</summary>
    internal sealed class Peer
    {
        public Peer(GrpcChannel channel)
        {
            Channel = channel;
            Invoker = channel.CreateCallInvoker();
            var broken = new PredicateBuilder().Handle<RpcException>(static failure => PeerInvoker.IsUnreachable(failure));
            Once = new ResiliencePipelineBuilder()
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions
                {
                    FailureRatio = 0.5,
                    MinimumThroughput = 20,
                    SamplingDuration = TimeSpan.FromSeconds(10),
                    BreakDuration = TimeSpan.FromSeconds(1),
                    ShouldHandle = broken,
                })
                .Build();
            Repeating = new ResiliencePipelineBuilder()
                .AddRetry(new RetryStrategyOptions
                {
                    MaxRetryAttempts = 3,
                    Delay = TimeSpan.FromMilliseconds(100),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldHandle = broken,
                })
                .AddPipeline(Once)
                .Build();
        }

        public GrpcChannel Channel { get; }

        public CallInvoker Invoker { get; }

        public ResiliencePipeline Once { get; }

        public ResiliencePipeline Repeating { get; }
    }
}
