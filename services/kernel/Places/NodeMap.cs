using Yibao.Kernel.Errors;

namespace Yibao.Kernel.Places;

/// <summary>One version of the registry: the tree as it stands from <see cref="Since"/> on. Immutable; every answer comes from parent links.</summary>
public sealed class NodeMap
{
    private readonly IReadOnlyDictionary<AdminDivision, Place> _places;
    private readonly IReadOnlyDictionary<AdminDivision, Connection> _connections;
    private readonly Dictionary<AdminDivision, IReadOnlyList<Place>> _children;
    private readonly Dictionary<AdminDivision, AdminDivision> _hosts = [];
    private readonly HashSet<AdminDivision> _nodes;

    internal NodeMap(int version, DateTimeOffset since, IReadOnlyDictionary<AdminDivision, Place> places, IEnumerable<AdminDivision> nodes, IReadOnlyDictionary<AdminDivision, Connection> connections)
    {
        (Version, Since, _places, _connections, _nodes) = (version, since, places, connections, [.. nodes]);
        Root = places.Values.Single(place => place.Parent is null);
        _children = places.Values.Where(place => place.Parent is not null).GroupBy(place => place.Parent!.Value)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<Place>)[.. group.OrderBy(place => place.Order).ThenBy(place => place.Code.Code, StringComparer.Ordinal)]);
        foreach (var place in places.Values) _hosts[place.Code] = Upward(place).First(above => _nodes.Contains(above.Code)).Code;
    }

    /// <summary>1 for the first version; one more at every instant something changed.</summary>
    public int Version { get; }

    public DateTimeOffset Since { get; }

    /// <summary>The nation.</summary>
    public Place Root { get; }

    public IEnumerable<Place> Places => _places.Values;

    public IReadOnlyCollection<AdminDivision> Nodes => _nodes;

    public bool Knows(AdminDivision code) => _places.ContainsKey(code);

    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>.</exception>
    public Place this[AdminDivision code] => Find(code) ?? throw PlaceErrors.AreaUnknown.With(code).AsException();

    public Place? Find(AdminDivision code) => _places.GetValueOrDefault(code);

    /// <summary>The pooling area of this code.</summary>
    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>, <c>AREA_NOT_POOLING</c>.</exception>
    public Place Area(AdminDivision code) => this[code] is { IsPoolingArea: true } area ? area : throw PlaceErrors.AreaNotPooling.With(code).AsException();

    public bool IsNode(AdminDivision code) => _nodes.Contains(code);

    /// <summary>The node that answers for a place: its own, else the nearest above.</summary>
    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>.</exception>
    public AdminDivision HostOf(AdminDivision code) => _hosts.TryGetValue(code, out var host) ? host : throw PlaceErrors.AreaUnknown.With(code).AsException();

    /// <summary>The pooling areas a node answers for, in printed order.</summary>
    public IReadOnlyList<Place> AreasHostedBy(AdminDivision node) => [.. Subtree(node).Where(place => place.IsPoolingArea && _hosts[place.Code] == node)];

    /// <summary>The neighbour above; null for the nation.</summary>
    public AdminDivision? ParentNode(AdminDivision node) => this[RequireNode(node)].Parent is { } parent ? _hosts[parent] : null;

    /// <summary>The neighbours below.</summary>
    public IReadOnlyList<AdminDivision> ChildNodes(AdminDivision node) => [.. Subtree(RequireNode(node)).Select(place => place.Code).Where(code => code != node && IsNode(code) && ParentNode(code) == node)];

    /// <summary>The places right below, in printed order.</summary>
    public IReadOnlyList<Place> Children(AdminDivision code) => _children.GetValueOrDefault(code, []);

    /// <summary>Whether a place lies in another's subtree; a place lies in its own.</summary>
    public bool Contains(AdminDivision ancestor, AdminDivision code) => Find(code) is { } place && Upward(place).Any(above => above.Code == ancestor);

    /// <summary>The place itself and all below it, parents first, in printed order.</summary>
    public IEnumerable<Place> Subtree(AdminDivision code) => Children(code).SelectMany(child => Subtree(child.Code)).Prepend(this[code]);

    /// <summary>The province (or corps) of a place; the nation has none.</summary>
    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>, or <c>AREA_NOT_POOLING</c> for the nation.</exception>
    public Place ProvinceOf(AdminDivision code) => Upward(this[code]).FirstOrDefault(above => above.Tier == Tier.Province) ?? throw PlaceErrors.AreaNotPooling.With(code).AsException();

    /// <summary>With the province before it, as documents for people print a place: 湖北省武汉市, 北京市, 湖北省省本级.</summary>
    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>.</exception>
    public string FullName(AdminDivision code) => this[code] is { Tier: Tier.City } place && ProvinceOf(code).Name is var province && !place.Name.StartsWith(province, StringComparison.Ordinal)
        ? province + place.Name
        : this[code].Name;

    /// <summary>SET-001.</summary>
    public VisitClass Classify(AdminDivision home, AdminDivision treatment) =>
        Area(home).Code == Area(treatment).Code ? VisitClass.Local
        : ProvinceOf(home).Code == ProvinceOf(treatment).Code ? VisitClass.IntraProvince
        : VisitClass.CrossProvince;

    /// <summary>Whether filing and benefits treat the two as one place, although they clear with each other (AMB-24, FIL-054).</summary>
    public bool SameCity(AdminDivision home, AdminDivision treatment) =>
        home == treatment || Area(home).SameCityAs == Area(treatment).Code || Area(treatment).SameCityAs == Area(home).Code;

    /// <summary>The node where the two areas' paths meet: the clearing house of the pair, the nation across provinces (architecture §6).</summary>
    public AdminDivision ClearingHouse(AdminDivision home, AdminDivision treatment)
    {
        var province = ProvinceOf(treatment).Code;
        return ProvinceOf(home).Code == province ? _hosts[province] : _hosts[Root.Code];
    }

    /// <summary>The nearest node above both (or one of them): where a message between them turns round.</summary>
    public AdminDivision MeetingNode(AdminDivision one, AdminDivision other)
    {
        var above = PathUp(HostOf(one)).ToHashSet();
        return PathUp(HostOf(other)).First(above.Contains);
    }

    /// <summary>OPS-010: the reason why no new business of this area may run; null when it may.</summary>
    public Error? NotConnected(AdminDivision area) => ConnectionOf(area) switch
    {
        Connection.Connected => null,
        Connection.Testing => PlaceErrors.AreaNotConnected.With(area, "联调测试中"),
        Connection.Planned => PlaceErrors.AreaNotConnected.With(area, "规划中"),
    };

    public Connection ConnectionOf(AdminDivision area) => _connections.GetValueOrDefault(this[area].Code, Connection.Connected);

    /// <summary>If I host the target, handle it; else if a child's subtree contains it, send it down; else send it up.</summary>
    /// <param name="from">The node that asks.</param>
    /// <param name="target">A pooling area or a node.</param>
    /// <param name="path">The nodes passed so far, the signer first; the asking node may stand at the end.</param>
    public Routing Route(AdminDivision from, AdminDivision target, IReadOnlyList<AdminDivision> path)
    {
        if (!IsNode(from)) return new Routing.Refused(PlaceErrors.NodeUnknown.With(from));
        if (path.SkipLast(1).Contains(from)) return new Routing.Refused(PlaceErrors.RouteLoop.With(from));
        if (!_hosts.TryGetValue(target, out var host)) return new Routing.Refused(PlaceErrors.AreaUnknown.With(target));
        if (host == from) return Routing.Here;

        var upward = PathUp(host).ToList();
        var routing = upward.IndexOf(from) is > 0 and var at ? new Routing.Down(upward[at - 1]) : (Routing)new Routing.Up(ParentNode(from)!.Value);
        return path.Contains(routing.NextHop!.Value) ? new Routing.Refused(PlaceErrors.RouteLoop.With(routing.NextHop.Value)) : routing;
    }

    /// <summary>Every node a message passes from one to the other, both ends included.</summary>
    public IReadOnlyList<AdminDivision> PathBetween(AdminDivision from, AdminDivision target)
    {
        var meeting = MeetingNode(from, target);
        return [.. PathUp(HostOf(from)).TakeWhile(node => node != meeting), meeting, .. PathUp(HostOf(target)).TakeWhile(node => node != meeting).Reverse()];
    }

    private AdminDivision RequireNode(AdminDivision code) => IsNode(code) ? code : throw PlaceErrors.NodeUnknown.With(code).AsException();

    private IEnumerable<AdminDivision> PathUp(AdminDivision node)
    {
        for (AdminDivision? at = node; at is { } here; at = ParentNode(here)) yield return here;
    }

    private IEnumerable<Place> Upward(Place place)
    {
        for (var at = place; at is not null; at = at.Parent is { } parent ? _places[parent] : null) yield return at;
    }
}
