namespace Yibao.Kernel.Errors;

/// <summary>Who is calling, what he may do, and whether a message is what it says (SEC-001, SEC-004).</summary>
public static class SecurityErrors
{
    public static readonly ErrorDefinition SignatureInvalid = new("SIGNATURE_INVALID", ErrorCategory.Security,
        "报文 {0} 的签名无效：内容被改动、签名密钥不受信任或不属于发送机构", "请核对签名证书后重新签名发送；怀疑篡改的，立即报告平台运维", Party.Platform);

    public static readonly ErrorDefinition Replay = new("REPLAY", ErrorCategory.Security,
        "报文标识 {0} 已被使用过，且与原报文内容或来路不同", "新的业务请使用新的报文标识；重发请原样发送", Party.Institution);

    public static readonly ErrorDefinition HopMismatch = new("HOP_MISMATCH", ErrorCategory.Security,
        "报文路径的最后一站 {0} 与对方证书所属机构 {1} 不一致", "请核对对方节点的证书和路由配置", Party.Platform);

    public static readonly ErrorDefinition MessageKindUnknown = new("MESSAGE_KIND_UNKNOWN", ErrorCategory.Request,
        "本节点不受理报文种类 {0}", "请核对报文种类和双方的接口版本", Party.Platform);

    public static readonly ErrorDefinition Unauthenticated = new("UNAUTHENTICATED", ErrorCategory.Security,
        "未登录或登录凭证无效：{0}", "请重新登录，或核对所用证书", Party.Operator);

    public static readonly ErrorDefinition Forbidden = new("FORBIDDEN", ErrorCategory.Security,
        "当前身份无权执行该操作", "请由具有相应岗位权限的人员办理", Party.Operator);

    public static readonly ErrorDefinition OutOfRegion = new("OUT_OF_REGION", ErrorCategory.Security,
        "{0} 不在当前身份的管辖范围内", "请由所属经办机构或医药机构自行办理", Party.Operator);

    public static readonly ErrorDefinition DelegationExceeded = new("DELEGATION_EXCEEDED", ErrorCategory.Security,
        "委托经办范围不包括该业务：{0}", "请由经办机构办理", Party.Operator);

    public static readonly ErrorDefinition AccessUndeclared = new("ACCESS_UNDECLARED", ErrorCategory.Security,
        "该接口未声明访问规则，一律拒绝", "请联系平台运维", Party.Platform);
}
