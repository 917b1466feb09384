using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.FeeSplit;

/// <summary>Why a line fell as it did.</summary>
[Flags]
public enum SplitMarks
{
    None = 0,
    /// <summary>限制使用: a limited item without the hospital's approval.</summary>
    NotApproved = 1,
    /// <summary>Outside the treatment place's limited scope for the chronic disease (SET-020).</summary>
    OutsideDiseaseScope = 2,
    /// <summary>NORM_BASED: accepted under clinical and drug norms because the treatment place sets no scope for the disease (SET-020); an audit reads it.</summary>
    NormBased = 4,
}

/// <summary>A fee line with its four parts: their sum is the line's amount.</summary>
/// <param name="Line">As uploaded.</param>
/// <param name="Item">The catalogue item in force on the line's date.</param>
/// <param name="Category">The national charge class the line is summed under.</param>
/// <param name="InScope">统筹基金支付范围内 (inscp_scp_amt).</param>
/// <param name="ClassBSelfPay">乙类先行自付 (preselfpay_amt).</param>
/// <param name="OverLimit">超限价自付 (overlmt_amt).</param>
/// <param name="SelfFunded">自费 (fulamt_ownpay_amt).</param>
/// <param name="Marks">Why.</param>
public sealed record SplitLine(
    FeeLine Line, CatalogueItem Item, ChargeCategory Category, Money InScope, Money ClassBSelfPay, Money OverLimit, Money SelfFunded, SplitMarks Marks)
{
    public SplitTotals Totals => new(Line.Amount, InScope, ClassBSelfPay, OverLimit, SelfFunded);
}

/// <summary>All lines split, with their sums.</summary>
/// <param name="Lines">In the order of upload.</param>
/// <param name="Totals">Over all lines.</param>
/// <param name="Categories">The fourteen national categories, those without fees too (SET-005).</param>
/// <param name="CatalogueVersion">Which catalogue split them.</param>
public sealed record SplitResult(IReadOnlyList<SplitLine> Lines, SplitTotals Totals, IReadOnlyList<CategorySplit> Categories, string CatalogueVersion);
