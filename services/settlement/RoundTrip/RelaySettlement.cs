using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.RoundTrip;

/// <summary>A signed outcome passed this node.</summary>
/// <param name="TowardsTreatment">The neighbour that asked.</param>
/// <param name="TowardsHome">The neighbour that answered.</param>
public sealed record OutcomeRelayed(SettlementOutcome Outcome, Seal OutcomeSeal, AdminDivision TowardsTreatment, AdminDivision TowardsHome) : IFact;

/// <summary>The original of a negative that came by before the original itself did.</summary>
public sealed record OriginalRelayed(SettlementContent Content, DateTimeOffset DecidedAt, AdminDivision TowardsTreatment, AdminDivision TowardsHome) : IFact;

/// <summary>One settlement at a node it passed. It decides nothing and never answers from its own copy. <c>settlement/{id}/relay</c>.</summary>
public sealed record RelaySettlement : IState<RelaySettlement>
{
    public static RelaySettlement Empty { get; } = new();

    public SettlementOutcome? Outcome { get; private init; }

    public Seal? OutcomeSeal { get; private init; }

    public static StreamKey<RelaySettlement> Stream(string settlementId) => new($"settlement/{settlementId}/relay");

    /// <summary>Stores an outcome only if its number is higher than the one it has; a lower one is dropped.</summary>
    public static Decision Store(RelaySettlement state, SettlementOutcome outcome, Seal seal, AdminDivision towardsTreatment, AdminDivision towardsHome)
    {
        if (state.Outcome is { } known)
        {
            if (outcome.Number == known.Number && outcome.Hash() != known.Hash()) return Decision.Refuse(SettlementErrors.OutcomeConflict.With(outcome.SettlementId));
            if (outcome.Number <= known.Number) return Decision.Done;
        }

        var relayed = new OutcomeRelayed(outcome, seal, towardsTreatment, towardsHome);
        return outcome is { State: OutcomeState.Reversed, Content: { } original } && state.Outcome?.Content is null
            ? Decision.Accept(Stream(outcome.SettlementId), new OriginalRelayed(original, outcome.DecidedAt, towardsTreatment, towardsHome), relayed)
            : Decision.Accept(Stream(outcome.SettlementId), relayed);
    }

    public RelaySettlement Evolve(IFact fact) => fact switch
    {
        OutcomeRelayed relayed => this with { Outcome = relayed.Outcome, OutcomeSeal = relayed.OutcomeSeal },
        OriginalRelayed => this,
        _ => throw new InvalidOperationException($"A settlement at a relay does not know {fact.GetType().Name}."),
    };
}
