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

    /// <summary>The last hand-over, up to an instant, by which an area came to a node; null when it was there from the beginning.</summary>
    /// <param name="host">The node; this one unless said otherwise.</param>
    public (AdminDivision From, DateTimeOffset Since)? CameFrom(AdminDivision area, DateTimeOffset at, AdminDivision? host = null)
    {
        var to = host ?? node;
        var versions = registry().Versions;
        for (var i = versions.Count - 1; i > 0; i--)
        {
            if (versions[i].Since > at || versions[i].HostOf(area) != to) continue;
            if (versions[i - 1].HostOf(area) is var from && from != to) return (from, versions[i].Since);
        }

        return null;
    }

    /// <summary>An instant at which a hand-over's two ends can reach each other: a node that was opened by it begins then, one that was closed by it ended just before.</summary>
    public DateTimeOffset Meeting(AdminDivision other, DateTimeOffset since) =>
        At(since) is var map && map.IsNode(node) && map.IsNode(other) ? since : since.AddMicroseconds(-1);

    /// <summary>Whether the registry has named another host for an area that this node hosted when the settlement was asked for.</summary>
    /// <param name="asked">The instant of the intent.</param>
    /// <param name="now">This node's clock, which may be behind.</param>
    public bool HasLeft(AdminDivision area, DateTimeOffset asked, DateTimeOffset now) => HostOf(area, now > asked ? now : asked) != node;

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
