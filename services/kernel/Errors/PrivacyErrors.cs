namespace Yibao.Kernel.Errors;

/// <summary>Archives, consents and sharing with other departments.</summary>
public static class PrivacyErrors
{
    public static readonly ErrorDefinition DocumentUnknown = new("ARCHIVE_DOCUMENT_UNKNOWN", ErrorCategory.Request,
        "没有档案 {0}", "请核对档案编号", Party.Operator);

    public static readonly ErrorDefinition DocumentDifferent = new("ARCHIVE_DOCUMENT_DIFFERENT", ErrorCategory.Request,
        "档案编号 {0} 已归档为另一份材料", "请使用新的档案编号", Party.Operator);

    public static readonly ErrorDefinition ReadingNotGranted = new("ARCHIVE_READING_NOT_GRANTED", ErrorCategory.Security,
        "档案 {0} 由 {1} 保管，尚未准予查阅", "请先提出查阅申请，由保管机构准予", Party.Operator);

    public static readonly ErrorDefinition ReadingUnknown = new("ARCHIVE_REQUEST_UNKNOWN", ErrorCategory.Request,
        "没有查阅申请 {0}", "请核对申请编号", Party.Operator);

    public static readonly ErrorDefinition ReadingDecided = new("ARCHIVE_REQUEST_DECIDED", ErrorCategory.Request,
        "查阅申请 {0} 已处理", "请另行提出申请", Party.Operator);

    public static readonly ErrorDefinition NotKeeper = new("ARCHIVE_NOT_KEEPER", ErrorCategory.Security,
        "档案 {0} 由 {1} 保管", "请由保管机构办理", Party.Operator);

    public static readonly ErrorDefinition RetentionRuns = new("ARCHIVE_RETENTION_RUNS", ErrorCategory.Request,
        "档案 {0} 须保管至 {1}，不得销毁", "保管期满后再办理销毁", Party.Operator);

    public static readonly ErrorDefinition ConsentMissing = new("CONSENT_MISSING", ErrorCategory.Security,
        "没有参保人对该用途的有效授权：{0}", "请取得参保人同意授权后再查询", Party.Operator);

    public static readonly ErrorDefinition ConsentDifferent = new("CONSENT_DIFFERENT", ErrorCategory.Request,
        "授权编号 {0} 已用于另一份授权", "请使用新的授权编号", Party.Operator);

    public static readonly ErrorDefinition AgreementUnknown = new("SHARING_AGREEMENT_UNKNOWN", ErrorCategory.Request,
        "没有数据共享协议 {0}", "请核对协议编号", Party.Operator);

    public static readonly ErrorDefinition AgreementDifferent = new("SHARING_AGREEMENT_DIFFERENT", ErrorCategory.Request,
        "协议编号 {0} 已用于另一份协议", "请使用新的协议编号", Party.Operator);

    public static readonly ErrorDefinition AgreementNotInForce = new("SHARING_AGREEMENT_NOT_IN_FORCE", ErrorCategory.Security,
        "数据共享协议 {0} 在 {1} 不生效", "请续签或更换协议后再提供数据", Party.Operator);

    public static readonly ErrorDefinition FieldNotAgreed = new("SHARING_FIELD_NOT_AGREED", ErrorCategory.Security,
        "协议 {0} 未约定共享字段：{1}", "只可提供协议约定的字段", Party.Operator);

    public static readonly ErrorDefinition PurposeNotAgreed = new("SHARING_PURPOSE_NOT_AGREED", ErrorCategory.Security,
        "协议 {0} 约定的用途是“{1}”", "请按协议用途申请数据", Party.Operator);
}
