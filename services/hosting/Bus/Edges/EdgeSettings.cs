using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>An edge to a neighbouring node. The parent hosts the broker; the child has a user that may only write its outbound exchange and read its own queues.</summary>
public sealed record EdgeSettings
{
    /// <summary>The node at the other end.</summary>
    public required AdminDivision Neighbour { get; init; }

    /// <summary>The parent's virtual host for its edges, with the credentials of this end.</summary>
    public required Uri Broker { get; init; }

    /// <summary>True at the parent: it makes the exchanges and queues of this edge.</summary>
    public bool Hosted { get; init; }
}
