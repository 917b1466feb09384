using Yibao.Kernel.Places;

namespace Yibao.Clearing.Exchange;

/// <summary>The surroundings as the node registry has them.</summary>
/// <param name="connected">The neighbours with a configured edge: over any other no settlement can have come.</param>
public sealed class TreeSurroundings(AdminDivision node, Func<NodeMap> map, IReadOnlySet<AdminDivision> connected) : ISurroundings
{
    public AdminDivision Node => node;

    public AdminDivision? Parent => map().ParentNode(node);

    public IReadOnlyList<AdminDivision> Children => [.. map().ChildNodes(node).Where(connected.Contains)];

    public bool IsLeaf(AdminDivision child) => map().ChildNodes(child).Count == 0;

    public IReadOnlyList<AdminDivision> AreasBeyond(AdminDivision other)
    {
        var tree = map();
        var above = tree.Contains(other, node);
        return [.. tree.Places.Where(place => place.IsPoolingArea && (above ? !tree.Contains(node, place.Code) : tree.Contains(other, place.Code)))
            .Select(place => place.Code).OrderBy(code => code.Code, StringComparer.Ordinal)];
    }

    public IReadOnlyList<AdminDivision> Hosted => [.. map().AreasHostedBy(node).Select(place => place.Code)];

    public AdminDivision? Towards(AdminDivision area) => map().Route(node, area, []) switch
    {
        Routing.Down down => down.Child,
        Routing.Up up => up.Parent,
        _ => null,
    };

    public bool Hosts(AdminDivision other, AdminDivision area) => map().HostOf(area) == other;

    public AdminDivision ProvinceOf(AdminDivision area) => map().ProvinceOf(area).Code;
}
