namespace Yibao.Kernel.Errors;

/// <summary>What can go wrong between a decision and its storage.</summary>
public static class StoreErrors
{
    public static readonly ErrorDefinition Contention = new("STORE_CONTENTION", ErrorCategory.System,
        "同一业务对象正被并发修改，已重试 {0} 次未成功", "请稍后用原标识重发同一请求", Party.Platform) { Transient = true };
}
