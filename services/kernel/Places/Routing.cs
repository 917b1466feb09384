using Yibao.Kernel.Errors;

namespace Yibao.Kernel.Places;

/// <summary>What a node does with a message: the one rule of the tree.</summary>
public abstract record Routing
{
    private Routing() { }

    /// <summary>The node hosts the target.</summary>
    public sealed record HandleHere : Routing;

    /// <summary>The target lies in a child's subtree.</summary>
    public sealed record Down(AdminDivision Child) : Routing;

    /// <summary>The target lies elsewhere.</summary>
    public sealed record Up(AdminDivision Parent) : Routing;

    /// <summary>Nobody can deliver it: unknown place, a node out of force, or it came by before.</summary>
    public sealed record Refused(Error Error) : Routing;

    public static Routing Here { get; } = new HandleHere();

    /// <summary>The neighbour to send to; null when there is none.</summary>
    public AdminDivision? NextHop => this switch
    {
        Down down => down.Child,
        Up up => up.Parent,
        _ => null,
    };
}
