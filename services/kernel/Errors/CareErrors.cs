namespace Yibao.Kernel.Errors;

/// <summary>Papers and findings beside a visit: trauma without a third party, services outside during a stay, verification.</summary>
public static class CareErrors
{
    /// <summary>SET-016. {0} visit.</summary>
    public static readonly ErrorDefinition TraumaCommitmentMissing = new("TRAUMA_COMMITMENT_MISSING", ErrorCategory.Institution,
        "外伤就诊 {0} 没有《外伤无第三方责任承诺书》", "请强化身份核验，由患者（或近亲属）签署承诺书后再结算；有第三方责任的不能直接结算", Party.Institution);

    /// <summary>SET-016. {0} area.</summary>
    public static readonly ErrorDefinition TraumaNotDirect = new("TRAUMA_NOT_DIRECT", ErrorCategory.Policy,
        "就医地 {0} 的外伤费用不纳入直接结算", "请患者自费结算后到参保地办理手工报销", Party.Patient);

    /// <summary>INS-013.</summary>
    public static readonly ErrorDefinition ThirdPartyLiability = new("THIRD_PARTY_LIABILITY", ErrorCategory.Policy,
        "外伤涉及第三方责任，费用不能直接结算", "应由第三方负担的不由医保基金支付；请患者向责任方主张，或自费结算", Party.Patient);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition NotTrauma = new("TRAUMA_FLAG_MISSING", ErrorCategory.Request,
        "就诊 {0} 未登记外伤标志", "外伤患者请在就诊登记时填写外伤标志", Party.Institution);

    /// <summary>SET-017.</summary>
    public static readonly ErrorDefinition PromiseMissing = new("TRAUMA_PROMISE_MISSING", ErrorCategory.Person,
        "承诺内容不完整：须承诺与第三方责任、工伤责任无关，并承诺不实时全额退回待遇", "有第三方责任或工伤责任的，由责任方或工伤保险支付；其余请补全承诺", Party.Patient);

    /// <summary>SET-016.</summary>
    public static readonly ErrorDefinition IdentityNotChecked = new("IDENTITY_NOT_CHECKED", ErrorCategory.Institution,
        "未强化身份核验", "请核对患者本人与证件一致后再登记承诺书", Party.Institution);

    /// <summary>{0} visit, {1} settlement.</summary>
    public static readonly ErrorDefinition CommitmentFixed = new("TRAUMA_COMMITMENT_FIXED", ErrorCategory.Request,
        "就诊 {0} 已有结算 {1}，承诺书不能再更改", "如承诺有误，请先冲正或退费", Party.Institution);

    /// <summary>INS-027. {0} visit.</summary>
    public static readonly ErrorDefinition SlipInpatientOnly = new("SLIP_INPATIENT_ONLY", ErrorCategory.Request,
        "就诊 {0} 不是医保住院，不能开具外检外购单", "外检外购单只用于住院期间", Party.Institution);

    /// <summary>{0} slip.</summary>
    public static readonly ErrorDefinition SlipDiffers = new("SLIP_NUMBER_REUSED", ErrorCategory.Request,
        "外检外购单 {0} 已用于不同的内容", "请换用新的单号", Party.Institution);

    /// <summary>{0} slip.</summary>
    public static readonly ErrorDefinition SlipUnknown = new("SLIP_UNKNOWN", ErrorCategory.Request,
        "没有外检外购单 {0}，或它属于另一次住院、另一家机构", "请先开具外检外购单", Party.Institution);

    /// <summary>INS-027. {0} line, {1} institution, {2} slip.</summary>
    public static readonly ErrorDefinition IncludedElsewhere = new("FEE_LINE_INCLUDED_ELSEWHERE", ErrorCategory.Request,
        "费用明细 {0}（机构 {1}）已凭外检外购单 {2} 并入住院结算", "同一费用只能结算一次，请由住院医院一并结算", Party.Institution);

    /// <summary>INS-027. {0} line, {1} institution, {2} settlement.</summary>
    public static readonly ErrorDefinition SettledOutside = new("FEE_LINE_SETTLED_OUTSIDE", ErrorCategory.Request,
        "费用明细 {0} 已由机构 {1} 在结算 {2} 中直接结算", "同一费用只能结算一次；如需并入住院，请先由该机构退费", Party.Institution);

    /// <summary>{0} settlement.</summary>
    public static readonly ErrorDefinition NotInVerification = new("NOT_IN_VERIFICATION", ErrorCategory.Request,
        "结算 {0} 不在核查范围内，或已冲正、退费", "请核对结算标识", Party.Operator);

    /// <summary>{0} settlement.</summary>
    public static readonly ErrorDefinition LiabilityFoundBefore = new("LIABILITY_FOUND_BEFORE", ErrorCategory.Request,
        "结算 {0} 已认定为另一种责任", "认定有误的，请按核查流程更正", Party.Operator);

    /// <summary>{0} settlement.</summary>
    public static readonly ErrorDefinition NoStatement = new("STATEMENT_NOT_AVAILABLE", ErrorCategory.Request,
        "结算 {0} 没有可打印的结算单：尚无成功结果或不是住院", "请先查询结算结果；门诊请打印结算说明", Party.Institution);
}
