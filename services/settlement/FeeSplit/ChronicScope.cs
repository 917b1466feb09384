using System.Collections.Frozen;

namespace Yibao.Settlement.FeeSplit;

/// <summary>What a treatment place says about a chronic disease's payment scope (限定支付范围, SET-020).</summary>
/// <param name="Disease">门诊慢特病病种代码 (opsp_dise_code).</param>
/// <param name="LimitedTo">The catalogue codes that are in scope for it; null: the place has the disease without a limit, or lacks it.</param>
public sealed record ChronicScope(string Disease, FrozenSet<string>? LimitedTo)
{
    /// <summary>The treatment place has no limit for the disease, or does not have the disease.</summary>
    public static ChronicScope NormBased(string disease) => new(disease, null);
}
