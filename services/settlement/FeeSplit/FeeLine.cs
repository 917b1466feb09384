using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.FeeSplit;

/// <summary>医院审批标志 (hosp_appr_flag) of an item that the catalogue limits to certain uses (lmt_used_flag).</summary>
public enum Approval
{
    /// <summary>0 无须审批.</summary>
    NotNeeded = 0,
    /// <summary>1 审批通过.</summary>
    Approved = 1,
    /// <summary>2 审批不通过.</summary>
    Refused = 2,
}

/// <summary>One uploaded fee line (费用明细).</summary>
/// <param name="Serial">费用明细流水号 (feedetl_sn), unique within the visit.</param>
/// <param name="Code">医保目录编码 (med_list_codg).</param>
/// <param name="Category">大类费用 (med_chrgitm_type); null takes the catalogue's.</param>
/// <param name="Price">单价 (pric), yuan, up to six decimals.</param>
/// <param name="Count">数量 (cnt), up to four decimals.</param>
/// <param name="Amount">明细项目费用总额 (det_item_fee_sumamt).</param>
/// <param name="Date">费用发生日期 (fee_ocur_time): decides which version of the catalogue applies.</param>
public sealed record FeeLine(string Serial, string Code, ChargeCategory? Category, decimal Price, decimal Count, Money Amount, DateOnly Date)
{
    public Approval Approval { get; init; }

    /// <summary>Set when another institution or a pharmacy provided it during this stay (INS-027).</summary>
    public OutsideOrigin? Outside { get; init; }

    /// <summary>收费批次号 (chrg_bchno); null where the institution names none.</summary>
    public string? Batch { get; init; }

    /// <summary>The prescription that it fills; null where none was named.</summary>
    public Prescription? Prescription { get; init; }

    /// <summary>病种编码 (dise_codg) of the prescription; null: the visit's (INS-011).</summary>
    public string? Disease { get; init; }
}

/// <summary>处方 (OPS-015).</summary>
/// <param name="Number">处方号 (rxno).</param>
/// <param name="Circulated">外购处方标志 (rx_circ_flag): filled by another than who wrote it (电子处方流转).</param>
public sealed record Prescription(string Number, bool Circulated);

/// <summary>Where a line of a stay came from, by its slip (004 Annex 12).</summary>
/// <param name="Slip">Number of the slip at the treating institution.</param>
/// <param name="Institution">定点医药机构编号 that provided it.</param>
/// <param name="Serial">费用明细流水号 there: it may not settle that line itself.</param>
public sealed record OutsideOrigin(string Slip, string Institution, string Serial);
