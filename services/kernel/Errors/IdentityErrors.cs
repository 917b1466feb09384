namespace Yibao.Kernel.Errors;

/// <summary>What can be wrong with an identity number. The number itself is never part of the message.</summary>
public static class IdentityErrors
{
    public static readonly ErrorDefinition Malformed = new("ID_NUMBER_MALFORMED", ErrorCategory.Person,
        "身份证号码格式不正确", "请核对身份证号码（18位，或旧版15位）后重发", Party.Institution);

    public static readonly ErrorDefinition BirthDate = new("ID_NUMBER_BIRTH_DATE", ErrorCategory.Person,
        "身份证号码中的出生日期不存在", "请核对身份证号码后重发", Party.Institution);

    public static readonly ErrorDefinition Checksum = new("ID_NUMBER_CHECKSUM", ErrorCategory.Person,
        "身份证号码校验位不正确", "请核对身份证号码后重发", Party.Institution);

    public static readonly ErrorDefinition NameDiffers = new("IDENTITY_NAME_DIFFERS", ErrorCategory.Person,
        "该证件已登记，但姓名与登记的不一致", "请核对证件和姓名；姓名确有变更的，由参保地经办机构先行变更", Party.HomeAgency);

    public static readonly ErrorDefinition Taken = new("IDENTITY_TAKEN", ErrorCategory.Person,
        "该证件已登记在另一人名下", "请核对证件号码；确属同一人的，由参保地经办机构合并处理", Party.HomeAgency);

    public static readonly ErrorDefinition Unknown = new("IDENTITY_UNKNOWN", ErrorCategory.Person,
        "没有该人员的登记信息", "请核对人员标识，或先登记参保人员信息", Party.HomeAgency);

    public static readonly ErrorDefinition PurposeMissing = new("PURPOSE_MISSING", ErrorCategory.Security,
        "查看个人身份信息必须说明用途", "请填写用途后重试", Party.Operator);

    /// <summary>{0} reference of the sealed paper.</summary>
    public static readonly ErrorDefinition PaperUnknown = new("PAPER_UNKNOWN", ErrorCategory.Request,
        "没有封存的文书 {0}", "请核对文书编号", Party.Operator);
}
