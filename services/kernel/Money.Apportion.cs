namespace Yibao.Kernel;

// Dividing an amount without losing or inventing a fen.
public readonly partial record struct Money
{
    /// <summary>Divides in proportion to the weights by largest remainder (最大余额法); the parts always sum to this amount.</summary>
    /// <param name="weights">Not negative, at least one above zero. Equal remainders go to the earlier weight: list them by node code (AMB-29).</param>
    /// <param name="step">The smallest part, default one fen; <see cref="WanStep"/> for prefund amounts.</param>
    /// <exception cref="ArgumentException">A negative weight, no weight above zero, or this amount is no multiple of the step.</exception>
    public IReadOnlyList<Money> Apportion(IReadOnlyList<long> weights, Money? step = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var unit = step?.Fen ?? 1;
        if (unit <= 0) throw new ArgumentException("The step is above zero.", nameof(step));
        if (Fen % unit != 0) throw new ArgumentException("The amount is a multiple of the step.", nameof(step));
        if (weights.Any(weight => weight < 0)) throw new ArgumentException("A weight is not negative.", nameof(weights));
        Int128 all = 0;
        foreach (var weight in weights) all += weight;
        if (all == 0) throw new ArgumentException("At least one weight is above zero.", nameof(weights));

        // Signs apart, so that a refund divides exactly like the payment it takes back.
        Int128 steps = Int128.Abs(Fen / unit);
        var parts = weights.Select(weight => (Whole: (long)(steps * weight / all), Remainder: steps * weight % all)).ToArray();
        var left = (int)(steps - parts.Aggregate((Int128)0, static (sum, part) => sum + part.Whole));
        foreach (var index in Enumerable.Range(0, parts.Length).OrderByDescending(i => parts[i].Remainder).Take(left)) parts[index].Whole++;
        var sign = Fen < 0 ? -unit : unit;
        return [.. parts.Select(part => new Money(part.Whole * sign))];
    }

    /// <summary>Divides in proportion to amounts; see <see cref="Apportion(IReadOnlyList{long}, Money?)"/>.</summary>
    public IReadOnlyList<Money> Apportion(IReadOnlyList<Money> weights, Money? step = null) => Apportion([.. weights.Select(weight => weight.Fen)], step);

    public static Money Sum(IEnumerable<Money> amounts) => amounts.Aggregate(Zero, static (sum, amount) => sum + amount);
}
