using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Nodes;
using Yibao.Hosting;
using Yibao.Kernel.Places;

namespace Yibao.Gateway.Tests;

/// <summary>What passes between the nodes: written down, and held up where a test says so.</summary>
public sealed class Hops
{
    private readonly ConcurrentQueue<Hop> _taken = new();
    private volatile Func<Hop, Task>? _hold;

    /// <param name="From">Who sent it on.</param>
    /// <param name="To">The neighbour.</param>
    /// <param name="Target">Whom it is for.</param>
    public sealed record Hop(AdminDivision From, AdminDivision To, string Kind, AdminDivision Target, string Id);

    public IReadOnlyCollection<Hop> Taken => _taken;

    /// <summary>From now on every hop waits for this before it is made; null: none does.</summary>
    public void Hold(Func<Hop, Task>? until) => _hold = until;

    public void Watch(ServiceSettings settings, WebApplicationBuilder builder)
    {
        var link = builder.Services.Last(service => service.ServiceType == typeof(INodeLink)).ImplementationType!;
        builder.Services.AddSingleton<INodeLink>(services => new Watched(this, settings.Node, (INodeLink)ActivatorUtilities.CreateInstance(services, link)));
    }

    private sealed class Watched(Hops hops, AdminDivision node, INodeLink link) : INodeLink
    {
        public async Task<Envelope> Send(AdminDivision neighbour, Envelope message, CancellationToken cancellation = default)
        {
            var hop = new Hop(node, neighbour, message.Kind, message.To, message.Id);
            hops._taken.Enqueue(hop);
            if (hops._hold is { } hold) await hold(hop).WaitAsync(cancellation);
            return await link.Send(neighbour, message, cancellation);
        }
    }
}
