using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Places;
using Yibao.Local;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Gateway.Tests;

/// <summary>A hospital's system that speaks gRPC, with its token, at a host's door: the gateway's, or a service's own.</summary>
public sealed class Channels(SampleNodes nodes) : IDisposable
{
    private readonly List<GrpcChannel> _open = [];

    public Settlements.SettlementsClient Settlements(string institution, LocalHost? host = null) => new(Invoker(institution, host));

    /// <summary>An agency's person at his node's gateway.</summary>
    public CallInvoker Agency(AdminDivision node, AdminDivision area, Role role) => Invoker(new TokenOf($"{role}-{area}", area, role), nodes.Gateway(node.Code));

    public CallInvoker Invoker(string institution, LocalHost? host = null) =>
        Invoker(new TokenOf($"his-{institution}", new AdminDivision(institution[1..7]), Role.Institution) { Institution = institution }, host ?? nodes.Gateway(institution[1..3] + "0000"));

    private CallInvoker Invoker(TokenOf who, LocalHost host)
    {
        var authority = host.Settings.Credentials!.Roots[0];
        var token = nodes.Platform.Issuer.Issue(who);
        var ssl = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
            {
                using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
                chain.ChainPolicy.CustomTrustStore.Add(authority);
                return shown is X509Certificate2 certificate && chain.Build(certificate);
            },
        };
        // A service's own door is for peers: whoever stands at it has a certificate of the node.
        if (host.Service != "gateway") ssl.ClientCertificates = [nodes.Platform[host.Node, "gateway"].Settings.Credentials!.Service];
        var channel = GrpcChannel.ForAddress(host.Grpc, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            MaxSendMessageSize = null,
            MaxReceiveMessageSize = null,
            HttpHandler = new SocketsHttpHandler { UseProxy = false, SslOptions = ssl },
        });
        _open.Add(channel);
        return channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        });
    }

    public void Dispose()
    {
        foreach (var channel in _open) channel.Dispose();
    }
}
