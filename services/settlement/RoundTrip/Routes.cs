using Yibao.Contracts.Nodes;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.RoundTrip;

/// <summary>Where a message goes from this node: the registry's one rule, in the version in force at the instant of the intent.</summary>
public sealed class Routes(AdminDivision node, Func<NodeRegistry> registry)
{
    public AdminDivision Node => node;

    /// <summary>The node that answered for an area at that instant: it keeps answering for what it decided.</summary>
    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>.</exception>
    public AdminDivision HostOf(AdminDivision area, DateTimeOffset at) => registry().At(at).HostOf(area);

    /// <summary>The version in force.</summary>
    public NodeMap At(DateTimeOffset instant) => registry().At(instant);

    /// <summary>Every version, the oldest first.</summary>
    public IReadOnlyList<NodeMap> Versions => registry().Versions;

    /// <summary>The next neighbour; null when the message is for this node.</summary>
    /// <exception cref="RefusedException"><c>ROUTE_LOOP</c>, <c>AREA_UNKNOWN</c>, <c>NODE_UNKNOWN</c>.</exception>
    public AdminDivision? Next(Envelope message) => registry().Route(node, message.To, message.Instant, message.Path) switch
    {
        Routing.Refused refused => throw refused.Error.AsException(),
        var routing => routing.NextHop,
    };

    /// <summary>The message with this node at the end of its path.</summary>
    public Envelope Passing(Envelope message) =>
        message.Path is [.., var last] && last == node ? message : message with { Path = [.. message.Path, node] };

    /// <summary>The neighbour that handed it over; null for the signer itself.</summary>
    public AdminDivision? Before(Envelope message) => message.Path.LastOrDefault(passed => passed != node) is { } before && before != default ? before : null;
}
