namespace Yibao.Kernel.Errors;

/// <summary>Planned outages of a node (OPS-002).</summary>
public static class OutageErrors
{
    /// <summary>{0} the node's name, {1} when it is expected back.</summary>
    public static readonly ErrorDefinition InOutage = new("NODE_IN_OUTAGE", ErrorCategory.System,
        "{0}平台正按公告停机维护，预计 {1} 恢复；本次请求未产生任何结算", "就医登记和费用上传照常；请在恢复后用原标识重发", Party.Institution) { Transient = true };

    /// <summary>{0} hours of notice, {1} earliest begin.</summary>
    public static readonly ErrorDefinition TooSoon = new("OUTAGE_NOTICE_TOO_SHORT", ErrorCategory.Request,
        "停机须至少提前 {0} 小时公告，最早可自 {1} 开始", "请推迟开始时间；确属紧急的，由主管说明理由后紧急公告", Party.Operator);

    /// <summary>{0} most hours.</summary>
    public static readonly ErrorDefinition Window = new("OUTAGE_WINDOW_INVALID", ErrorCategory.Request,
        "停机时段不正确：恢复时间须晚于开始时间，且时长不超过 {0} 小时", "请更正时段；更长的停机请分次公告", Party.Operator);

    /// <summary>{0} id of the other.</summary>
    public static readonly ErrorDefinition Overlaps = new("OUTAGE_OVERLAPS", ErrorCategory.Request,
        "本节点已有未结束的停机公告 {0}", "请先撤回或结束该公告", Party.Operator);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition Unknown = new("OUTAGE_UNKNOWN", ErrorCategory.Request, "没有停机公告 {0}", "请核对公告编号", Party.Operator);

    /// <summary>{0} id.</summary>
    public static readonly ErrorDefinition Over = new("OUTAGE_OVER", ErrorCategory.Request, "停机公告 {0} 已撤回或已结束", "无须再处理；需要再次停机的请另行公告", Party.Operator);

    /// <summary>{0} begin.</summary>
    public static readonly ErrorDefinition NotBegun = new("OUTAGE_NOT_BEGUN", ErrorCategory.Request, "停机自 {0} 开始，现在还不能排空", "请在开始之后排空；不再需要的请撤回", Party.Operator);

    /// <summary>{0} open settlements, {1} facts not relayed.</summary>
    public static readonly ErrorDefinition NotDrained = new("OUTAGE_NOT_DRAINED", ErrorCategory.System,
        "尚有 {0} 笔结算结果未定、{1} 条事件未转发", "请稍后再次排空；系统会继续处理在途业务", Party.Platform) { Transient = true };

    public static readonly ErrorDefinition DrainFirst = new("OUTAGE_DRAIN_FIRST", ErrorCategory.Request, "停机开始后尚未确认在途业务已排空", "请先排空，再停机升级和恢复", Party.Operator);

    /// <summary>{0} facts before, {1} facts found.</summary>
    public static readonly ErrorDefinition DataMissing = new("OUTAGE_DATA_MISSING", ErrorCategory.System,
        "数据核对不一致：排空时有 {0} 条事件，现有其中 {1} 条", "不得恢复业务；请由备份恢复后重新核对", Party.Platform);
}
