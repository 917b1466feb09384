using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Messages;

/// <summary>
/// A node now holds a settlement (or a negative one) with home's outcome: one message per settlement and role, at least once,
/// inside the node. The clearing book and reconciliation live on it.
/// </summary>
/// <param name="Node">Which node holds it.</param>
/// <param name="Role">In which role; a node with several roles sends one message for each.</param>
/// <param name="Content">The settlement. A negative one has its own id, its own business date and the original's id.</param>
/// <param name="ContentHash"><see cref="SettlementContent.Hash"/>, taken when it was stored.</param>
/// <param name="OutcomeNumber">1 for a granted settlement, 2 for the negative one.</param>
/// <param name="DecidedAt">Home's clock: the decision.</param>
/// <param name="StoredAt">This node's clock: when it came to hold it.</param>
/// <param name="TowardsTreatment">The neighbour on the side of the treatment place; null at the treatment place itself.</param>
/// <param name="TowardsHome">The neighbour on the side of the home place; null at the home place itself.</param>
public sealed record SettlementRecorded(
    AdminDivision Node,
    PartyRole Role,
    SettlementContent Content,
    string ContentHash,
    int OutcomeNumber,
    DateTimeOffset DecidedAt,
    DateTimeOffset StoredAt,
    AdminDivision? TowardsTreatment,
    AdminDivision? TowardsHome) : ITravelsTogether;
