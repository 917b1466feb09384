using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.FeeSplit;

/// <summary>费用分割 (SET-006): splits each fee line by the treatment place's scope into its four parts.</summary>
/// <remarks>
/// Order (AMB-17): what is above the limit price first; the class B ratio on what is within it; the rest in scope;
/// class C and items outside the scope wholly self-funded. Each part is rounded to the fen on its line and in-scope is the
/// remainder, so that lines, categories and totals add up without a rounding difference.
/// </remarks>
public static class FeeSplitter
{
    /// <summary>Most lines one settlement can have.</summary>
    public const int MostLines = 20_000;

    /// <param name="lines">Every line of the visit that is to be settled.</param>
    /// <param name="catalogue">The treatment place's (cross-province) or the province's unified one (BEN-002, BEN-003).</param>
    /// <param name="chronic">For chronic outpatient care: the treatment place's scope of the disease (SET-020).</param>
    /// <exception cref="RefusedException">NO_FEE_LINES, LINE_REPEATED, LINE_NOT_POSITIVE, LINE_AMOUNT_MISMATCH, CODE_UNKNOWN, CODE_EXPIRED.</exception>
    public static SplitResult Split(IReadOnlyList<FeeLine> lines, FeeCatalogue catalogue, ChronicScope? chronic = null)
    {
        if (lines.Count == 0) throw FeeErrors.NoLines.With().AsException();
        if (lines.Count > MostLines) throw SystemErrors.FieldInvalid.With("feedetl", $"最多 {MostLines} 行").AsException();

        var serials = new HashSet<string>(lines.Count, StringComparer.Ordinal);
        var split = new SplitLine[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (!serials.Add(lines[i].Serial)) throw FeeErrors.LineRepeated.With(lines[i].Serial).AsException();
            split[i] = SplitOne(lines[i], catalogue, chronic);
        }

        var categories = RollUp(split);
        var totals = categories.Aggregate(SplitTotals.Zero, static (sum, category) => sum + category.Split);
        return new SplitResult(split, totals, categories, catalogue.Version);
    }

    /// <summary>The fourteen national categories with the four parts of each (SET-005).</summary>
    public static IReadOnlyList<CategorySplit> RollUp(IReadOnlyList<SplitLine> lines)
    {
        var sums = new SplitTotals[ChargeCategories.All.Count];
        Array.Fill(sums, SplitTotals.Zero);
        foreach (var line in lines) sums[(int)line.Category - 1] += line.Totals;
        return [.. ChargeCategories.All.Select(category => new CategorySplit(category, sums[(int)category - 1]))];
    }

    private static SplitLine SplitOne(FeeLine line, FeeCatalogue catalogue, ChronicScope? chronic)
    {
        CheckAmount(line);
        var (item, exists) = catalogue.Find(line.Code, line.Date);
        if (item is null)
        {
            throw (exists ? FeeErrors.CodeExpired.With(line.Serial, line.Code, Iso(line.Date)) : FeeErrors.CodeUnknown.With(line.Serial, line.Code)).AsException();
        }

        var marks = Marks(line, item, chronic);
        if (item.Class == ItemClass.C || (marks & (SplitMarks.NotApproved | SplitMarks.OutsideDiseaseScope)) != SplitMarks.None)
        {
            return new SplitLine(line, item, line.Category ?? item.Category, Money.Zero, Money.Zero, Money.Zero, line.Amount, marks);
        }

        var over = OverLimit(line, item);
        var within = line.Amount - over;
        var classB = item.Class == ItemClass.B ? Money.Rounded(within.Fen * item.SelfPayRatio) : Money.Zero;
        return new SplitLine(line, item, line.Category ?? item.Category, within - classB, classB, over, Money.Zero, marks);
    }

    private static void CheckAmount(FeeLine line)
    {
        if (line.Price <= 0 || line.Count <= 0 || line.Amount <= Money.Zero) throw FeeErrors.LineNotPositive.With(line.Serial).AsException();
        var expected = Amount(line.Price, line.Count);
        if (expected != line.Amount) throw FeeErrors.LineAmountMismatch.With(line.Serial, line.Price, line.Count, expected, line.Amount).AsException();
    }

    private static SplitMarks Marks(FeeLine line, CatalogueItem item, ChronicScope? chronic)
    {
        // hosp_appr_flag with lmt_used_flag: a limited item needs 1; a 2 takes any item out of scope.
        var refused = line.Approval == Approval.Refused || (item.Limited && line.Approval != Approval.Approved);
        var marks = refused ? SplitMarks.NotApproved : SplitMarks.None;
        if (chronic is null) return marks;
        if (chronic.LimitedTo is not { } limited) return marks | SplitMarks.NormBased;
        return limited.Contains(line.Code) ? marks : marks | SplitMarks.OutsideDiseaseScope;
    }

    private static Money OverLimit(FeeLine line, CatalogueItem item)
    {
        if (item.LimitPrice is not { } limit || line.Price <= limit.InYuan) return Money.Zero;
        // The limit's own amount is what is rounded, so that a line at the limit price and a dearer one have the same amount within it.
        return line.Amount - Amount(limit.InYuan, line.Count);
    }

    /// <summary>Price × count, rounded half-up to the fen.</summary>
    public static Money Amount(decimal price, decimal count)
    {
        try
        {
            return Money.Rounded(price * count * 100m);
        }
        catch (OverflowException)
        {
            throw SystemErrors.FieldInvalid.With("pric", "金额过大").AsException();
        }
    }

    private static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
