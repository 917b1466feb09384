using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Yibao.Cli.Shell;

/// <summary>A gateway's gRPC door, as anyone outside this repository would use it: with a token, trusting one authority.</summary>
internal sealed class GatewayDoor : IDisposable
{
    private readonly GrpcChannel _channel;

    /// <param name="gateway">The gateway's gRPC door.</param>
    /// <param name="token">Whoever calls.</param>
    /// <param name="authority">The authority that the gateway's certificate must come from.</param>
    public GatewayDoor(Uri gateway, string token, X509Certificate2 authority)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && IssuedBy(authority, shown),
            },
        };
        _channel = GrpcChannel.ForAddress(gateway, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        Calls = _channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        });
    }

    public CallInvoker Calls { get; }

    public void Dispose() => _channel.Dispose();

    private static bool IssuedBy(X509Certificate2 authority, X509Certificate2 shown)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(shown);
    }
}
