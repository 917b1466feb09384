using System.Collections.Immutable;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.Statements;
using Yibao.Settlement.Verification;

namespace Yibao.Settlement.RoundTrip;

/// <summary>The intent: from here on the work does not stop, whatever becomes of the caller.</summary>
/// <param name="RequestHash">Canonical hash of the request.</param>
/// <param name="AskedHash">Hash of what the institution asked for, without what treatment stamped: a repeat must be equal.</param>
public sealed record SettlementIntended(SettlementRequest Request, string RequestHash, string AskedHash, Seal IntentSeal) : IFact;

/// <summary>补记: treatment lost its record, and an operator confirmed that it be rebuilt from what home kept. What was asked word for word is not known any more.</summary>
public sealed record SettlementRebuilt(SettlementRequest Request, string RequestHash, Seal IntentSeal) : IFact;

/// <summary>The bill is being settled, or was, under another id: answered with that result.</summary>
public sealed record SameBillRecognised(string FirstId, string AskedHash) : IFact;

/// <summary>Home's signed outcome arrived.</summary>
/// <param name="Delivered">Nothing is delivered by being stored: a reply may still be lost. True only in facts from before this was so.</param>
/// <param name="Open">A withdrawal is still under way.</param>
public sealed record OutcomeReceived(SettlementOutcome Outcome, Seal OutcomeSeal, bool Delivered, bool Open) : IFact;

/// <summary>The original of a negative that arrived before the original itself did.</summary>
public sealed record OriginalReceived(SettlementContent Content, DateTimeOffset DecidedAt) : IFact;

/// <summary>How the institution came to know a result.</summary>
public enum DeliveredBy
{
    Repeat,
    Query,
    List,
    Confirmation,
    /// <summary>The reply to its own request was written.</summary>
    Reply,
}

/// <summary>The institution holds the result now.</summary>
public sealed record SettlementDelivered(DeliveredBy By, DateTimeOffset At) : IFact;

/// <summary>The institution confirmed the result and took exactly this cash (SET-009).</summary>
public sealed record SettlementConfirmed(Kernel.Money Cash, DateTimeOffset At) : IFact;

/// <summary>A reversal of something never seen: a late settlement under this id is refused.</summary>
public sealed record WithdrawnUnseen(string NegativeId, DateTimeOffset At) : IFact;

/// <summary>冲正 or 退费 asked for: re-driven until home answers.</summary>
public sealed record WithdrawalIntended(ReversalRequest Reversal, Seal ReversalSeal, string Institution) : IFact;

/// <summary>Home denied it: the settlement stands.</summary>
public sealed record WithdrawalDenied(ReversalDenial Denial, Seal DenialSeal) : IFact;

/// <summary>This id is that of a negative settlement.</summary>
public sealed record NegativeOf(string OriginalId, WayBack Way) : IFact;

/// <summary>申报: in this month's declaration; from now on no reversal.</summary>
public sealed record SettlementDeclared(string Month) : IFact;

/// <summary>One settlement at its treatment place. This stream's order decides between reversal, refund and declaration. <c>settlement/{id}/treatment</c>.</summary>
public sealed record TreatmentSettlement : IState<TreatmentSettlement>
{
    public static TreatmentSettlement Empty { get; } = new();

    public SettlementRequest? Request { get; private init; }

    public string? RequestHash { get; private init; }

    public string? AskedHash { get; private init; }

    public Seal? IntentSeal { get; private init; }

    public SettlementOutcome? Outcome { get; private init; }

    public Seal? OutcomeSeal { get; private init; }

    public bool Delivered { get; private init; }

    public bool Confirmed { get; private init; }

    /// <summary>The withdrawal under way.</summary>
    public ReversalRequest? Withdrawal { get; private init; }

    public Seal? WithdrawalSeal { get; private init; }

    public ImmutableDictionary<string, ReversalDenial> Denials { get; private init; } = ImmutableDictionary.Create<string, ReversalDenial>(StringComparer.Ordinal);

    public bool WithdrawnUnseen { get; private init; }

    public string? FirstId { get; private init; }

    /// <summary>Set when this id belongs to a negative settlement.</summary>
    public NegativeOf? Negative { get; private init; }

    public string? Declared { get; private init; }

    /// <summary>核查: set when the settlement is in the agency's verification scope.</summary>
    public VerificationState? Verification { get; private init; }

    /// <summary>Prints of the statement by the institution's print id, in order.</summary>
    public ImmutableList<StatementPrinted> Prints { get; private init; } = [];

    /// <summary>Something is under way that only home can end.</summary>
    public bool IsOpen => Withdrawal is not null || (Request is not null && Outcome is null);

    /// <summary>Granted, not taken back, and the institution does not know: not declarable, shown on its difference list.</summary>
    public bool IsUndelivered => Outcome is { State: OutcomeState.Granted } && !Delivered && Withdrawal is null;

    public static StreamKey<TreatmentSettlement> Stream(string settlementId) => new($"settlement/{settlementId}/treatment");

    public TreatmentSettlement Evolve(IFact fact) => fact switch
    {
        SettlementIntended intended => this with { Request = intended.Request, RequestHash = intended.RequestHash, AskedHash = intended.AskedHash, IntentSeal = intended.IntentSeal },
        SettlementRebuilt rebuilt => this with { Request = rebuilt.Request, RequestHash = rebuilt.RequestHash, IntentSeal = rebuilt.IntentSeal },
        SameBillRecognised same => this with { FirstId = same.FirstId, AskedHash = same.AskedHash },
        OutcomeReceived received => Higher(received),
        OriginalReceived => this,
        SettlementDelivered => this with { Delivered = true },
        SettlementConfirmed => this with { Delivered = true, Confirmed = true },
        RoundTrip.WithdrawnUnseen => this with { WithdrawnUnseen = true },
        WithdrawalIntended intended => this with { Withdrawal = intended.Reversal, WithdrawalSeal = intended.ReversalSeal },
        WithdrawalDenied denied => this with { Withdrawal = null, WithdrawalSeal = null, Denials = Denials.SetItem(denied.Denial.NegativeId, denied.Denial) },
        NegativeOf negative => this with { Negative = negative },
        SettlementDeclared declared => this with { Declared = declared.Month },
        VerificationOpened opened => this with { Verification = new VerificationState(opened.Queue, opened.Benefit, null, false) },
        VerificationWithdrawn => this with { Verification = Verification! with { Withdrawn = true } },
        LiabilityFound found => this with { Verification = Verification! with { Found = found } },
        StatementPrinted printed => this with { Prints = Prints.Add(printed) },
        _ => throw new InvalidOperationException($"A settlement at treatment does not know {fact.GetType().Name}."),
    };

    private TreatmentSettlement Higher(OutcomeReceived received)
    {
        if (received.Outcome.Number <= (Outcome?.Number ?? 0) || Outcome is { State: not OutcomeState.Granted })
            throw new InvalidOperationException($"Settlement {received.Outcome.SettlementId} is {Outcome?.State} and cannot become {received.Outcome.State}.");
        return this with
        {
            Outcome = received.Outcome,
            OutcomeSeal = received.OutcomeSeal,
            Delivered = Delivered || received.Delivered,
            Withdrawal = received.Open ? Withdrawal : null,
            WithdrawalSeal = received.Open ? WithdrawalSeal : null,
        };
    }
}
