namespace Yibao.Kernel.Errors;

/// <summary>What a message of the national hospital interface can have wrong about it before anyone looks at its meaning.</summary>
public static class InterfaceErrors
{
    public static readonly ErrorDefinition NotJson = new("MESSAGE_NOT_JSON", ErrorCategory.Request,
        "报文不是合法的 JSON：第 {0} 行第 {1} 列", "请按接口规范更正报文后重发", Party.Institution);

    public static readonly ErrorDefinition TooDeep = new("MESSAGE_TOO_DEEP", ErrorCategory.Request,
        "报文嵌套超过 {0} 层", "请按接口规范更正报文后重发", Party.Institution);

    public static readonly ErrorDefinition UnknownTransaction = new("TRANSACTION_UNKNOWN", ErrorCategory.Request,
        "交易编号 {0} 不存在或未开通", "请核对交易编号", Party.Institution);

    public static readonly ErrorDefinition Fields = new("FIELDS_INVALID", ErrorCategory.Request,
        "报文有 {0} 处不正确：{1}", "请逐项更正后重发", Party.Institution);

    public static readonly ErrorDefinition TotalMismatch = new("TOTAL_MISMATCH", ErrorCategory.Request,
        "医疗费总额 {0} 与已上传明细合计 {1} 不一致", "请核对并补传明细后重新结算", Party.Institution);
}
