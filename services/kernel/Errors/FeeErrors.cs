namespace Yibao.Kernel.Errors;

/// <summary>What can be wrong with fees: lines, catalogue codes, the split and its sums.</summary>
public static class FeeErrors
{
    /// <summary>{0} line, {1} code.</summary>
    public static readonly ErrorDefinition CodeUnknown = new("CODE_UNKNOWN", ErrorCategory.Institution,
        "第 {0} 行：目录编码 {1} 不在就医地目录中", "请核对医保目录编码后重新上传", Party.Institution);

    /// <summary>OPS-005. {0} line, {1} code, {2} date of the fee.</summary>
    public static readonly ErrorDefinition CodeExpired = new("CODE_EXPIRED", ErrorCategory.Institution,
        "第 {0} 行：目录编码 {1} 在费用发生日 {2} 已失效或尚未生效", "请改用当日有效的编码重新上传", Party.Institution);

    /// <summary>{0} line, {1} price, {2} count, {3} expected, {4} sent.</summary>
    public static readonly ErrorDefinition LineAmountMismatch = new("LINE_AMOUNT_MISMATCH", ErrorCategory.Institution,
        "第 {0} 行：单价 {1} × 数量 {2} = {3}，与上传金额 {4} 不一致", "请核对该行单价、数量和金额后重新上传", Party.Institution);

    /// <summary>{0} line.</summary>
    public static readonly ErrorDefinition LineNotPositive = new("LINE_NOT_POSITIVE", ErrorCategory.Institution,
        "第 {0} 行：单价、数量和金额必须大于零", "退药退费请撤销原明细后重新上传，不得上传负数或零", Party.Institution);

    /// <summary>{0} line.</summary>
    public static readonly ErrorDefinition LineRepeated = new("LINE_REPEATED", ErrorCategory.Institution,
        "费用明细流水号 {0} 重复", "请保证每条费用明细的流水号唯一", Party.Institution);

    public static readonly ErrorDefinition NoLines = new("NO_FEE_LINES", ErrorCategory.Institution,
        "没有可以结算的费用明细", "请先上传费用明细", Party.Institution);

    /// <summary>{0} what was sent.</summary>
    public static readonly ErrorDefinition CategoryUnknown = new("CATEGORY_UNKNOWN", ErrorCategory.Institution,
        "费用类别 {0} 不是全国统一的大类费用（01至14）", "请按国家医疗收费项目类别代码更正", Party.Institution);

    /// <summary>SET-005. {0} what, {1} sum of the categories, {2} total.</summary>
    public static readonly ErrorDefinition CategorySumMismatch = new("CATEGORY_SUM_MISMATCH", ErrorCategory.Institution,
        "大类费用合计与总额不一致（{0}）：各大类合计 {1}，总额 {2}", "请核对费用明细的类别归集后重新上传", Party.Institution);

    /// <summary>SET-010, first identity. {0} total, {1} sum of the four parts.</summary>
    public static readonly ErrorDefinition Identity1 = new("IDENTITY_1", ErrorCategory.System,
        "总费用 {0} 不等于范围内、乙类先行自付、超限价自付、自费之和 {1}", "不予结算，请核对费用分割结果", Party.TreatmentAgency);

    /// <summary>SET-010, second identity. {0} total, {1} funds, {2} cash, {3} hospital-borne.</summary>
    public static readonly ErrorDefinition Identity2 = new("IDENTITY_2", ErrorCategory.System,
        "总费用 {0} 不等于基金支付合计 {1}、个人现金支付 {2}、医院承担 {3} 之和", "不予结算，请核对待遇计算结果", Party.HomeAgency);

    public static readonly ErrorDefinition SplitNegative = new("SPLIT_NEGATIVE", ErrorCategory.Request,
        "费用分割结果中有负数", "退费请按原结算整笔办理", Party.Institution);

    /// <summary>SET-019. {0} disease code.</summary>
    public static readonly ErrorDefinition DiseaseNotOpenCrossProvince = new("DISEASE_NOT_OPEN_CROSS_PROVINCE", ErrorCategory.Policy,
        "门诊慢特病病种 {0} 未开通跨省直接结算", "请按手工报销办理，或在省内定点医药机构就医", Party.Patient);

    /// <summary>SET-019. {0} disease code.</summary>
    public static readonly ErrorDefinition DiseaseNotInProvince = new("DISEASE_NOT_IN_PROVINCE", ErrorCategory.Policy,
        "门诊慢特病病种 {0} 不在本省门诊慢特病目录内", "请核对病种编码，或按手工报销办理", Party.Institution);

    /// <summary>{0} area.</summary>
    public static readonly ErrorDefinition CatalogueMissing = new("CATALOGUE_MISSING", ErrorCategory.Policy,
        "就医地 {0} 没有生效的医保目录", "请联系就医地经办机构发布目录", Party.TreatmentAgency);

    /// <summary>{0} file, {1} line, {2} what.</summary>
    public static readonly ErrorDefinition CatalogueInvalid = new("CATALOGUE_INVALID", ErrorCategory.Policy,
        "目录文件 {0} 第 {1} 行有误：{2}", "请更正目录文件", Party.Operator);
}
