using Yibao.Contracts.Filings;
using Yibao.Filing.Institutions;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Policy;

/// <summary>
/// The filing rules of one pooling area for a span of days, read from its packs (infra/regions). Every figure here is data;
/// the keys are those of the requirements' parameter table (Part B).
/// </summary>
public sealed record FilingPolicy
{
    public required AdminDivision Area { get; init; }

    /// <summary>Where it comes from: the pack's file, or <see cref="NationalDefault"/>.</summary>
    public required string Source { get; init; }

    /// <summary>What a user must be told, e.g. that the area's own policy has run out (AMB-46).</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Which file and line each figure comes from (SET-035).</summary>
    public IReadOnlyDictionary<string, string> Sources { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public const string NationalDefault = "NATIONAL_DEFAULT";

    /// <summary>filing.categories, each with its definition and materials.</summary>
    public required IReadOnlyDictionary<FilingCategory, CategoryRule> Categories { get; init; }

    /// <summary>filing.requiredFor.</summary>
    public required IReadOnlyDictionary<CareType, bool> RequiredFor { get; init; }

    /// <summary>filing.inpatientFilingOpensOutpatient: one filing opens all care types (FIL-027, FIL-028); then outpatient care is bound to the filed place.</summary>
    public bool InpatientFilingOpensOutpatient { get; init; }

    /// <summary>filing.opens: the personal account as well as the pooled fund (FIL-028).</summary>
    public bool OpensPersonalAccount { get; init; } = true;

    /// <summary>filing.provinceScopeAllowed: provinces and corps that may be filed as a whole (FIL-030); "*" in the pack allows all (FIL-027).</summary>
    public required ProvinceScope ProvinceScope { get; init; }

    /// <summary>filing.temporary.validityMonths.</summary>
    public required int TemporaryValidityMonths { get; init; }

    /// <summary>filing.longTerm.changeLockMonths (soft); 0: none.</summary>
    public int ChangeLockMonths { get; init; }

    /// <summary>filing.longTerm.changeLock.coversCancel (AMB-15).</summary>
    public bool ChangeLockCoversCancel { get; init; } = true;

    /// <summary>filing.maxLongTerm over different places (FIL-025).</summary>
    public required int MaxLongTerm { get; init; }

    /// <summary>filing.maxTemporary over different places (FIL-025).</summary>
    public required int MaxTemporary { get; init; }

    /// <summary>filing.onlineHandlingWorkingDays (soft); null: no clock (FIL-015).</summary>
    public int? OnlineHandlingWorkingDays { get; init; }

    /// <summary>filing.selfServiceInstant: categories approved at once when complete (FIL-016).</summary>
    public required IReadOnlySet<FilingCategory> SelfService { get; init; }

    /// <summary>filing.channels (FIL-014).</summary>
    public required IReadOnlyDictionary<string, Channel> Channels { get; init; }

    /// <summary>commitment.retentionYears (FIL-012).</summary>
    public required int CommitmentRetentionYears { get; init; }

    /// <summary>Version of 参保地异地就医备案告知书 in force (FIL-049).</summary>
    public required string NoticeVersion { get; init; }

    /// <summary>filing.emergency (AMB-10).</summary>
    public required EmergencyMode Emergency { get; init; }

    /// <summary>filing.retro.beforeDischarge.</summary>
    public required RetroScope RetroBeforeDischarge { get; init; }

    /// <summary>filing.retro.afterDischarge: opens manual reimbursement only (FIL-036).</summary>
    public bool RetroAfterDischarge { get; init; }

    /// <summary>filing.retro.windowMonths (soft); null: none (FIL-035).</summary>
    public int? RetroWindowMonths { get; init; }

    /// <summary>benefit.retro[afterDischarge,longTerm,Commitment]: such a filing starts on its own day, not before the stay (BEN-015).</summary>
    public bool CommitmentAfterDischargeStartsAtFiling { get; init; }

    /// <summary>outpatient.institutionSelectionRule: how many outpatient institutions a filed person picks; null: no selection (FIL-028, FIL-029).</summary>
    public int? OutpatientSelectionMax { get; init; }

    /// <summary>chronic.maxInstitutions; null: no limit and no selection (FIL-032).</summary>
    public int? ChronicMaxInstitutions { get; init; }

    /// <summary>chronic.recognitionByTreatmentInstitution (INS-019).</summary>
    public bool ChronicRecognitionByTreatmentInstitution { get; init; }

    /// <summary>Chronic-disease catalogue: codes of qualifications (national ten first).</summary>
    public required IReadOnlyDictionary<string, string> ChronicDiseases { get; init; }

    /// <summary>return.home.allowed: for whom a filing stays in force when treated at home (FIL-045).</summary>
    public ReturnHome ReturnHome { get; init; } = ReturnHome.AllFiled;

    /// <summary>AMB-76: the enrolment at admission pays a stay that runs over a change; else that at discharge.</summary>
    public bool StayFollowsEnrolmentAtAdmission { get; init; } = true;

    /// <summary>filing.differentialPayPersons: the policy set that opens outpatient care for them (FIL-052); null: no such group.</summary>
    public string? DifferentialPaySet { get; init; }

    /// <summary>rollout.schedule (SET-031): empty means everything is open.</summary>
    public IReadOnlyList<Opening> Rollout { get; init; } = [];

    /// <summary>rollout.latest: the province's last day for every opening (SET-031).</summary>
    public DateOnly? RolloutLatest { get; init; }

    /// <summary>Institutions that may issue referral certificates; empty: every designated institution of the area (FIL-009).</summary>
    public IReadOnlySet<string> Referrers { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>ins.*: the rules for the area's institutions.</summary>
    public required InstitutionPolicy Institutions { get; init; }

    /// <summary>credential.accepted, as a treatment place (SET-003, SET-004).</summary>
    public required IReadOnlySet<string> CredentialsAccepted { get; init; }

    public int MaxOf(FilingClass filingClass) => filingClass == FilingClass.LongTerm ? MaxLongTerm : MaxTemporary;
}

/// <summary>One category: its definition (FIL-002) and its materials (FIL-006..010).</summary>
/// <param name="CommitmentAllowed">The commitment letter may stand in for the proof (FIL-011).</param>
/// <param name="MinimumMonths">filing.longTermMinMonths; the number itself is included.</param>
/// <param name="HukouMoved">Retired and with the household registration moved.</param>
/// <param name="OpenFrom">First day of direct settlement for this category (FIL-003).</param>
/// <param name="CanBeApplied">False where the category exists only as a deemed filing.</param>
public sealed record CategoryRule(
    FilingCategory Category,
    string Name,
    IReadOnlyList<MaterialRule> Materials,
    bool CommitmentAllowed,
    int? MinimumMonths,
    bool HukouMoved,
    DateOnly? OpenFrom,
    bool CanBeApplied);

/// <summary>One line of the list of materials.</summary>
/// <param name="All">Each of these is needed; or, when empty,</param>
/// <param name="AnyOf">one of these suffices.</param>
/// <param name="Proof">What it proves the category with; null for credential and form.</param>
public sealed record MaterialRule(string Name, IReadOnlyList<string> All, IReadOnlyList<string> AnyOf, ProofBasis? Proof);

/// <summary>A way to apply. Online channels have a handling clock.</summary>
public sealed record Channel(string Code, string Name, bool Online);

/// <summary>What is open from when (SET-031). A missing field means: all of them.</summary>
public sealed record Opening(Scope? Scope, CareType? Care, FilingCategory? Category, DateOnly From);

/// <summary>Which provinces may be filed as a whole.</summary>
public sealed record ProvinceScope(bool All, IReadOnlySet<AdminDivision> Allowed)
{
    public bool Allows(AdminDivision place) => All || Allowed.Contains(place);
}

/// <summary>filing.emergency (AMB-10).</summary>
public enum EmergencyMode
{
    /// <summary>Neither deemed nor held: the category does not exist here.</summary>
    NotAvailable,
    /// <summary>视同已备案 (FIL-020).</summary>
    Deemed,
    /// <summary>可先就诊，后补办 (FIL-021).</summary>
    VisitFirstThenFile,
}

/// <summary>filing.retro.beforeDischarge.</summary>
public enum RetroScope
{
    No,
    EmergencyOnly,
    All,
}

/// <summary>return.home.allowed.</summary>
public enum ReturnHome
{
    AllFiled,
    LongTermOnly,
}

/// <summary>The tree of places as filings see it: parent links, never code arithmetic.</summary>
public static class FilingPlaces
{
    /// <summary>The area is the place itself or lies below it.</summary>
    public static bool Covers(this NodeMap places, AdminDivision place, AdminDivision area) => places.Contains(place, area);

    /// <summary>One covers the other: for a person they are the same treatment place (FIL-024).</summary>
    public static bool Overlap(this NodeMap places, AdminDivision a, AdminDivision b) => places.Contains(a, b) || places.Contains(b, a);

    /// <summary>A whole province, where filings name a city instead; a municipality is a pooling area of its own (FIL-030).</summary>
    public static bool IsProvinceWide(this NodeMap places, AdminDivision place) => places[place] is { Tier: not Tier.City, Pooling: not Pooling.Area };

    /// <summary>Home itself, or the other half of a same-city pair: nothing to file for (FIL-054, AMB-24).</summary>
    public static bool IsHome(this NodeMap places, AdminDivision home, AdminDivision place) =>
        places.Contains(home, place) || (places[place].IsPoolingArea && places.SameCity(home, place));
}
