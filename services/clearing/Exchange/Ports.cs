using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Exchange;

/// <summary>Sends a message of the exchange to a neighbouring node, in a signed envelope, at least once.</summary>
public interface INeighbours
{
    Task Send(AdminDivision neighbour, object message, CancellationToken cancellation = default);
}

/// <summary>This node's settlement service: what the protocol stores, and the repairs it can carry out.</summary>
public interface ISettlementDesk
{
    /// <summary>One answer per settlement asked for, <see cref="PartyState.Nothing"/> where nothing is stored.</summary>
    Task<IReadOnlyList<HeldSettlement>> Look(IReadOnlyList<AskedSettlement> asked, CancellationToken cancellation = default);

    /// <summary>Carries out one repair; a repeat has no second effect.</summary>
    /// <exception cref="Yibao.Kernel.Errors.RefusedException">The proof is not good enough, or the state forbids it.</exception>
    Task Repair(AskedSettlement settlement, RepairKind kind, PartyRole role, RepairProof proof, CancellationToken cancellation = default);
}

/// <summary>The evidence of other parties that a repair rests on; empty where there is none.</summary>
/// <param name="SignedOutcome">Home's.</param>
/// <param name="SignedIntent">Treatment's.</param>
public sealed record RepairProof(byte[] SignedOutcome, byte[] SignedIntent)
{
    public static RepairProof None { get; } = new([], []);
}

/// <summary>A settlement as the protocol stores it at this node.</summary>
/// <param name="Role">The node's leading role in it (home before relay before treatment).</param>
/// <param name="State">Of a negative: the state of the settlement it takes back.</param>
/// <param name="Content">Of the settlement asked for; null when nothing is stored.</param>
/// <param name="SignedOutcome">Home's signed outcome as stored here.</param>
/// <param name="Since">When this state began.</param>
/// <param name="TowardsTreatment">The neighbour on the way to treatment; null at the treatment node.</param>
/// <param name="TowardsHome">The neighbour on the way to home; null at the home node.</param>
public sealed record HeldSettlement(
    string SettlementId,
    PartyRole Role,
    PartyState State,
    SettlementContent? Content,
    byte[] SignedOutcome,
    DateTimeOffset? Since,
    AdminDivision? TowardsTreatment,
    AdminDivision? TowardsHome)
{
    /// <summary>Treatment's signed intent as stored here.</summary>
    public byte[] SignedIntent { get; init; } = [];

    public static HeldSettlement None(string settlementId) => new(settlementId, PartyRole.Relay, PartyState.Nothing, null, [], null, null, null);
}

/// <summary>Checks home's signature on an outcome.</summary>
public interface IProofs
{
    /// <summary>What a signed outcome vouches for about the settlement asked for; nothing without a valid signature of its home.</summary>
    (SettlementContent? Content, PartyState State) Check(AskedSettlement asked, byte[] signedOutcome);
}

/// <summary>Where this node stands in the tree.</summary>
public interface ISurroundings
{
    AdminDivision Node { get; }

    AdminDivision? Parent { get; }

    IReadOnlyList<AdminDivision> Children { get; }

    /// <summary>Whether a child has edges of its own below it.</summary>
    bool IsLeaf(AdminDivision child);

    /// <summary>The pooling areas of some node's subtree, wherever in the tree it stands; for an ancestor of this node, all that lies outside of this node's own subtree.</summary>
    IReadOnlyList<AdminDivision> AreasBeyond(AdminDivision node);

    /// <summary>The neighbour behind which an area lies; null when this node hosts it.</summary>
    AdminDivision? Towards(AdminDivision area);

    /// <summary>Whether that very node hosts the area.</summary>
    bool Hosts(AdminDivision node, AdminDivision area);

    /// <summary>The pooling areas this node answers for.</summary>
    IReadOnlyList<AdminDivision> Hosted { get; }

    /// <summary>The province of a pooling area.</summary>
    AdminDivision ProvinceOf(AdminDivision area);
}
