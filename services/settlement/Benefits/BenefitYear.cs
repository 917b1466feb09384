using System.Collections.Immutable;
using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Benefits;

/// <summary>A settlement drew on the benefit year.</summary>
public sealed record BenefitDrawn(string SettlementId, Contribution Contribution) : IFact;

/// <summary>A reversal or refund took a settlement's contribution back, whole.</summary>
/// <param name="SettlementId">The original.</param>
/// <param name="NegativeId">The negative settlement.</param>
public sealed record BenefitRestored(string SettlementId, string NegativeId) : IFact;

/// <summary>The area has a new host, and the year went there: nothing moves it here any more.</summary>
/// <param name="To">The new host.</param>
/// <param name="Since">From when the registry names it.</param>
/// <param name="RequestSeal">The new host's signature under its request.</param>
public sealed record BenefitHandedOver(AdminDivision To, DateTimeOffset Since, Seal RequestSeal) : IFact;

/// <summary>The area came from another host, and the year came along.</summary>
/// <param name="From">The former host.</param>
/// <param name="Since">From when the registry names this node.</param>
/// <param name="Year">All of it.</param>
/// <param name="AnswerSeal">The former host's signature.</param>
public sealed record BenefitTakenOver(AdminDivision From, DateTimeOffset Since, BenefitYearRecord Year, Seal AnswerSeal) : IFact;

/// <summary>The former host asked to restore a settlement of its own, and the order of the year does not allow it; remembered for the request's repeats.</summary>
public sealed record BenefitRestoreDenied(string SettlementId, string NegativeId, Refusal Refusal) : IFact;

/// <summary>A benefit year as one host gives it to the next.</summary>
/// <param name="Drawn">Every contribution, by settlement.</param>
/// <param name="Restored">Which of them were taken back, by which negative.</param>
/// <param name="Live">The others, in the order they drew.</param>
/// <param name="Denied">Restores that were denied.</param>
public sealed record BenefitYearRecord(
    IReadOnlyList<DrawnContribution> Drawn, IReadOnlyList<RestoredContribution> Restored, IReadOnlyList<string> Live, IReadOnlyList<DeniedRestore> Denied);

/// <summary>What one settlement drew.</summary>
public sealed record DrawnContribution(string SettlementId, Contribution Contribution);

/// <summary>What was taken back.</summary>
public sealed record RestoredContribution(string SettlementId, string NegativeId);

/// <summary>What was not.</summary>
public sealed record DeniedRestore(string NegativeId, Refusal Refusal);

/// <summary>
/// One person's benefit year (年度待遇累计) in one area and insurance: one contribution per settlement. The sums are those of
/// the live contributions, so neither the order of facts nor refunds out of sequence or across years matter (SET-026, SET-027).
/// </summary>
public sealed record BenefitYear : IState<BenefitYear>
{
    public static BenefitYear Empty { get; } = new();

    /// <summary>Every contribution ever drawn, by settlement.</summary>
    public ImmutableDictionary<string, Contribution> Drawn { get; private init; } = ImmutableDictionary.Create<string, Contribution>(StringComparer.Ordinal);

    /// <summary>The negative of each restored settlement.</summary>
    public ImmutableDictionary<string, string> Restored { get; private init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Settlements that drew and were not restored, in the order they drew.</summary>
    public ImmutableList<string> Live { get; private init; } = [];

    /// <summary>The last of them: what AMB-20 lets an inpatient or chronic refund undo.</summary>
    public string? LastLive => Live.IsEmpty ? null : Live[^1];

    /// <summary>What the next settlement finds.</summary>
    public Accumulators Accumulators { get; private init; } = Accumulators.Empty;

    /// <summary>Restores that were denied, by the negative that asked for them.</summary>
    public ImmutableDictionary<string, Refusal> Denied { get; private init; } = ImmutableDictionary.Create<string, Refusal>(StringComparer.Ordinal);

    /// <summary>Set when the year lies with another node now.</summary>
    public BenefitHandedOver? HandedOver { get; private init; }

    /// <summary>The hand-over by which the year came here.</summary>
    public DateTimeOffset? TakenOver { get; init; }

    /// <summary><c>benefit-year/{area}/{person}/{insutype}/{year}</c>; the year is that of the discharge (BEN-019).</summary>
    /// <param name="person">The opaque person key.</param>
    public static StreamKey<BenefitYear> Stream(AdminDivision area, string person, InsuranceType insurance, int year) =>
        new(string.Create(CultureInfo.InvariantCulture, $"benefit-year/{area.Code}/{person}/{(int)insurance}/{year}"));

    /// <summary>The facts of drawing; none when this settlement drew before.</summary>
    public IReadOnlyList<IFact> Draw(string settlementId, Contribution contribution) =>
        Drawn.ContainsKey(settlementId) ? [] : [new BenefitDrawn(settlementId, contribution)];

    /// <summary>The facts of restoring; none when it was restored before.</summary>
    public IReadOnlyList<IFact> Restore(string settlementId, string negativeId) =>
        Restored.ContainsKey(settlementId) ? [] : [new BenefitRestored(settlementId, negativeId)];

    /// <summary>All of it, for the next host.</summary>
    public BenefitYearRecord Record() => new(
        [.. Drawn.OrderBy(drawn => drawn.Key, StringComparer.Ordinal).Select(drawn => new DrawnContribution(drawn.Key, drawn.Value))],
        [.. Restored.OrderBy(restored => restored.Key, StringComparer.Ordinal).Select(restored => new RestoredContribution(restored.Key, restored.Value))],
        Live,
        [.. Denied.OrderBy(denied => denied.Key, StringComparer.Ordinal).Select(denied => new DeniedRestore(denied.Key, denied.Value))]);

    public BenefitYear Evolve(IFact fact) => fact switch
    {
        BenefitDrawn or BenefitRestored or BenefitRestoreDenied when HandedOver is not null => throw new InvalidOperationException($"A benefit year that was handed over to {HandedOver.To} cannot move here."),
        BenefitDrawn drawn when Drawn.ContainsKey(drawn.SettlementId) => throw Twice(drawn.SettlementId),
        BenefitDrawn drawn => this with
        {
            Drawn = Drawn.Add(drawn.SettlementId, drawn.Contribution),
            Live = Restored.ContainsKey(drawn.SettlementId) ? Live : Live.Add(drawn.SettlementId),
            Accumulators = Restored.ContainsKey(drawn.SettlementId) ? Accumulators : Accumulators.Plus(drawn.Contribution),
        },
        BenefitRestored restored when Restored.ContainsKey(restored.SettlementId) => throw Twice(restored.SettlementId),
        BenefitRestored restored => this with
        {
            Restored = Restored.Add(restored.SettlementId, restored.NegativeId),
            Live = Live.Remove(restored.SettlementId),
            Accumulators = Drawn.TryGetValue(restored.SettlementId, out var contribution) ? Accumulators.Minus(contribution) : Accumulators,
        },
        BenefitRestoreDenied denied => this with { Denied = Denied.Add(denied.NegativeId, denied.Refusal) },
        BenefitHandedOver handedOver => this with { HandedOver = handedOver },
        BenefitTakenOver takenOver => From(takenOver),
        _ => throw new InvalidOperationException($"A benefit year does not know {fact.GetType().Name}."),
    };

    private BenefitYear From(BenefitTakenOver takenOver)
    {
        var year = takenOver.Year;
        var drawn = year.Drawn.ToImmutableDictionary(entry => entry.SettlementId, entry => entry.Contribution, StringComparer.Ordinal);
        if (Drawn.Keys.FirstOrDefault(known => !drawn.ContainsKey(known)) is { } lost) throw new InvalidOperationException($"Settlement {lost} drew on the benefit year here, and the year that came does not know it.");
        return new BenefitYear
        {
            Drawn = drawn,
            Restored = year.Restored.ToImmutableDictionary(entry => entry.SettlementId, entry => entry.NegativeId, StringComparer.Ordinal),
            Live = [.. year.Live],
            Denied = year.Denied.ToImmutableDictionary(entry => entry.NegativeId, entry => entry.Refusal, StringComparer.Ordinal),
            Accumulators = year.Live.Aggregate(Accumulators.Empty, (sum, live) => sum.Plus(drawn[live])),
            TakenOver = takenOver.Since,
        };
    }

    private static InvalidOperationException Twice(string settlementId) => new($"Settlement {settlementId} moved the benefit year twice.");
}
