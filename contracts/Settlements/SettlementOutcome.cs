using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Settlements;

/// <summary>What home decided of a settlement. Intent → {refused | tombstoned | granted} → reversed; all but granted are final.</summary>
public enum OutcomeState
{
    Granted,
    Refused,
    /// <summary>Reversed before it began: a late grant is refused.</summary>
    Tombstoned,
    /// <summary>Granted and taken back by a negative settlement.</summary>
    Reversed,
}

/// <summary>A refusal that is remembered: code and details of the catalogue.</summary>
public sealed record Refusal(string Code, IReadOnlyList<string> Details)
{
    public static Refusal Of(Error error) => new(error.Code, error.Details);

    /// <summary>The catalogue's entry; a code this node does not know yet is reported as home's refusal with that code.</summary>
    public Error ToError() => Catalogue.Find(Code) is { } definition ? new Error(definition, Details) : SettlementErrors.RefusedByHome.With(Code);

    public bool Equals(Refusal? other) => other is not null && Code == other.Code && Details.SequenceEqual(other.Details);

    public override int GetHashCode() => Code.GetHashCode(StringComparison.Ordinal);
}

/// <summary>
/// Home's numbered outcome, signed. Per settlement the numbers only rise: 1 = granted, refused or tombstoned, 2 = reversed.
/// A node stores an outcome only if its number is higher than the one it has. Each says everything: number 2 repeats the original.
/// </summary>
/// <param name="SettlementId">Which settlement.</param>
/// <param name="Number">1 or 2.</param>
/// <param name="State">What it is now.</param>
/// <param name="TreatmentArea">Where it goes back to.</param>
/// <param name="HomeArea">Who decided.</param>
/// <param name="RequestHash">Of the request it answers; null for a tombstone, which never saw one.</param>
/// <param name="Content">The settlement, when it was ever granted.</param>
/// <param name="Negative">The negative settlement, when reversed.</param>
/// <param name="Refusal">Why refused.</param>
/// <param name="Changed">Refused with <c>RESULT_CHANGED</c>: the figures it would have now.</param>
/// <param name="DecidedAt">Home's clock, UTC.</param>
public sealed record SettlementOutcome(
    string SettlementId,
    int Number,
    OutcomeState State,
    AdminDivision TreatmentArea,
    AdminDivision HomeArea,
    string? RequestHash,
    SettlementContent? Content,
    SettlementContent? Negative,
    Refusal? Refusal,
    Figures? Changed,
    DateTimeOffset DecidedAt)
{
    /// <summary>How the figures came about; null when nothing was granted.</summary>
    public Explained? Explanation { get; init; }

    /// <summary>What the grant took from benefit year and account: with it a home that lost the settlement can take it back exactly. Null when nothing was granted.</summary>
    public DrawnBenefit? Drawn { get; init; }

    /// <summary>Two nodes agree about a settlement when these are equal.</summary>
    public string Hash(IDigest? digest = null) => new CanonicalForm("settlement-outcome.v1")
        .Text("settlementId", SettlementId)
        .Number("number", Number)
        .Number("state", (int)State)
        .Text("requestHash", RequestHash)
        .Text("content", Content?.Hash(digest))
        .Text("negative", Negative?.Hash(digest))
        .Text("refusal", Refusal is null ? null : $"{Refusal.Code}({string.Join(',', Refusal.Details)})")
        .Instant("decidedAt", DecidedAt)
        .Hash(digest);
}

/// <summary>One settlement's part in the person's benefit year (年度待遇累计) and accounts. Is in no hash: it follows from the figures by home's policy.</summary>
/// <param name="Year">The benefit year: that of the discharge.</param>
/// <param name="Admissions">住院次数: 1 for an inpatient stay, else 0.</param>
/// <param name="Counters">Each counter at most once, none with zero.</param>
/// <param name="Own">From the person's own account.</param>
/// <param name="Family">From what relatives released (家庭共济).</param>
public sealed record DrawnBenefit(int Year, int Admissions, IReadOnlyList<DrawnCounter> Counters, Money Own, Money Family)
{
    public bool Equals(DrawnBenefit? other) => other is not null && Year == other.Year && Admissions == other.Admissions && Own == other.Own && Family == other.Family && Counters.SequenceEqual(other.Counters);

    public override int GetHashCode() => HashCode.Combine(Year, Admissions, Counters.Count, Own, Family);
}

/// <summary>One counter's movement; the home place's own name for it.</summary>
public sealed record DrawnCounter(string Counter, Money Amount);

/// <summary>Home will not take a settlement back, for this request: it stays granted. Signed, and remembered under the request's id.</summary>
public sealed record ReversalDenial(string SettlementId, string NegativeId, Refusal Refusal, DateTimeOffset DecidedAt);

/// <summary>预结算: what the settlement would be, signed by home; nothing is stored anywhere. A settlement that carries it must come to the same figures.</summary>
/// <param name="VisitId">Whose bill.</param>
/// <param name="BillHash">Which lines.</param>
/// <param name="Figures">Who would pay what.</param>
/// <param name="PolicyVersion">Under which policy.</param>
/// <param name="AccumulatorsVersion">From where the benefit year stood.</param>
public sealed record SettlementQuote(string VisitId, string BillHash, Figures Figures, string PolicyVersion, long AccumulatorsVersion, DateTimeOffset QuotedAt)
{
    /// <summary>How the figures came about.</summary>
    public Explained? Explanation { get; init; }
}

/// <summary>The kinds of envelopes of the round trip.</summary>
public static class SettlementKinds
{
    /// <summary>Treatment → home: <see cref="SettlementRequest"/>; answered with an outcome.</summary>
    public const string Intent = "settlement.intent.v1";

    /// <summary>Treatment → home: <see cref="SettlementRequest"/>; answered with a quote, stored nowhere.</summary>
    public const string Trial = "settlement.trial.v1";

    /// <summary>Treatment → home: <see cref="ReversalRequest"/>; answered with an outcome or a denial.</summary>
    public const string Reversal = "settlement.reversal.v1";

    /// <summary>Home → treatment: <see cref="SettlementOutcome"/>.</summary>
    public const string Outcome = "settlement.outcome.v1";

    /// <summary>Home → treatment: <see cref="ReversalDenial"/>.</summary>
    public const string Denial = "settlement.denial.v1";

    /// <summary>Home → treatment: <see cref="SettlementQuote"/>.</summary>
    public const string Quote = "settlement.quote.v1";

    /// <summary>A pooling area's new host → its former host: hand over one person's benefit years.</summary>
    public const string TakeOver = "settlement.takeover.v1";

    /// <summary>Former host → new host: the benefit years.</summary>
    public const string HandedOver = "settlement.handedover.v1";

    /// <summary>Former host → new host: a settlement from before was taken back.</summary>
    public const string Restore = "settlement.restore.v1";

    /// <summary>New host → former host: stored.</summary>
    public const string Restored = "settlement.restored.v1";
}
