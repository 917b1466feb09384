using Yibao.Kernel.Places;

namespace Yibao.Local;

/// <summary>Which of the started nodes are neighbours: the registry says.</summary>
internal static class LocalTree
{
    private static NodeMap Map => NodeRegistry.Reference.Latest;

    public static void Check(IReadOnlyList<AdminDivision> nodes)
    {
        if (nodes.Count == 0) throw new ArgumentException("At least one node is needed.", nameof(nodes));
        if (nodes.GroupBy(node => node).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new ArgumentException($"{twice.Key.Code} is named twice.", nameof(nodes));
        foreach (var node in nodes)
        {
            if (!Map.IsNode(node)) throw new ArgumentException($"{node.Code} has no node of its own in the registry (infra/regions/nodes.csv).", nameof(nodes));
            if (Map.ParentNode(node) is { } parent && !nodes.Contains(parent)) throw new ArgumentException($"{node.Code} needs its parent {parent.Code}.", nameof(nodes));
        }
    }

    public static AdminDivision? Parent(AdminDivision node) => Map.ParentNode(node);
}
