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
}
