using Grpc.Core;

namespace Yibao.Hosting.Grpc;

/// <summary>
/// Clients of other hosts by name: <c>"filing"</c> is this node's filing service, <c>"420000"</c> a neighbouring node.
/// <c>new Eligibility.EligibilityClient(peers.Invoker("filing"))</c>; the client may be kept.
/// </summary>
/// <remarks>
/// Every call has a deadline, passes the correlation on (and the actor, inside the node), and fails with
/// <see cref="Yibao.Kernel.Errors.RefusedException"/>: what the other side refused with, <c>SERVICE_UNAVAILABLE</c> when
/// it cannot be reached, <c>OUTCOME_UNKNOWN</c> when it did not answer in time.
/// </remarks>
public interface IPeers
{
    CallInvoker Invoker(string peer, CallRules? rules = null);
}

/// <summary>How calls to a peer are made.</summary>
public sealed record CallRules
{
    /// <summary>For calls that give no deadline of their own; covers all attempts together. Null: what the host's settings say.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Repeating has no second effect: tried again when the peer cannot be reached. Never without this mark.</summary>
    public bool Idempotent { get; init; }

    public static CallRules Default { get; } = new();

    public static CallRules Repeatable { get; } = new() { Idempotent = true };
}
