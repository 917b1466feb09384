using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Sample;

/// <summary>Two services of one node, the second of which serves <see cref="Teller"/>; and what the teller does when asked.</summary>
internal sealed class TwoServices : IAsyncDisposable
{
    public static readonly AdminDivision Node = new("630000");

    private readonly List<WebApplication> _hosts = [];

    public ConcurrentDictionary<string, Uri> Peers { get; } = new(StringComparer.Ordinal);

    public DevelopmentCertificates Certificates { get; } = new();

    public DevelopmentIssuer Issuer { get; } = new();

    public Func<Question, ServerCallContext, ICurrentActor, Task<Answer>> Asked { get; set; } = (question, _, _) => Task.FromResult(new Answer { Text = question.Text });

    public int Calls;

    public IServiceProvider Asking => _hosts[0].Services;

    public WebApplication Answering => _hosts[1];

    public IPeers To => Asking.GetRequiredService<IPeers>();

    public static async Task<TwoServices> Start(Access? ask = null)
    {
        var two = new TwoServices();
        await two.Open(two.Settings("settlement"), new Plain());
        await two.Open(two.Settings("filing"), new Tellers(two, ask ?? Access.Inside));
        two.Peers["filing"] = two.Answering.Doors().Grpc;
        return two;
    }

    public Teller.TellerClient Client(CallRules? rules = null) => new(To.Invoker("filing", rules));

    public ServiceSettings Settings(string service, DevelopmentCertificates? authority = null, AdminDivision? node = null) => new()
    {
        Node = node ?? Node,
        Service = service,
        Database = "unused",
        Broker = new Uri("amqp://unused"),
        Peers = Peers,
        CallDeadline = TimeSpan.FromSeconds(50),
        ConnectWithin = TimeSpan.FromSeconds(30),
        Development = true,
        Identity = new IdentitySettings { DevelopmentKey = Issuer.PublicPem },
        Credentials = (authority ?? Certificates).For(node ?? Node, service, []),
    };

    /// <summary>Another host, of whichever credentials, that knows the same doors.</summary>
    public async Task<IPeers> Stranger(ServiceSettings settings)
    {
        await Open(settings, new Plain());
        return _hosts[^1].Services.GetRequiredService<IPeers>();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await host.DisposeAsync();
        Issuer.Dispose();
    }

    private async Task Open(ServiceSettings settings, IServiceModule module)
    {
        var host = ServiceHost.Build(settings, module);
        await host.StartAsync();
        _hosts.Add(host);
    }

    private sealed class Plain : IServiceModule
    {
        public string Name => "settlement";

        public void Configure(ServiceBuilder service)
        {
        }
    }

    private sealed class Tellers(TwoServices two, Access ask) : IServiceModule
    {
        public string Name => "filing";

        public void Configure(ServiceBuilder service)
        {
            service.Services.AddSingleton(two);
            service.Grpc<TellerService>((nameof(Teller.TellerBase.Ask), ask), (nameof(Teller.TellerBase.Stream), Access.Inside), (nameof(Teller.TellerBase.Unruled), Access.Inside));
        }
    }

    internal sealed class TellerService(TwoServices two, ICurrentActor current) : Teller.TellerBase
    {
        public override Task<Answer> Ask(Question request, ServerCallContext context)
        {
            Interlocked.Increment(ref two.Calls);
            return two.Asked(request, context, current);
        }

        public override async Task Stream(Question request, IServerStreamWriter<Answer> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new Answer { Text = "first" });
            await responseStream.WriteAsync(await two.Asked(request, context, current));
        }
    }
}
