namespace Yibao.Kernel.Errors;

/// <summary>The real-time round trip (直接结算): visits, settlements and the two ways back.</summary>
public static class SettlementErrors
{
    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition VisitUnknown = new("VISIT_UNKNOWN", ErrorCategory.Request,
        "没有就诊登记 {0}", "请先办理就诊登记", Party.Institution);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition VisitDiffers = new("VISIT_ID_REUSED", ErrorCategory.Request,
        "就诊标识 {0} 已用于另一次就诊登记", "请换用新的就诊标识", Party.Institution);

    /// <summary>SET-038. {0} visit.</summary>
    public static readonly ErrorDefinition VisitNotInsured = new("VISIT_NOT_INSURED", ErrorCategory.Person,
        "就诊 {0} 登记为自费，未核验参保凭证", "请在结算前出示有效医保凭证并转为医保就诊；已自费结算的到参保地办理手工报销", Party.Patient);

    /// <summary>SET-038. {0} visit.</summary>
    public static readonly ErrorDefinition VisitSelfPaid = new("VISIT_SELF_PAID", ErrorCategory.Person,
        "就诊 {0} 已自费结算", "请到参保地经办机构办理手工报销", Party.Patient);

    /// <summary>INS-008. {0} what is missing or wrong.</summary>
    public static readonly ErrorDefinition IdentityNotVerified = new("IDENTITY_NOT_VERIFIED", ErrorCategory.Person,
        "患者身份未核验：{0}", "请核验患者本人的医保电子凭证、身份证或社会保障卡后再登记；不用医保的按自费登记（不填参保地）", Party.Institution);

    /// <summary>INS-011. {0} the disease codes of the bill.</summary>
    public static readonly ErrorDefinition SplitByDisease = new("SPLIT_BY_DISEASE", ErrorCategory.Institution,
        "一次结算只能有一个病种，本次包含：{0}", "请按病种（普通门诊与门诊慢特病也须分开）单独开具处方、分别结算", Party.Institution);

    /// <summary>SET-003.</summary>
    public static readonly ErrorDefinition CardAuthFailed = new("CARD_AUTH_FAILED", ErrorCategory.Person,
        "社会保障卡跨省鉴权未通过", "请核对卡片和密码，或到发卡地办理", Party.Patient);

    /// <summary>SEC-009. Nothing was stored anywhere: the question may simply be asked again. {0} home area.</summary>
    public static readonly ErrorDefinition HomeNoAnswer = new("HOME_NO_ANSWER", ErrorCategory.System,
        "参保地 {0} 未在时限内应答，凭证或待遇未能核验", "请稍后重新办理；急救先收治，结算前补验凭证即可", Party.HomeAgency) { Transient = true };

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition VisitEnded = new("VISIT_ENDED", ErrorCategory.Request,
        "就诊 {0} 已结束，不能再上传或更改费用", "请核对就诊标识", Party.Institution);

    /// <summary>{0} visit, {1} settlement.</summary>
    public static readonly ErrorDefinition VisitSettled = new("VISIT_SETTLED", ErrorCategory.Request,
        "就诊 {0} 有未退的结算 {1}", "请先对该结算办理冲正或退费", Party.Institution);

    /// <summary>The credential belongs to somebody else than the institution believes.</summary>
    public static readonly ErrorDefinition OtherPerson = new("PERSON_NUMBER_MISMATCH", ErrorCategory.Request,
        "人员编号与就诊凭证或就诊登记不是同一参保人", "请重新获取人员信息（1101）后再办理", Party.Institution);

    /// <summary>{0} visit, {1} settlement in progress.</summary>
    public static readonly ErrorDefinition VisitBusy = new("VISIT_SETTLEMENT_IN_PROGRESS", ErrorCategory.Request,
        "就诊 {0} 的结算 {1} 尚无结果", "请先对该结算查询、重发或冲正，待有结果后再结算", Party.Institution);

    /// <summary>{0} line, {1} settlement.</summary>
    public static readonly ErrorDefinition LineSettled = new("FEE_LINE_SETTLED", ErrorCategory.Request,
        "费用明细 {0} 已在结算 {1} 中", "同一明细只能结算一次；如需更正请先冲正或退费", Party.Institution);

    /// <summary>{0} line.</summary>
    public static readonly ErrorDefinition LineDiffers = new("FEE_LINE_REUSED", ErrorCategory.Request,
        "费用明细流水号 {0} 已上传过不同的内容", "请换用新的流水号；更正时先撤销原明细", Party.Institution);

    /// <summary>{0} line.</summary>
    public static readonly ErrorDefinition LineUnknown = new("FEE_LINE_UNKNOWN", ErrorCategory.Request,
        "没有上传过费用明细 {0}", "请先上传费用明细", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition IdReused = new("SETTLEMENT_ID_REUSED", ErrorCategory.Request,
        "标识 {0} 已用于另一笔交易", "重发时内容必须与首次完全一致；另一笔交易请用新标识", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition Unknown = new("SETTLEMENT_UNKNOWN", ErrorCategory.Request,
        "没有结算 {0}", "请核对结算标识", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition Withdrawn = new("SETTLEMENT_WITHDRAWN", ErrorCategory.Request,
        "结算 {0} 已被冲正，不能再结算", "如仍需结算请用新标识", Party.Institution);

    /// <summary>{0} id, {1} id of the first.</summary>
    public static readonly ErrorDefinition RepeatOf = new("SETTLEMENT_IS_REPEAT", ErrorCategory.Request,
        "{0} 与结算 {1} 是同一账单，没有另行结算", "请对首次结算的标识办理冲正或退费", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition NotGranted = new("SETTLEMENT_NOT_GRANTED", ErrorCategory.Request,
        "结算 {0} 没有成功的结果", "请先查询结算结果", Party.Institution);

    /// <summary>The figures that hold now are in the answer.</summary>
    public static readonly ErrorDefinition ResultChanged = new("RESULT_CHANGED", ErrorCategory.Policy,
        "结算结果与预结算不一致", "请向患者说明新的结果，经同意后用新标识重新结算", Party.Institution);

    /// <summary>SET-009. {0} confirmed cash, {1} cash of the result.</summary>
    public static readonly ErrorDefinition ResultMismatch = new("RESULT_MISMATCH", ErrorCategory.Institution,
        "确认的个人现金支付 {0} 与结算结果 {1} 不一致", "请按结算结果向患者收取", Party.Institution);

    /// <summary>What was presented as a quote is none of this visit.</summary>
    public static readonly ErrorDefinition QuoteInvalid = new("QUOTE_INVALID", ErrorCategory.Request,
        "预结算凭据无效或不属于本次就诊", "请重新预结算", Party.Institution);

    /// <summary>{0} code that home gave.</summary>
    public static readonly ErrorDefinition RefusedByHome = new("REFUSED_BY_HOME", ErrorCategory.Policy,
        "参保地拒绝结算（{0}）", "请凭该代码联系参保地经办机构", Party.HomeAgency);

    /// <summary>{0} id, {1} its business date.</summary>
    public static readonly ErrorDefinition ReversalOtherDay = new("REVERSAL_OTHER_DAY", ErrorCategory.Request,
        "结算 {0} 的业务日期是 {1}，只能当日冲正", "请先查询结果，再办理退费", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition ReversalOfConfirmed = new("REVERSAL_OF_CONFIRMED", ErrorCategory.Request,
        "医药机构已确认结算 {0}，不能冲正", "请办理退费", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition ReversalOfDeclared = new("REVERSAL_OF_DECLARED", ErrorCategory.Request,
        "结算 {0} 已申报，不能冲正", "请办理退费", Party.Institution);

    /// <summary>{0} id, {1} id of the reversal or refund under way.</summary>
    public static readonly ErrorDefinition ReversalInProgress = new("REVERSAL_IN_PROGRESS", ErrorCategory.Request,
        "结算 {0} 正在由 {1} 撤回", "请用该标识重发或查询", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition AlreadyReversed = new("SETTLEMENT_ALREADY_REVERSED", ErrorCategory.Request,
        "结算 {0} 已经冲正或退费", "同一结算只能退一次", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition RefundUndelivered = new("REFUND_OF_UNDELIVERED", ErrorCategory.Request,
        "结算 {0} 的结果尚未送达医药机构", "请先查询结算结果；未收到结果的当日可冲正", Party.Institution);

    /// <summary>{0} asked for, {1} total of the settlement.</summary>
    public static readonly ErrorDefinition PartialRefund = new("PARTIAL_REFUND", ErrorCategory.Request,
        "退费金额 {0} 与结算总费用 {1} 不一致，不支持部分退费", "请整笔退费后，用新标识结算其余费用", Party.Institution);

    /// <summary>AMB-20. {0} id.</summary>
    public static readonly ErrorDefinition RefundOfDeclared = new("REFUND_OF_DECLARED", ErrorCategory.Policy,
        "住院或门诊慢特病结算 {0} 已申报，不能直接退费", "请联系就医地经办机构按补充调整办理（第七十一条）", Party.TreatmentAgency);

    /// <summary>AMB-20. {0} id.</summary>
    public static readonly ErrorDefinition RefundNotLast = new("REFUND_NOT_LAST", ErrorCategory.Policy,
        "住院或门诊慢特病结算 {0} 之后，该参保人本年度还有其他结算", "请从最后一笔起依次退费", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition NotDeclarable = new("SETTLEMENT_NOT_DECLARABLE", ErrorCategory.Request,
        "结算 {0} 尚无结果、未送达或正在撤回，不能申报", "请先处理该结算", Party.Institution);

    /// <summary>The pooling area has a new host; ids it never saw go there. {0} area.</summary>
    public static readonly ErrorDefinition AreaHandedOver = new("AREA_HANDED_OVER", ErrorCategory.System,
        "统筹区 {0} 已移交新的经办平台", "请用新标识重新结算", Party.Institution);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition OutcomeConflict = new("OUTCOME_CONFLICT", ErrorCategory.Security,
        "结算 {0} 收到与已存内容不同的结果", "已拒收；请由经办机构核对双方签名结果", Party.TreatmentAgency);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition ProofIncomplete = new("SETTLEMENT_PROOF_INCOMPLETE", ErrorCategory.System,
        "结算 {0} 的签名结果不足以补记", "请由经办机构从其他节点取得完整的签名意向和结果后再补记", Party.Operator);

    /// <summary>{0} who signed, {1} who should have.</summary>
    public static readonly ErrorDefinition WrongSigner = new("WRONG_SIGNER", ErrorCategory.Security,
        "报文由 {0} 签名，应由 {1} 签名", "已拒收；请联系平台运维", Party.Platform);

    /// <summary>{0} area.</summary>
    public static readonly ErrorDefinition NotRouted = new("AREA_UNREACHABLE", ErrorCategory.Request,
        "无法送达统筹区 {0}", "请核对医保区划", Party.Institution);
}
