namespace Yibao.Kernel.Errors;

/// <summary>What can be wrong with a place, a node or the way between them.</summary>
public static class PlaceErrors
{
    public static readonly ErrorDefinition AreaUnknown = new("AREA_UNKNOWN", ErrorCategory.Request,
        "医保区划 {0} 不在节点注册表中", "请核对医保区划代码后重发", Party.Institution);

    public static readonly ErrorDefinition AreaNotPooling = new("AREA_NOT_POOLING", ErrorCategory.Request,
        "医保区划 {0} 不是统筹区", "请填写参保地或就医地统筹区的代码", Party.Institution);

    /// <summary>OPS-010.</summary>
    public static readonly ErrorDefinition AreaNotConnected = new("AREA_NOT_CONNECTED", ErrorCategory.System,
        "统筹区 {0} 尚未开通异地就医直接结算（{1}）", "请先按全额自费结算，回参保地手工报销", Party.HomeAgency);

    public static readonly ErrorDefinition NodeUnknown = new("NODE_UNKNOWN", ErrorCategory.System,
        "节点 {0} 在该时点不是有效节点", "请核对节点注册表", Party.Platform);

    public static readonly ErrorDefinition RouteLoop = new("ROUTE_LOOP", ErrorCategory.System,
        "消息已到过节点 {0}，不再转发", "请核对各级节点注册表的版本是否一致", Party.Platform);

    public static readonly ErrorDefinition RegistryNotInForce = new("REGISTRY_NOT_IN_FORCE", ErrorCategory.System,
        "{0} 没有生效的节点注册表", "请核对业务时间", Party.Platform);

    public static readonly ErrorDefinition RegistryNotHere = new("REGISTRY_NOT_HERE", ErrorCategory.Policy,
        "节点注册表由 {0} 统一发布，本节点不受理变更", "请由国家级经办人员在 {0} 节点提交", Party.Operator);

    public static readonly ErrorDefinition RegistryChangePast = new("REGISTRY_CHANGE_PAST", ErrorCategory.Request,
        "变更生效时间 {0} 已过，不得改写已生效的节点注册表", "请填写将来的生效时间", Party.Operator);
}
