namespace Yibao.Kernel.Errors;

/// <summary>定点医药机构: what keeps an institution from being opened, and a visit from being settled there.</summary>
public static class InstitutionErrors
{
    public static readonly ErrorDefinition Unknown = new("INSTITUTION_UNKNOWN", ErrorCategory.Institution,
        "定点医药机构编号 {0} 不存在", "请核对机构编号，或等待机构信息同步后重试", Party.Institution);

    public static readonly ErrorDefinition NotOpen = new("INSTITUTION_NOT_OPEN", ErrorCategory.Institution,
        "医药机构 {0} 未开通{1}直接结算", "请自费后手工报销，或到已开通的机构就医", Party.TreatmentAgency);

    public static readonly ErrorDefinition CareTypeNotOpen = new("CARE_TYPE_NOT_OPEN", ErrorCategory.Institution,
        "医药机构 {0} 未开通该就医类别（{1}）的{2}直接结算", "请到已开通该类别的机构就医", Party.TreatmentAgency);

    public static readonly ErrorDefinition NotPublished = new("INSTITUTION_NOT_PUBLISHED", ErrorCategory.Institution,
        "医药机构 {0} 尚未经国家统一公布，不能跨省直接结算", "请等待国家公布", Party.TreatmentAgency);

    public static readonly ErrorDefinition Suspended = new("INSTITUTION_SUSPENDED", ErrorCategory.Institution,
        "医药机构 {0} 的异地直接结算自 {1} 起中止", "新就医请到其他机构；此前已入院的仍可结算", Party.TreatmentAgency);

    public static readonly ErrorDefinition Cancelled = new("INSTITUTION_CANCELLED", ErrorCategory.Institution,
        "医药机构 {0} 的异地直接结算自 {1} 起取消", "请到其他机构就医；此前已入院的仍可结算", Party.TreatmentAgency);

    public static readonly ErrorDefinition InternetNotOpen = new("INTERNET_SERVICE_NOT_OPEN", ErrorCategory.Institution,
        "医药机构 {0} 未开通“互联网+”医疗服务直接结算", "请线下就医，或由机构申请开通", Party.Institution);

    public static readonly ErrorDefinition AgreementMissing = new("AGREEMENT_MISSING", ErrorCategory.Institution,
        "医药机构 {0} 在 {1} 没有有效的服务协议", "请先签订协议再开通", Party.TreatmentAgency);

    public static readonly ErrorDefinition StepOutOfOrder = new("INSTITUTION_STEP", ErrorCategory.Institution,
        "医药机构 {0} 尚未完成“{1}”，不能{2}", "请按受理、评估、公示、签约、开通、报备的顺序办理", Party.TreatmentAgency);

    public static readonly ErrorDefinition NotOnIntraProvinceList = new("NOT_ON_INTRA_PROVINCE_LIST", ErrorCategory.Institution,
        "医药机构 {0} 不在省内异地就医定点范围内", "请先纳入省内异地就医定点", Party.TreatmentAgency);

    public static readonly ErrorDefinition WrongAgency = new("INSTITUTION_WRONG_AGENCY", ErrorCategory.Security,
        "该业务须由 {0} 办理", "请转有权机构办理", Party.Operator);

    public static readonly ErrorDefinition AlreadyApplied = new("INSTITUTION_ALREADY_APPLIED", ErrorCategory.Institution,
        "医药机构 {0} 已申请纳入", "请查询办理进度", Party.Institution);

    public static readonly ErrorDefinition AlreadyCancelled = new("INSTITUTION_ENDED", ErrorCategory.Institution,
        "医药机构 {0} 的资格已取消", "如需恢复请重新申请", Party.Institution);

    public static readonly ErrorDefinition ChangeNotFound = new("INSTITUTION_CHANGE_NOT_FOUND", ErrorCategory.Institution,
        "医药机构 {0} 没有待确认的变更 {1}", "请查询变更申请", Party.TreatmentAgency);

    public static readonly ErrorDefinition EvaluationFailed = new("EVALUATION_FAILED", ErrorCategory.Institution,
        "医药机构 {0} 评估未通过", "请整改后重新申请", Party.Institution);

    public static readonly ErrorDefinition NoInstitutionsHere = new("AREA_HAS_NO_INSTITUTIONS", ErrorCategory.Institution,
        "统筹区 {0} 自 {1} 起没有自己的定点医药机构", "请由 {2} 办理", Party.TreatmentAgency);

    public static readonly ErrorDefinition DutyUnknown = new("UPLOAD_DUTY_UNKNOWN", ErrorCategory.Institution,
        "就诊 {0} 没有待补传的明细", "请核对就诊号", Party.Institution);
}
