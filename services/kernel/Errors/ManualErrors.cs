namespace Yibao.Kernel.Errors;

/// <summary>未直接结算: manual reimbursement (手工报销) and supplementary booking (补记账).</summary>
public static class ManualErrors
{
    /// <summary>SET-022. {0} visit.</summary>
    public static readonly ErrorDefinition AlreadyReimbursed = new("ALREADY_REIMBURSED", ErrorCategory.Person,
        "就诊 {0} 已办理手工报销，不能再直接结算", "同一次就诊只报销一次；如手工报销有误，请联系参保地经办机构", Party.HomeAgency);

    /// <summary>SET-022. {0} visit.</summary>
    public static readonly ErrorDefinition SettledDirectly = new("VISIT_SETTLED_DIRECTLY", ErrorCategory.Person,
        "就诊 {0} 已直接结算，不能再手工报销", "同一次就诊只报销一次；如直接结算有误，请先由医药机构退费", Party.Institution);

    /// <summary>SET-022. The constraint's own word: a payment of the other kind was a moment faster. Whoever meets it looks again and says which.</summary>
    public static readonly ErrorDefinition PaidOnce = new("VISIT_PAID_ONCE", ErrorCategory.Person,
        "该次就诊刚刚由另一方式支付", "同一次就诊只报销一次；请查询后再试", Party.HomeAgency);

    /// <summary>{0} fault code.</summary>
    public static readonly ErrorDefinition FaultUnknown = new("FAULT_UNKNOWN", ErrorCategory.Request,
        "不认识的未直接结算原因 {0}", "请使用下列原因：NETWORK、CREDENTIAL、SYSTEM、NOT_FILED、NON_NETWORK_INSTITUTION、SELF_PAID_FILED_LATE、OTHER_CAUSE", Party.Institution);

    public static readonly ErrorDefinition DiagnosesInvalid = new("DIAGNOSES_INVALID", ErrorCategory.Request,
        "诊断应有 1 至 50 条，其中恰有一条主诊断", "请补全诊断后重报", Party.Institution);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition UndirectDiffers = new("UNDIRECT_DIFFERS", ErrorCategory.Request,
        "就诊 {0} 已按不同内容上报未直接结算", "已上报的费用明细和诊断不能更改；确需更正请联系参保地经办机构", Party.Institution);

    /// <summary>{0} visit, {1} settlement.</summary>
    public static readonly ErrorDefinition VisitHasSettlement = new("VISIT_HAS_SETTLEMENT", ErrorCategory.Request,
        "就诊 {0} 已有结算 {1}", "请先查询该结算；有结果的无须手工报销，需撤回的先冲正或退费", Party.Institution);

    /// <summary>{0} home area.</summary>
    public static readonly ErrorDefinition OnlineNotEnabled = new("ONLINE_MANUAL_NOT_ENABLED", ErrorCategory.Policy,
        "参保地 {0} 尚未开通线上手工报销", "请凭票据到参保地经办窗口办理", Party.Patient);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition CaseUnknown = new("MANUAL_CASE_UNKNOWN", ErrorCategory.Request,
        "就诊 {0} 没有手工报销受理记录", "请先受理", Party.Operator);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition CaseEnded = new("MANUAL_CASE_PAID", ErrorCategory.Request,
        "就诊 {0} 的手工报销已支付", "如有误请由主管撤销后重办", Party.Operator);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition NotCalculated = new("MANUAL_NOT_CALCULATED", ErrorCategory.Request,
        "就诊 {0} 的手工报销尚未计算", "请先计算待遇，再由另一人复核支付", Party.Operator);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition SecondPersonNeeded = new("SECOND_PERSON_NEEDED", ErrorCategory.Security,
        "就诊 {0} 的手工报销须由计算人以外的人员复核支付", "请由另一名经办人员办理", Party.Operator);

    /// <summary>{0} visit.</summary>
    public static readonly ErrorDefinition NotPaid = new("MANUAL_NOT_PAID", ErrorCategory.Request,
        "就诊 {0} 的手工报销没有可撤销的支付", "请核对就诊标识", Party.Operator);

    public static readonly ErrorDefinition ReasonNeeded = new("REASON_NEEDED", ErrorCategory.Request,
        "撤销手工报销须说明理由", "请填写理由", Party.Operator);

    /// <summary>INS-016. {0} treatment area.</summary>
    public static readonly ErrorDefinition BookingNotAllowed = new("BOOKING_NOT_ALLOWED", ErrorCategory.Policy,
        "就医地 {0} 不办理补记账", "请到参保地办理手工报销", Party.Patient);

    /// <summary>INS-016. {0} visit.</summary>
    public static readonly ErrorDefinition BookingWithoutFault = new("BOOKING_WITHOUT_FAULT", ErrorCategory.Request,
        "就诊 {0} 没有因客观原因未能直接结算的门诊记录", "请先上报未直接结算及其原因；住院费用请办理手工报销", Party.Institution);

    /// <summary>INS-016. {0} paid, {1} total of the bill.</summary>
    public static readonly ErrorDefinition BookingPaidMismatch = new("BOOKING_PAID_MISMATCH", ErrorCategory.Request,
        "患者已付 {0} 与账单总额 {1} 不一致", "补记账时患者应已全额自费；请核对金额", Party.Institution);

    /// <summary>{0} settlement.</summary>
    public static readonly ErrorDefinition BookingDiffers = new("BOOKING_DIFFERS", ErrorCategory.Request,
        "结算 {0} 已按不同内容补记账", "重发时内容必须与首次一致", Party.Institution);
}
