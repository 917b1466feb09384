using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.FeeSplit;

/// <summary>The sums that every settlement must satisfy to the fen (SET-005, SET-010). Each answers null when they hold.</summary>
public static class SplitChecks
{
    /// <summary>Total = in-scope + class B + over-limit + self-funded, and no part is negative.</summary>
    public static Error? Identity1(SplitTotals split) =>
        !split.IsNonNegative ? FeeErrors.SplitNegative
        : split.Holds ? null
        : FeeErrors.Identity1.With(split.Total, split.InScope + split.ClassBSelfPay + split.OverLimit + split.SelfFunded);

    /// <summary>Total = funds + cash + hospital-borne (AMB-18), of the same total that was split.</summary>
    public static Error? Identity2(SplitTotals split, Figures figures) =>
        figures.Holds && figures.Total == split.Total ? null : FeeErrors.Identity2.With(split.Total, figures.FundTotal, figures.Cash, figures.HospitalBorne);

    /// <summary>The categories, each and together, add up to the split: the fourteen of the nation, none twice.</summary>
    public static Error? Categories(SplitTotals split, IReadOnlyList<CategorySplit> categories)
    {
        var seen = new HashSet<ChargeCategory>();
        var sum = SplitTotals.Zero;
        foreach (var (category, part) in categories)
        {
            if (!Enum.IsDefined(category) || !seen.Add(category)) return FeeErrors.CategoryUnknown.With((int)category);
            if (Identity1(part) is { } error) return error;
            sum += part;
        }

        return Mismatch("总费用", sum.Total, split.Total)
            ?? Mismatch("范围内", sum.InScope, split.InScope)
            ?? Mismatch("乙类先行自付", sum.ClassBSelfPay, split.ClassBSelfPay)
            ?? Mismatch("超限价自付", sum.OverLimit, split.OverLimit)
            ?? Mismatch("自费", sum.SelfFunded, split.SelfFunded);
    }

    private static Error? Mismatch(string what, Money categories, Money total) =>
        categories == total ? null : FeeErrors.CategorySumMismatch.With(what, categories, total);
}
