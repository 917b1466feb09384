using Yibao.Kernel;

namespace Yibao.Contracts.Settlements;

/// <summary>Why this much: travels with home's signed answer, so that the treatment place can print it for the patient. Decides nothing and is in no hash.</summary>
/// <param name="Deductible">本次起付标准 (act_pay_dedc).</param>
/// <param name="Lines">In the order of the calculation.</param>
public sealed record Explained(Money Deductible, IReadOnlyList<ExplanationLine> Lines)
{
    public bool Equals(Explained? other) => other is not null && Deductible == other.Deductible && Lines.SequenceEqual(other.Lines);

    public override int GetHashCode() => HashCode.Combine(Deductible, Lines.Count);
}

/// <summary>One step of the calculation in plain Chinese.</summary>
/// <param name="TookIn">计算基数.</param>
/// <param name="Result">What it paid or took off.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rule">The figure of the policy pack.</param>
/// <param name="Article">条款.</param>
/// <param name="Source">The document the figure comes from.</param>
/// <param name="Worth">official, illustrative or default: what the figure is worth.</param>
public sealed record ExplanationLine(Money TookIn, Money Result, string Reason, string Rule, string Article, string Source, string Worth);
