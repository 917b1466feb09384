using System.Collections.Immutable;
using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Benefits;

/// <summary>A settlement drew on the benefit year.</summary>
public sealed record BenefitDrawn(string SettlementId, Contribution Contribution) : IFact;

/// <summary>A reversal or refund took a settlement's contribution back, whole.</summary>
/// <param name="SettlementId">The original.</param>
/// <param name="NegativeId">The negative settlement.</param>
public sealed record BenefitRestored(string SettlementId, string NegativeId) : IFact;

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

    public BenefitYear Evolve(IFact fact) => fact switch
    {
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
        _ => throw new InvalidOperationException($"A benefit year does not know {fact.GetType().Name}."),
    };

    private static InvalidOperationException Twice(string settlementId) => new($"Settlement {settlementId} moved the benefit year twice.");
}
