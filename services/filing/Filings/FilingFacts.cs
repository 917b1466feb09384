using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Filings;

/// <summary>登记申请. Personal particulars of the form (name, number, addresses, phones) are in the sealed details; here is only their reference.</summary>
/// <param name="Number">备案编号.</param>
/// <param name="ApplicationId">The applicant's own id: the same application twice has one effect.</param>
/// <param name="Content">Digest of everything applied for: the same id with other content is refused.</param>
/// <param name="Details">Reference of the sealed particulars; random, meaningless without the encrypted table.</param>
/// <param name="Due">办结期限 for an online application (FIL-015); null: no clock.</param>
public sealed record FilingApplied(
    string Number,
    string ApplicationId,
    string Content,
    AdminDivision HomeArea,
    InsuranceType Insurance,
    FilingCategory Category,
    AdminDivision Place,
    string Channel,
    IReadOnlyList<string> Materials,
    ProofBasis Proof,
    FilingMode Mode,
    DateOnly? RequestedStart,
    Stay? LateFor,
    ReferralCertificate? Referral,
    string? NoticeVersion,
    string Details,
    bool ReplaceExisting,
    string? Follows,
    DateOnly? Due,
    DateTimeOffset At) : IFact;

/// <summary>The stay a late filing is made for.</summary>
/// <param name="SelfPaidAt">出院自费结算: when the person paid in full; null while the discharge is not settled.</param>
public sealed record Stay(DateTimeOffset AdmittedAt, DateTimeOffset? SelfPaidAt)
{
    public bool Contains(DateTimeOffset visit) => AdmittedAt <= visit && SelfPaidAt is { } paid && visit <= paid;
}

/// <summary>转诊转院证明.</summary>
/// <param name="Institution">Who issued it (fixmedins_code).</param>
/// <param name="Disease">Disease code on the certificate: a renewal for it needs no new one (FIL-044).</param>
public sealed record ReferralCertificate(string Institution, string Disease);

/// <summary>生成异地就医登记备案表 (FIL-046): before any approval.</summary>
public sealed record FilingFormGenerated(string Number, DateTimeOffset At) : IFact;

/// <summary>个人承诺书归档 (FIL-012).</summary>
/// <param name="KeepUntil">The first day on which it may be destroyed.</param>
public sealed record CommitmentArchived(string Number, string Document, DateOnly SignedOn, DateOnly KeepUntil, DateTimeOffset At) : IFact;

/// <summary>个人承诺书销毁.</summary>
public sealed record CommitmentDestroyed(string Number, string Document, DateTimeOffset At) : IFact;

/// <summary>开始审核.</summary>
public sealed record FilingReviewStarted(string Number, DateTimeOffset At) : IFact;

/// <summary>补正材料要求: only for what the category's list holds (FIL-010).</summary>
public sealed record FilingMaterialRequested(string Number, string Material, DateTimeOffset At) : IFact;

/// <summary>A rule that holds in principle (原则上) was set aside by a supervisor; the reason is the actor's (AMB-03).</summary>
public sealed record FilingRuleOverridden(string Number, string Rule, string Detail, DateTimeOffset At) : IFact;

/// <summary>审核通过: in force in [Start, End).</summary>
public sealed record FilingApproved(string Number, DateTimeOffset Start, DateTimeOffset? End, DateTimeOffset At) : IFact;

/// <summary>即时办理、即时生效 (FIL-016).</summary>
public sealed record FilingApprovedInstantly(string Number, DateTimeOffset Start, DateTimeOffset? End, DateTimeOffset At) : IFact;

/// <summary>超期办结 (FIL-015): recorded, the filing stays valid.</summary>
public sealed record FilingHandledLate(string Number, DateOnly Due, DateTimeOffset At) : IFact;

/// <summary>审核不通过.</summary>
public sealed record FilingRejected(string Number, string Reason, DateTimeOffset At) : IFact;

/// <summary>被新备案替代.</summary>
/// <param name="EndsAt">The first instant it no longer covers an admission.</param>
public sealed record FilingSuperseded(string Number, string By, DateTimeOffset EndsAt, DateTimeOffset At) : IFact;

/// <summary>取消备案.</summary>
public sealed record FilingCancelled(string Number, CancelReason Reason, DateTimeOffset At) : IFact;

/// <summary>参保地或险种变更 (FIL-022): every filing of the old enrolment ends.</summary>
public sealed record FilingsEndedByEnrolment(AdminDivision HomeArea, InsuranceType Insurance, DateTimeOffset At) : IFact;

/// <summary>到期, for lists and notices only: the decision is made from the dates (FIL-053).</summary>
public sealed record FilingExpired(string Number, DateTimeOffset EndedAt, DateTimeOffset At) : IFact;

/// <summary>变更申请 (FIL-041).</summary>
public sealed record FilingChangeRequested(string Number, string ChangeId, FilingChange Change, DateTimeOffset At) : IFact;

/// <summary>变更确认: the filing's next version.</summary>
public sealed record FilingChangeConfirmed(string Number, string ChangeId, DateTimeOffset At) : IFact;

/// <summary>变更不予确认.</summary>
public sealed record FilingChangeRefused(string Number, string ChangeId, string Reason, DateTimeOffset At) : IFact;

/// <summary>选定门诊机构 (FIL-028, FIL-029).</summary>
public sealed record OutpatientInstitutionSelected(string Number, string Institution, DateTimeOffset At) : IFact;

/// <summary>取消选定.</summary>
public sealed record OutpatientInstitutionDeselected(string Number, string Institution, DateTimeOffset At) : IFact;

/// <summary>A higher node has stored this version (FIL-038, FIL-039).</summary>
public sealed record FilingForwarded(string Number, long Version, AdminDivision Tier, DateTimeOffset At) : IFact;

/// <summary>What a change may touch; null leaves it.</summary>
/// <param name="Place">New treatment place (异地居住地).</param>
/// <param name="Details">Reference of the new sealed particulars (phone, address).</param>
public sealed record FilingChange(AdminDivision? Place, string? Details);

/// <summary>取消原因. The lock of FIL-023 holds for the first only (AMB-15).</summary>
public enum CancelReason
{
    /// <summary>本人申请.</summary>
    Requested,
    /// <summary>死亡.</summary>
    Death,
    /// <summary>经办差错更正.</summary>
    AgencyError,
}

/// <summary>备案编号 stream <c>filing/{no}</c>: whose filing it is. Claims the number, so no two filings ever share one (FIL-047).</summary>
public sealed record FilingNumberIssued(string Number, PersonKey Person, AdminDivision HomeArea, DateTimeOffset At) : IFact;

public sealed record FilingNumber : IState<FilingNumber>
{
    public static FilingNumber Empty { get; } = new();

    public static StreamKey<FilingNumber> Stream(string number) => new($"filing/{number}");

    public FilingNumberIssued? Issued { get; private init; }

    public FilingNumber Evolve(IFact fact) => fact switch
    {
        FilingNumberIssued issued => this with { Issued = issued },
        _ => throw new InvalidOperationException($"A filing number's stream does not know {fact.GetType().Name}."),
    };
}
