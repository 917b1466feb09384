namespace Yibao.Kernel.Errors;

/// <summary>What a message of the national hospital interface can have wrong about it before anyone looks at its meaning.</summary>
public static class InterfaceErrors
{
    public static readonly ErrorDefinition NotJson = new("MESSAGE_NOT_JSON", ErrorCategory.Request,
        "报文不是合法的 JSON：第 {0} 行第 {1} 列", "请按接口规范更正报文后重发", Party.Institution);

    public static readonly ErrorDefinition NotText = new("MESSAGE_NOT_UTF8", ErrorCategory.Request,
        "报文不是合法的 UTF-8 文本", "请以 UTF-8 编码重发", Party.Institution);

    public static readonly ErrorDefinition TooDeep = new("MESSAGE_TOO_DEEP", ErrorCategory.Request,
        "报文嵌套超过 {0} 层", "请按接口规范更正报文后重发", Party.Institution);

    public static readonly ErrorDefinition UnknownTransaction = new("TRANSACTION_UNKNOWN", ErrorCategory.Request,
        "交易编号 {0} 不存在或未开通", "请核对交易编号", Party.Institution);

    public static readonly ErrorDefinition Fields = new("FIELDS_INVALID", ErrorCategory.Request,
        "报文有 {0} 处不正确：{1}", "请逐项更正后重发", Party.Institution);

    public static readonly ErrorDefinition TotalMismatch = new("TOTAL_MISMATCH", ErrorCategory.Request,
        "医疗费总额 {0} 与已上传明细合计 {1} 不一致", "请核对并补传明细后重新结算", Party.Institution);

    /// <summary>{0} msgid.</summary>
    public static readonly ErrorDefinition MessageReused = new("MESSAGE_ID_REUSED", ErrorCategory.Request,
        "发送方报文ID {0} 已用于另一报文", "重发时交易编号和内容必须与首次完全一致；另一笔交易请用新的报文ID", Party.Institution);

    /// <summary>{0} msgid.</summary>
    public static readonly ErrorDefinition MessageReversed = new("MESSAGE_REVERSED", ErrorCategory.Request,
        "报文 {0} 已被冲正", "如仍需办理请用新的报文ID", Party.Institution);

    /// <summary>{0} infno, {1} why.</summary>
    public static readonly ErrorDefinition NotOpenYet = new("TRANSACTION_NOT_OPEN", ErrorCategory.Policy,
        "交易 {0} 尚未开通：{1}", "请关注经办机构通知", Party.TreatmentAgency);

    /// <summary>{0} file number.</summary>
    public static readonly ErrorDefinition FileUnknown = new("FILE_UNKNOWN", ErrorCategory.Request,
        "没有文件 {0}，或已过下载截止时间", "请核对文件查询号，或重新上传", Party.Institution);

    /// <summary>{0} sign-in number.</summary>
    public static readonly ErrorDefinition SignUnknown = new("SIGN_NUMBER_UNKNOWN", ErrorCategory.Request,
        "没有签到编号 {0}", "请先签到", Party.Institution);

    /// <summary>{0} date.</summary>
    public static readonly ErrorDefinition PeriodTooLong = new("PERIOD_TOO_LONG", ErrorCategory.Request,
        "查询或对账期间超过 {0} 天", "请分段办理", Party.Institution);
}
