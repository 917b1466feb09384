using System.Globalization;
using Yibao.Backing;
using Yibao.Kernel.Places;

namespace Yibao.Local;

/// <summary>The doors of every host, chosen before any of them starts: so each knows its peers from the first moment, and finds its own again after a kill.</summary>
internal sealed class LocalDoors
{
    private const int FirstMemorable = 18_000;
    private readonly Dictionary<(AdminDivision Node, string Service), (Uri Grpc, Uri Http)> _doors = [];

    public (Uri Grpc, Uri Http) this[AdminDivision node, string service] => _doors[(node, service)];

    /// <summary>Memorable: the nodes by hundreds, the services by tens, gRPC at 1 and JSON at 2.</summary>
    public static LocalDoors Take(IReadOnlyList<AdminDivision> nodes, IReadOnlyList<string> services, bool memorable)
    {
        var doors = new LocalDoors();
        for (var n = 0; n < nodes.Count; n++)
            for (var s = 0; s < services.Count; s++)
            {
                int? first = memorable ? FirstMemorable + (n * 100) + (s * 10) : null;
                doors._doors[(nodes[n], services[s])] = (At("https", LoopbackPorts.Take(first + 1)), At("http", LoopbackPorts.Take(first + 2)));
            }

        return doors;
    }

    /// <summary>This node's services by name, their JSON doors as <c>name/http</c>, and the same service of every other node by its code.</summary>
    public IReadOnlyDictionary<string, Uri> PeersOf(AdminDivision node, string service)
    {
        var peers = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var ((at, name), (grpc, http)) in _doors)
        {
            if (at == node)
            {
                peers[name] = grpc;
                peers[$"{name}/http"] = http;
            }
            else if (name == service)
            {
                peers[at.Code] = grpc;
            }
        }

        return peers;
    }

    private static Uri At(string scheme, int port) => new(string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}"));
}
