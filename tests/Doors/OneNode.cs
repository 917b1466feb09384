using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Local;

[assembly: AssemblyFixture(typeof(Yibao.Doors.Tests.OneNode))]

namespace Yibao.Doors.Tests;

/// <summary>The nation and Qinghai with every service, seen from outside: as whoever has only an address and a token.</summary>
public sealed class OneNode : IAsyncLifetime
{
    public static readonly AdminDivision Nation = new("100000");
    public static readonly AdminDivision Qinghai = new("630000");

    /// <summary>An invented institution of Xining.</summary>
    public const string Institution = "H63010000001";

    private readonly Dictionary<Uri, GrpcChannel> _channels = [];
    private LocalPlatform _platform = null!;

    public LocalPlatform Platform => _platform;

    public HttpClient Http { get; } = new();

    public async ValueTask InitializeAsync() => _platform = await LocalPlatform.StartAsync(new LocalOptions
    {
        Nodes = [Nation, Qinghai],
        Backing = await SharedBacking.GetAsync(),
        LogLevel = Microsoft.Extensions.Logging.LogLevel.Critical,
    }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var channel in _channels.Values) channel.Dispose();
        await _platform.DisposeAsync();
    }

    public LocalHost Host(string service) => _platform[Qinghai, service];

    public IReadOnlyList<Operation> Operations(string service) => Operation.Of(Host(service).Services!.GetRequiredService<EndpointDataSource>());

    /// <summary>A token of an agency in Qinghai; an institution's names the institution.</summary>
    public string Token(Role role, string? agency = null)
    {
        agency ??= role == Role.NationalOperator ? "100000" : "630000";
        return _platform.Issuer.Issue(new TokenOf($"{role}-1", new AdminDivision(agency), role)
        {
            Institution = role == Role.Institution ? Institution : null,
            Delegation = role == Role.DelegatedInsurer ? new Delegation(new AdminDivision(agency), new HashSet<string> { "390" }, new HashSet<string> { "filing" }, new DateOnly(2099, 12, 31)) : null,
        });
    }

    /// <summary>An empty request to any gRPC method through the node's gateway: OK, or the catalogue's code, or what gRPC says.</summary>
    public async Task<string> CallGateway(string method, string? token, byte[]? request = null)
    {
        var parts = method.Split('/');
        var bytes = Marshallers.Create(static (byte[] sent) => sent, static received => received);
        var headers = new Metadata();
        if (token is not null) headers.Add("authorization", $"Bearer {token}");
        using var call = Open(Host("gateway").Grpc).CreateCallInvoker().AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, parts[1], parts[2], bytes, bytes), null, new CallOptions(headers, DateTime.MaxValue, TestContext.Current.CancellationToken), request ?? []);
        try
        {
            await call;
            return "OK";
        }
        catch (RpcException refused)
        {
            return ErrorStatus.FromRpc(refused)?.Code ?? refused.StatusCode.ToString();
        }
    }

    /// <summary>The same where it must succeed.</summary>
    public async Task<byte[]> MustCall(string method, string token, IMessage request)
    {
        var parts = method.Split('/');
        var bytes = Marshallers.Create(static (byte[] sent) => sent, static received => received);
        return await Open(Host("gateway").Grpc).CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, parts[1], parts[2], bytes, bytes), null, new CallOptions(new Metadata { { "authorization", $"Bearer {token}" } }), request.ToByteArray());
    }

    private GrpcChannel Open(Uri address)
    {
        lock (_channels) return _channels.TryGetValue(address, out var open) ? open : _channels[address] = Channel(address);
    }

    private GrpcChannel Channel(Uri address)
    {
        var root = Host("gateway").Settings.Credentials!.Roots[0];
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 certificate && Trusts(root, certificate),
                },
            },
        });
    }

    private static bool Trusts(X509Certificate2 root, X509Certificate2 shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }
}
