namespace Yibao.Contracts.Filings;

/// <summary>备案人员类别 (rloc_rea_type): the numbers are those printed on the filing form (004 Annex 1); the form has no box for emergencies.</summary>
public enum FilingCategory
{
    /// <summary>异地安置退休人员.</summary>
    ResettledRetiree = 1,
    /// <summary>异地长期居住人员.</summary>
    LongTermResident = 2,
    /// <summary>常驻异地工作人员.</summary>
    StationedWorker = 3,
    /// <summary>异地转诊就医人员.</summary>
    Referred = 4,
    /// <summary>其他临时外出就医人员.</summary>
    OtherTemporary = 5,
    /// <summary>异地急诊抢救人员: deemed filed in some areas, applied for in others (AMB-10).</summary>
    Emergency = 6,
}

/// <summary>The two classes of filings (FIL-001).</summary>
public enum FilingClass
{
    /// <summary>异地长期居住类.</summary>
    LongTerm,
    /// <summary>临时外出就医类.</summary>
    Temporary,
}

/// <summary>When the filing was made relative to the stay (FIL-013): benefits depend on it (BEN-012..016).</summary>
public enum FilingMode
{
    /// <summary>就医前备案.</summary>
    Advance,
    /// <summary>出院结算前补办.</summary>
    RetroBeforeDischarge,
    /// <summary>出院自费结算后补办: opens manual reimbursement for that stay.</summary>
    RetroAfterDischarge,
    /// <summary>视同已备案, for one visit.</summary>
    Deemed,
}

/// <summary>What the category was proved with (FIL-013).</summary>
public enum ProofBasis
{
    /// <summary>The category needs no proof (其他临时外出就医人员).</summary>
    NotRequired,
    /// <summary>证明材料.</summary>
    Document,
    /// <summary>个人承诺书 (Annex 2).</summary>
    Commitment,
    /// <summary>转诊转院证明.</summary>
    Certificate,
    /// <summary>视同已备案.</summary>
    Deemed,
}

/// <summary>What kind of care is settled: filings, openings and selections differ by it.</summary>
public enum CareType
{
    /// <summary>住院.</summary>
    Inpatient,
    /// <summary>普通门诊, emergency outpatients among them.</summary>
    GeneralOutpatient,
    /// <summary>门诊慢特病.</summary>
    ChronicOutpatient,
    /// <summary>药店购药.</summary>
    Pharmacy,
}

/// <summary>Relation of home place and treatment place (SET-001).</summary>
public enum Scope
{
    /// <summary>本地: the same pooling area, or a same-city pair (FIL-054).</summary>
    Local,
    /// <summary>省内异地.</summary>
    IntraProvince,
    /// <summary>跨省异地.</summary>
    CrossProvince,
}

/// <summary>Where a filing stands (lifecycle §1). Expiry is computed from dates and is no stored state (FIL-053).</summary>
public enum FilingStatus
{
    /// <summary>No such filing.</summary>
    None,
    /// <summary>已提交.</summary>
    Submitted,
    /// <summary>审核中.</summary>
    UnderReview,
    /// <summary>审核通过; in force between its start and its end.</summary>
    Active,
    /// <summary>审核不通过.</summary>
    Rejected,
    /// <summary>被新备案替代.</summary>
    Superseded,
    /// <summary>已取消.</summary>
    Cancelled,
    /// <summary>因参保关系变更终止.</summary>
    Ended,
}

public static class FilingKinds
{
    public static FilingClass ClassOf(this FilingCategory category) => category switch
    {
        FilingCategory.ResettledRetiree or FilingCategory.LongTermResident or FilingCategory.StationedWorker => FilingClass.LongTerm,
        FilingCategory.Referred or FilingCategory.Emergency or FilingCategory.OtherTemporary => FilingClass.Temporary,
    };
}
