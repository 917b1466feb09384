namespace Yibao.Kernel.Errors;

/// <summary>What can be wrong with a policy pack.</summary>
public static class PolicyErrors
{
    /// <summary>{0} file, {1} line, {2} what.</summary>
    public static readonly ErrorDefinition PackInvalid = new("POLICY_INVALID", ErrorCategory.Policy,
        "政策包 {0} 第 {1} 行有误：{2}", "请按政策包说明更正", Party.Operator);

    /// <summary>BEN-007, OPS-013. {0} bound in points, {1} what, {2} value, {3} file, {4} line.</summary>
    public static readonly ErrorDefinition ReductionAboveBound = new("REDUCTION_ABOVE_BOUND", ErrorCategory.Policy,
        "{1} 降低 {2} 个百分点，超过省级上限 {0} 个百分点（{3} 第 {4} 行）", "请降至上限以内，或取得省级批准后由省级政策包列为例外", Party.HomeAgency);

    /// <summary>OPS-009. {0} area, {1} file.</summary>
    public static readonly ErrorDefinition CityLevelOnly = new("POLICY_AT_CITY_LEVEL_ONLY", ErrorCategory.Policy,
        "{0} 不是统筹区（见 infra/regions/places.csv）：同一市州执行同一政策，不得按县（区）另设（{1}）", "请在所属市州的政策包中设定", Party.HomeAgency);

    /// <summary>{0} area, {1} date.</summary>
    public static readonly ErrorDefinition PolicyMissing = new("POLICY_MISSING", ErrorCategory.Policy,
        "统筹区 {0} 在 {1} 没有生效的政策，也没有国家缺省政策", "请联系参保地经办机构发布政策", Party.HomeAgency);

    /// <summary>{0} version.</summary>
    public static readonly ErrorDefinition VersionUnknown = new("POLICY_VERSION_UNKNOWN", ErrorCategory.Policy,
        "没有版本为 {0} 的政策", "请恢复该版本的政策文件后重算", Party.HomeAgency);

    /// <summary>SET-036. {0} what was sent.</summary>
    public static readonly ErrorDefinition InsuranceTypeUnsupported = new("INSURANCE_TYPE_UNSUPPORTED", ErrorCategory.Request,
        "险种 {0} 不在异地就医直接结算范围内（仅职工310、居民390）", "请核对险种", Party.Institution);

    /// <summary>SET-023.</summary>
    public static readonly ErrorDefinition MaternityNotCovered = new("MATERNITY_NOT_COVERED", ErrorCategory.Policy,
        "生育保险费用暂不纳入异地就医直接结算", "请回参保地按规定手工报销", Party.Patient);
}
