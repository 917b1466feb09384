using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Institutions;

/// <summary>定点医药机构主动申请纳入 (INS-002).</summary>
/// <param name="Ownership">投资主体、经营性质: recorded, never a rule input (INS-001).</param>
/// <param name="Seat">所在地: the pooling area where the house stands.</param>
public sealed record InstitutionApplied(string Code, string Name, InstitutionKind Kind, string Ownership, AdminDivision Seat, string Level, DateTimeOffset At) : IFact;

/// <summary>受理.</summary>
public sealed record InstitutionAccepted(string Code, AdminDivision Agency, DateTimeOffset At) : IFact;

/// <summary>评估.</summary>
public sealed record InstitutionEvaluated(string Code, bool Passed, DateTimeOffset At) : IFact;

/// <summary>公示.</summary>
public sealed record InstitutionAnnounced(string Code, DateOnly From, DateOnly Until, DateTimeOffset At) : IFact;

/// <summary>签订协议 (INS-028): one version of the agreement with its out-of-area clauses.</summary>
public sealed record AgreementSigned(string Code, Agreement Agreement, DateTimeOffset At) : IFact;

/// <summary>开通 of one care type in one scope (INS-026, INS-017).</summary>
public sealed record ServiceOpened(string Code, Scope Scope, CareType Care, DateOnly From, bool Internet, DateTimeOffset At) : IFact;

/// <summary>报备 to the provincial agency (INS-002).</summary>
public sealed record InstitutionReported(string Code, AdminDivision Province, DateTimeOffset At) : IFact;

/// <summary>市（州）选择 of a cross-province institution (INS-003).</summary>
public sealed record InstitutionSelected(string Code, AdminDivision By, DateTimeOffset At) : IFact;

/// <summary>省级确定 (INS-003, INS-004).</summary>
public sealed record InstitutionDecided(string Code, AdminDivision Province, DateTimeOffset At) : IFact;

/// <summary>国家统一公布 (INS-003).</summary>
public sealed record InstitutionPublished(string Code, DateTimeOffset From, DateTimeOffset At) : IFact;

/// <summary>中止 (INS-005).</summary>
public sealed record InstitutionSuspended(string Code, DateTimeOffset From, string Reason, DateTimeOffset At) : IFact;

/// <summary>恢复.</summary>
public sealed record InstitutionResumed(string Code, DateTimeOffset From, DateTimeOffset At) : IFact;

/// <summary>取消 (INS-005).</summary>
public sealed record InstitutionCancelled(string Code, DateTimeOffset From, string Reason, DateTimeOffset At) : IFact;

/// <summary>上报国家 of a suspension, cancellation or addition (INS-005).</summary>
public sealed record InstitutionChangeReported(string Code, string Change, DateTimeOffset At) : IFact;

/// <summary>医保结算等级变更 (INS-007).</summary>
public sealed record InstitutionLevelChanged(string Code, string Level, DateOnly From, DateTimeOffset At) : IFact;

/// <summary>The platform must be brought up to date by then (INS-007).</summary>
public sealed record MaintenanceDue(string Code, string Task, string What, DateOnly Due, DateTimeOffset At) : IFact;

/// <summary>已维护.</summary>
public sealed record MaintenanceDone(string Code, string Task, DateTimeOffset At) : IFact;

/// <summary>变更申请 (INS-006).</summary>
/// <param name="Change">The change's own id.</param>
/// <param name="ApprovedOn">批准之日 of the competent department.</param>
/// <param name="Due">Last day of the 30 working days.</param>
/// <param name="Late">Applied after it: accepted and marked.</param>
public sealed record InstitutionChangeApplied(string Code, string Change, InstitutionAttribute Attribute, string Value, DateOnly ApprovedOn, DateOnly Due, bool Late, DateTimeOffset At) : IFact;

/// <summary>变更确认: from here the new value is used; a bank account not before (INS-006).</summary>
public sealed record InstitutionChangeConfirmed(string Code, string Change, DateTimeOffset At) : IFact;

/// <summary>管理归属 from a day on (INS-024).</summary>
public sealed record InstitutionManagementMoved(string Code, AdminDivision Area, DateOnly From, DateTimeOffset At) : IFact;

/// <summary>参加的定点资格 of an area (INS-025).</summary>
public sealed record InstitutionDesignated(string Code, AdminDivision Area, DateOnly From, DateTimeOffset At) : IFact;

/// <summary>未直接结算的明细待补传 (INS-014).</summary>
public sealed record UploadDutyArose(string Code, string Visit, DateOnly DischargedOn, DateOnly Due, string Reason, DateTimeOffset At) : IFact;

/// <summary>督促补传.</summary>
public sealed record UploadUrged(string Code, string Visit, DateTimeOffset At) : IFact;

/// <summary>已上传.</summary>
public sealed record UploadDutyMet(string Code, string Visit, DateTimeOffset At) : IFact;

/// <summary>The institution as it stands after a change: what treatment places are told.</summary>
public sealed record InstitutionTold(InstitutionReplicated Replica) : IFact;

/// <summary>机构信息 whose change is applied for (004 Art.18).</summary>
public enum InstitutionAttribute
{
    /// <summary>名称.</summary>
    Name,
    /// <summary>法定代表人.</summary>
    LegalRepresentative,
    /// <summary>主要负责人或实际控制人.</summary>
    Principal,
    /// <summary>注册地址.</summary>
    RegisteredAddress,
    /// <summary>银行账户.</summary>
    BankAccount,
    /// <summary>诊疗科目.</summary>
    Departments,
    /// <summary>机构规模.</summary>
    Size,
    /// <summary>机构性质.</summary>
    Nature,
    /// <summary>等级.</summary>
    Level,
    /// <summary>类别.</summary>
    Category,
    /// <summary>药品经营范围.</summary>
    DrugScope,
}

/// <summary>One version of the service agreement (INS-028).</summary>
/// <param name="ValidUntil">Exclusive; null: until the next version.</param>
/// <param name="Clauses">Out-of-area clauses: audit, payment, penalties, KPI.</param>
public sealed record Agreement(string Version, DateOnly ValidFrom, DateOnly? ValidUntil, IReadOnlyList<string> Clauses)
{
    public bool InForceOn(DateOnly day) => ValidFrom <= day && (ValidUntil is not { } until || day < until);
}
