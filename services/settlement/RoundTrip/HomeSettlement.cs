using System.Collections.Immutable;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Refunds;

namespace Yibao.Settlement.RoundTrip;

/// <summary>The home place granted: the funds owe what the outcome says.</summary>
/// <param name="Standing">What filing said of the person, as of the decisive instants: recorded so that an auditor can decide again.</param>
/// <param name="Case">The visit as the benefit engine saw it.</param>
public sealed record SettlementGranted(SettlementRequest Request, Seal IntentSeal, Standing Standing, CaseFacts Case, SettlementOutcome Outcome, Seal OutcomeSeal) : IFact;

/// <summary>The home place refused: the id is spent, a new attempt needs a new one.</summary>
public sealed record SettlementRefused(SettlementRequest Request, Seal IntentSeal, SettlementOutcome Outcome, Seal OutcomeSeal) : IFact;

/// <summary>A reversal came before the settlement it withdraws, or instead of it: a late commit is refused.</summary>
public sealed record SettlementTombstoned(ReversalRequest Reversal, Seal ReversalSeal, SettlementOutcome Outcome, Seal OutcomeSeal) : IFact;

/// <summary>冲正 or 退费: the settlement has its negative.</summary>
public sealed record SettlementReversed(ReversalRequest Reversal, Seal ReversalSeal, SettlementOutcome Outcome, Seal OutcomeSeal) : IFact;

/// <summary>The home place would not take it back for this request; remembered, so that the request repeated late changes nothing.</summary>
public sealed record ReversalDenied(ReversalRequest Reversal, ReversalDenial Denial, Seal DenialSeal) : IFact;

/// <summary>Home lost a settlement it had signed, and took its own signed outcome back as it is (补记).</summary>
/// <param name="Request">What treatment asked for, where another party still holds its signed intent.</param>
/// <param name="IntentSeal">Treatment's signature on it.</param>
public sealed record SettlementAdopted(SettlementOutcome Outcome, Seal OutcomeSeal, SettlementRequest? Request = null, Seal? IntentSeal = null) : IFact;

/// <summary>The original of a negative that was taken back together with it.</summary>
public sealed record OriginalAdopted(SettlementContent Content, DateTimeOffset DecidedAt) : IFact;

/// <summary>One settlement at its home place: where it is decided. <c>settlement/{id}/home</c>.</summary>
public sealed record HomeSettlement : IState<HomeSettlement>
{
    public static HomeSettlement Empty { get; } = new();

    public SettlementOutcome? Outcome { get; private init; }

    public Seal? OutcomeSeal { get; private init; }

    public SettlementRequest? Request { get; private init; }

    public Seal? IntentSeal { get; private init; }

    public CaseFacts? Case { get; private init; }

    /// <summary>The benefit year it drew on; null when nothing was granted.</summary>
    public int? DrawnYear => Case?.BenefitYear ?? Outcome?.Drawn?.Year;

    public Standing? Standing { get; private init; }

    /// <summary>Set when its refund left later settlements of the year that would have come out otherwise.</summary>
    public CorrectionOffered? Correction { get; private init; }

    /// <summary>Denials by the id of the request they answer.</summary>
    public ImmutableDictionary<string, (ReversalDenial Denial, Seal Seal)> Denials { get; private init; } = ImmutableDictionary.Create<string, (ReversalDenial, Seal)>(StringComparer.Ordinal);

    public static StreamKey<HomeSettlement> Stream(string settlementId) => new($"settlement/{settlementId}/home");

    public HomeSettlement Evolve(IFact fact) => fact switch
    {
        SettlementGranted granted => Higher(granted.Outcome, granted.OutcomeSeal) with { Request = granted.Request, IntentSeal = granted.IntentSeal, Case = granted.Case, Standing = granted.Standing },
        SettlementRefused refused => Higher(refused.Outcome, refused.OutcomeSeal) with { Request = refused.Request, IntentSeal = refused.IntentSeal },
        SettlementTombstoned tombstoned => Higher(tombstoned.Outcome, tombstoned.OutcomeSeal),
        SettlementReversed reversed => Higher(reversed.Outcome, reversed.OutcomeSeal),
        SettlementAdopted adopted => Higher(adopted.Outcome, adopted.OutcomeSeal) with { Request = adopted.Request ?? Request, IntentSeal = adopted.IntentSeal ?? IntentSeal },
        OriginalAdopted => this,
        CorrectionOffered correction => this with { Correction = correction },
        ReversalDenied denied => this with { Denials = Denials.SetItem(denied.Reversal.NegativeId, (denied.Denial, denied.DenialSeal)) },
        _ => throw new InvalidOperationException($"A settlement at home does not know {fact.GetType().Name}."),
    };

    /// <summary>Terminal states never change and numbers only rise, whoever writes.</summary>
    private HomeSettlement Higher(SettlementOutcome outcome, Seal seal) =>
        outcome.Number <= (Outcome?.Number ?? 0) || Outcome is { State: not OutcomeState.Granted }
            ? throw new InvalidOperationException($"Settlement {outcome.SettlementId} is {Outcome?.State} and cannot become {outcome.State}.")
            : this with { Outcome = outcome, OutcomeSeal = seal };
}
