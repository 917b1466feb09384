using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Sample;

/// <summary>Three nodes in one process, A → B → C, each a real host with its own certificate.</summary>
internal sealed class SampleTree : IAsyncDisposable
{
    public static readonly AdminDivision A = new("420000");
    public static readonly AdminDivision B = new("100000");
    public static readonly AdminDivision C = new("630000");

    private readonly ConcurrentDictionary<string, Uri> _doors = new(StringComparer.Ordinal);
    private readonly List<WebApplication> _hosts = [];

    public DevelopmentCertificates Certificates { get; init; } = new();

    public WebApplication First => _hosts[0];

    public WebApplication Host(AdminDivision node) => _hosts[node == A ? 0 : node == B ? 1 : 2];

    public static async Task<SampleTree> Start(Func<Envelope, Task<string>>? answering = null, bool plain = false, bool sm2 = false)
    {
        var tree = new SampleTree { Certificates = new DevelopmentCertificates { Sm2 = sm2 } };
        var last = answering is null ? new SampleNode() : new SampleNode { Answering = answering };
        foreach (var (node, module) in new (AdminDivision, SampleNode)[] { (A, new SampleNode(B)), (B, new SampleNode(C)), (C, last) })
        {
            var host = ServiceHost.Build(tree.Settings(node) with { LoopbackPlain = plain, Development = plain }, module);
            await host.StartAsync();
            tree._hosts.Add(host);
            tree._doors[node.Code] = host.Doors().Grpc;
        }

        return tree;
    }

    public ServiceSettings Settings(AdminDivision node) => new()
    {
        Node = node,
        Service = "settlement",
        Database = "unused",
        Broker = new Uri("amqp://unused"),
        Peers = _doors,
        CallDeadline = TimeSpan.FromSeconds(50),
        ConnectWithin = TimeSpan.FromSeconds(30),
        Credentials = Certificates.For(node, "settlement", [A, B, C]),
    };

    public Uri Door(AdminDivision node) => _doors[node.Code];

    public Envelope Sign(string id, string text) => First.Services.GetRequiredService<IEnvelopeSigner>()
        .Sign(C, id, TimeProvider.System.GetUtcNow(), SampleNode.Kind, Encoding.UTF8.GetBytes(text));

    public Task<Envelope> Send(Envelope message, CancellationToken cancellation = default) => First.Services.GetRequiredService<INodeLink>().Send(B, message, cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await host.DisposeAsync();
    }
}
