namespace Yibao.Kernel.Errors;

/// <summary>What can go wrong with the platform itself or with the way it is called.</summary>
public static class SystemErrors
{
    public static readonly ErrorDefinition Internal = new("INTERNAL", ErrorCategory.System,
        "系统内部错误，跟踪号 {0}", "请凭跟踪号联系平台运维；同一请求可用原标识重发", Party.Platform) { Transient = true };

    public static readonly ErrorDefinition Unavailable = new("SERVICE_UNAVAILABLE", ErrorCategory.System,
        "服务 {0} 暂时不可用", "请稍后用原标识重发同一请求", Party.Platform) { Transient = true };

    public static readonly ErrorDefinition OutcomeUnknown = new("OUTCOME_UNKNOWN", ErrorCategory.System,
        "结果未知：{0}", "请用同一标识重发、查询或冲正，切勿更换标识", Party.Institution) { Transient = true };

    public static readonly ErrorDefinition FieldMissing = new("FIELD_MISSING", ErrorCategory.Request,
        "缺少必填项：{0}", "请补全后重发", Party.Institution);

    public static readonly ErrorDefinition FieldInvalid = new("FIELD_INVALID", ErrorCategory.Request,
        "数据项 {0} 不正确：{1}", "请更正后重发", Party.Institution);

    public static readonly ErrorDefinition RequestMalformed = new("REQUEST_MALFORMED", ErrorCategory.Request,
        "请求无法解析", "请按接口规范组织报文后重发", Party.Institution);

    public static readonly ErrorDefinition RequestTooLarge = new("REQUEST_TOO_LARGE", ErrorCategory.Request,
        "请求超过允许的大小", "请分批上传", Party.Institution);
}
