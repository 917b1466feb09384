namespace Yibao.Kernel.Errors;

/// <summary>对账: what can go wrong with the daily comparison and its differences.</summary>
public static class ReconciliationErrors
{
    public static readonly ErrorDefinition EarlierDayOpen = new("RECONCILIATION_EARLIER_DAY_OPEN", ErrorCategory.System,
        "{0} 的对账日尚未日切，不能先切其后的日期", "请先完成较早日期的日切", Party.Operator);

    public static readonly ErrorDefinition DayNotOver = new("RECONCILIATION_DAY_NOT_OVER", ErrorCategory.Request,
        "{0} 尚未结束，不能对账", "请在次日 00:00 之后再对账", Party.Operator);

    public static readonly ErrorDefinition DayNotCut = new("RECONCILIATION_DAY_NOT_CUT", ErrorCategory.Request,
        "{0} 尚未日切，没有对账数据", "请先执行该日的日切", Party.Operator);

    public static readonly ErrorDefinition DayHasDifferences = new("RECONCILIATION_DAY_HAS_DIFFERENCES", ErrorCategory.System,
        "{0} 还有 {1} 笔差异未处理，不能关闭", "请先处理全部差异", Party.Operator);

    public static readonly ErrorDefinition BelowOpen = new("RECONCILIATION_BELOW_OPEN", ErrorCategory.System,
        "{0} 的下级对账尚未关闭，不能关闭", "请等待下级节点完成对账，或联系下级经办机构", Party.Operator) { Transient = true };

    public static readonly ErrorDefinition MonthOpen = new("RECONCILIATION_MONTH_OPEN", ErrorCategory.System,
        "{0} 还有 {1} 笔差异未处理或 {2} 天未对平，不能关闭当月对账", "请在次月 3 日前处理完毕", Party.HomeAgency);

    public static readonly ErrorDefinition DifferenceUnknown = new("RECONCILIATION_DIFFERENCE_UNKNOWN", ErrorCategory.Request,
        "没有结算 {0} 的对账差异", "请核对结算号", Party.Operator);

    public static readonly ErrorDefinition DifferenceResolved = new("RECONCILIATION_DIFFERENCE_RESOLVED", ErrorCategory.Request,
        "结算 {0} 的差异已处理完毕", "无需再次处理", Party.Operator);

    public static readonly ErrorDefinition ResolutionUnfit = new("RECONCILIATION_RESOLUTION_UNFIT", ErrorCategory.Request,
        "处理方式 {0} 不适用于差异类型 {1}", "请按差异类型选择补记、冲销或冲正重记", Party.Operator);

    public static readonly ErrorDefinition NotOwner = new("RECONCILIATION_NOT_OWNER", ErrorCategory.Security,
        "差异由 {0} 负责处理，{1} 无权处理", "请由负责的经办机构处理，或提请省级协调", Party.Operator);

    public static readonly ErrorDefinition StepTextMissing = new("RECONCILIATION_STEP_TEXT_MISSING", ErrorCategory.Request,
        "处理过程说明不能为空", "请填写查明的原因和处理步骤", Party.Operator);

    public static readonly ErrorDefinition NotRepaired = new("RECONCILIATION_NOT_REPAIRED", ErrorCategory.System,
        "结算 {0} 各方仍不一致，不能记为已处理", "请先完成修复，再重新比对", Party.Operator);

    public static readonly ErrorDefinition RulesInvalid = new("RECONCILIATION_RULES_INVALID", ErrorCategory.Policy,
        "对账规则文件 {0} 第 {1} 行：{2}", "请更正后重新加载", Party.Platform);

    public static readonly ErrorDefinition InstitutionTotalsMismatch = new("RECONCILIATION_INSTITUTION_MISMATCH", ErrorCategory.Institution,
        "机构 {0} 与平台 {1} 的结算不一致，差异 {2} 笔", "请在 5 个工作日内核对处理", Party.Institution);

    public static readonly ErrorDefinition ConfirmationBlocked = new("CLEARING_CONFIRMATION_BLOCKED", ErrorCategory.System,
        "清算数据与本地账不一致，{0} 项，差额 {1} 元", "请核对清单后确认或提出异议", Party.Operator);
}
