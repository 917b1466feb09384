namespace Yibao.Kernel.Errors;

/// <summary>费用明细: what is uploaded after the settlement, and what is done with it when there was none.</summary>
public static class DetailsErrors
{
    /// <summary>{0} settlement or visit.</summary>
    public static readonly ErrorDefinition NotOwed = new("DETAILS_NOT_OWED", ErrorCategory.Request,
        "{0} 没有待上传的费用明细", "请核对标识；省内与门诊费用已逐条传输，无须另传", Party.Operator);

    /// <summary>{0} settlement or visit.</summary>
    public static readonly ErrorDefinition Unknown = new("DETAILS_UNKNOWN", ErrorCategory.Request,
        "没有收到 {0} 的费用明细", "请核对标识，或联系就医地经办机构上传", Party.TreatmentAgency);

    /// <summary>{0} settlement or visit.</summary>
    public static readonly ErrorDefinition Incomplete = new("DETAILS_INCOMPLETE", ErrorCategory.Request,
        "{0} 的费用明细尚未收齐", "请稍后再试；长时间收不齐请联系就医地经办机构重传", Party.TreatmentAgency);

    /// <summary>{0} settlement or visit.</summary>
    public static readonly ErrorDefinition Differ = new("DETAILS_DIFFER", ErrorCategory.Security,
        "{0} 的费用明细与已收的不一致", "已拒收；请联系就医地经办机构核对", Party.TreatmentAgency);

    /// <summary>{0} settlement or visit, {1} part.</summary>
    public static readonly ErrorDefinition PartInvalid = new("DETAILS_PART_INVALID", ErrorCategory.Request,
        "{0} 的费用明细第 {1} 部分不合规", "每部分 1 至 1000 行，编号从 1 起", Party.TreatmentAgency);

    /// <summary>{0} settlement or visit, {1} sum of the lines, {2} total.</summary>
    public static readonly ErrorDefinition SumMismatch = new("DETAILS_SUM_MISMATCH", ErrorCategory.Request,
        "{0} 的费用明细合计 {1} 与总额 {2} 不符", "请核对明细后重传", Party.TreatmentAgency);
}
