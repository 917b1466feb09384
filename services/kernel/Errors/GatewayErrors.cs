namespace Yibao.Kernel.Errors;

/// <summary>What the gateway refuses before a service is asked.</summary>
public static class GatewayErrors
{
    public static readonly ErrorDefinition SignatureRefused = new("API_SIGNATURE_REFUSED", ErrorCategory.Security,
        "接口签名未通过：{0}", "请核对访问账号、密钥和本机时间", Party.Institution);

    public static readonly ErrorDefinition NetworkRefused = new("NETWORK_NOT_REGISTERED", ErrorCategory.Security,
        "请求来自未登记或公共网络", "医保接入系统不得连接互联网，请从已登记的专网地址访问", Party.Institution);

    public static readonly ErrorDefinition WrongInstitution = new("INSTITUTION_MISMATCH", ErrorCategory.Security,
        "报文中的定点医药机构编号与访问账号不一致", "请使用本机构的编号和账号", Party.Institution);

    public static readonly ErrorDefinition BodyBroken = new("MESSAGE_BROKEN", ErrorCategory.Request,
        "报文没有收全", "请检查网络后用原报文ID重发", Party.Institution) { Transient = true };

    public static readonly ErrorDefinition TooLarge = new("MESSAGE_TOO_LARGE", ErrorCategory.Request,
        "报文超过 {0} 字节", "请分批上传", Party.Institution);

    public static readonly ErrorDefinition TooManyRequests = new("TOO_MANY_REQUESTS", ErrorCategory.Request,
        "请求过于频繁：每秒最多 {0} 次", "稍后重试，或检查系统是否在重复发送", Party.Institution) { Transient = true };
}
