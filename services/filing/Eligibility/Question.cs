using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Areas;
using Yibao.Filing.Chronic;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Eligibility;

/// <summary>May this visit be settled directly, and by which filing?</summary>
/// <param name="Institution">定点医药机构编号 (fixmedins_code).</param>
/// <param name="Disease">病种编码, chronic outpatient care only.</param>
/// <param name="AdmittedAt">Admission, or the outpatient visit itself (begntime).</param>
/// <param name="AskedAt">The business instant of the request: standing, suspensions and openings are read as of then.</param>
/// <param name="Emergency">门诊急诊转诊标志 1 or 3, or 住院类型 2 (FIL-020).</param>
/// <param name="SelfPaid">The patient has paid this visit in full already.</param>
public sealed record Question(
    PersonKey Person,
    AdminDivision HomeArea,
    InsuranceType Insurance,
    AdminDivision TreatmentArea,
    string Institution,
    CareType Care,
    string? Disease,
    DateTimeOffset AdmittedAt,
    DateTimeOffset AskedAt,
    bool Emergency,
    bool SelfPaid)
{
    /// <summary>Asked for manual reimbursement (FIL-036, FIL-048): what only direct settlement needs is not asked.</summary>
    public bool Manual { get; init; }
}

/// <summary>Everything the answer is made from: six streams, read in one round trip, and two registers in memory.</summary>
public sealed record Evidence(InsuredPerson Person, PersonFilings Filings, ChronicQualifications Chronic, PoolingArea Area, FilingPolicy Policy, NodeMap Places)
{
    /// <summary>The institution as this node knows it; null when it has not heard of it.</summary>
    public InstitutionReplicated? Institution { get; init; }
}

/// <summary>The answer.</summary>
/// <param name="Refusal">Null: eligible.</param>
/// <param name="Filing">What the visit is settled by; null when none is needed or none serves.</param>
/// <param name="FilingElsewhere">A filing in force while treated at home (FIL-045, BEN-008).</param>
/// <param name="BenefitSet">Policy set of persons under differentiated payment (FIL-052).</param>
/// <param name="PersonalAccountOpen">The personal account may pay as well as the pooled fund (FIL-028).</param>
/// <param name="Guidance">How to get a filing, when none covers the visit (FIL-037).</param>
/// <param name="Reasons">Every rule that was asked, in order, in plain Chinese.</param>
public sealed record Answer(
    Error? Refusal,
    Enrolment? Standing,
    IReadOnlyList<string> SpecialGroups,
    Scope Scope,
    FilingInUse? Filing,
    FilingInUse? FilingElsewhere,
    string? BenefitSet,
    bool PersonalAccountOpen,
    FilingPolicy Policy,
    Guidance? Guidance,
    IReadOnlyList<string> Reasons)
{
    public bool Eligible => Refusal is null;
}

/// <summary>The filing as the benefit engine reads it (FIL-013).</summary>
/// <param name="Number">Null for a deemed filing.</param>
/// <param name="End">Exclusive.</param>
public sealed record FilingInUse(string? Number, FilingCategory Category, FilingMode Mode, ProofBasis Proof, AdminDivision Place, DateTimeOffset Start, DateTimeOffset? End)
{
    public FilingClass Class => Category.ClassOf();
}

/// <summary>Channels, categories and their materials, for the institution's screen (FIL-037).</summary>
public sealed record Guidance(IReadOnlyList<Channel> Channels, IReadOnlyList<CategoryRule> Categories);
