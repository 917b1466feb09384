using Yibao.Settlement.Paths;

namespace Yibao.Settlement.Rate;

/// <summary>住院费用跨省直接结算率 of one home place and period (004-N 一(二), SET-030).</summary>
/// <param name="Direct">Cross-province stays settled directly, those taken back not counted.</param>
/// <param name="Manual">Cross-province stays reimbursed by hand.</param>
public sealed record DirectRate(long Direct, long Manual)
{
    /// <summary>All cross-province discharges that were paid.</summary>
    public long All => Direct + Manual;

    /// <summary>Rounded half-up to the hundredth of a per cent, as printed; null when nobody was discharged.</summary>
    public decimal? Ratio => All == 0 ? null : decimal.Round((decimal)Direct / All, 4, MidpointRounding.AwayFromZero);

    /// <summary>Compared exactly, not as printed: 69.996 % is not 70 %. Null without a target or without discharges.</summary>
    public bool? Meets(DirectRateTarget? target) => target is null || All == 0 ? null : Direct >= target.Ratio * All;
}
