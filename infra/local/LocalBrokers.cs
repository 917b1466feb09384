using Yibao.Backing;
using Yibao.Hosting;
using Yibao.Kernel.Places;

namespace Yibao.Local;

/// <summary>
/// Virtual hosts on one server as production has them on many: each node's own with its own user, and one per parent for its
/// edges, where each child may do exactly what the edge allows.
/// </summary>
internal sealed class LocalBrokers
{
    private readonly Dictionary<AdminDivision, Uri> _own = [];
    private readonly Dictionary<AdminDivision, List<EdgeSettings>> _edges = [];

    public Uri Of(AdminDivision node) => _own[node];

    public IReadOnlyList<EdgeSettings> EdgesOf(AdminDivision node) => _edges.GetValueOrDefault(node, []);

    public static async Task<LocalBrokers> CreateAsync(RabbitServer server, IReadOnlyList<AdminDivision> nodes, string prefix, LocalSecrets secrets, CancellationToken cancellation)
    {
        var brokers = new LocalBrokers();
        foreach (var node in nodes)
        {
            var user = $"{prefix}n{node.Code}";
            await server.CreateVirtualHostAsync(user, cancellation);
            await server.CreateUserAsync(user, secrets.PasswordOf(node), cancellation);
            await server.AllowAsync(user, user, ".*", ".*", ".*", cancellation);
            brokers._own[node] = server.At(user, user, secrets.PasswordOf(node));
            brokers._edges[node] = [];
        }

        foreach (var parent in nodes.Where(node => nodes.Any(other => LocalTree.Parent(other) == node)))
        {
            var edges = $"{prefix}n{parent.Code}-edges";
            var host = $"{prefix}n{parent.Code}";
            await server.CreateVirtualHostAsync(edges, cancellation);
            await server.AllowAsync(edges, host, ".*", ".*", ".*", cancellation);
            foreach (var child in nodes.Where(other => LocalTree.Parent(other) == parent))
            {
                var user = $"{prefix}n{child.Code}";
                var (configure, write, read) = EdgeTopology.RightsOf(child);
                await server.AllowAsync(edges, user, configure, write, read, cancellation);
                brokers._edges[parent].Add(new EdgeSettings { Neighbour = child, Broker = server.At(edges, host, secrets.PasswordOf(parent)), Hosted = true });
                brokers._edges[child].Add(new EdgeSettings { Neighbour = parent, Broker = server.At(edges, user, secrets.PasswordOf(child)) });
            }
        }

        return brokers;
    }
}
