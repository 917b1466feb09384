using Yibao.Kernel.Places;

namespace Yibao.Hosting.Bus.Edges;

/// <summary>
/// Which way a message to a neighbour leaves: by the tree of places, which never changes, and not by the edges configured today. What waits for an edge that is not
/// configured yet is then still on the same way when the edge is there.
/// </summary>
internal static class EdgeSides
{
    /// <exception cref="InvalidOperationException">The place lies neither above nor below this node.</exception>
    public static OutboxShard Of(ServiceSettings settings, AdminDivision neighbour)
    {
        var map = settings.Registry.Latest;
        if (map.Contains(neighbour, settings.Node)) return OutboxShard.Up;
        if (map.Contains(settings.Node, neighbour)) return OutboxShard.Down;
        throw new InvalidOperationException($"{neighbour} is no neighbour of {settings.Node}: what is told over an edge goes to the parent or to a child.");
    }

    /// <summary>
    /// The ways this node has: the nation none up, a node without children none down. Each costs its own progress, page by page. A way that is opened later
    /// begins with the first fact ever stored.
    /// </summary>
    public static IEnumerable<OutboxShard> Used(ServiceSettings settings)
    {
        var map = settings.Registry.Latest;
        if (settings.Node != map.Root.Code) yield return OutboxShard.Up;
        if (settings.Edges.Any(edge => edge.Hosted) || (map.IsNode(settings.Node) && map.ChildNodes(settings.Node).Count > 0)) yield return OutboxShard.Down;
    }
}
