using Yibao.Contracts.Filings;
using Yibao.Kernel;

namespace Yibao.Settlement.Benefits;

/// <summary>The treatment institution's settlement level (医院等级, hosp_lv): "same level" compares it with the home table (BEN-017).</summary>
public enum HospitalLevel
{
    /// <summary>社区、未定级、零售药店.</summary>
    Unrated,
    /// <summary>一级.</summary>
    Primary,
    /// <summary>二级.</summary>
    Secondary,
    /// <summary>三级.</summary>
    Tertiary,
    /// <summary>三级甲等及以上, where an area sets it apart; otherwise as 三级.</summary>
    TertiaryA,
}

/// <summary>Where the treatment place lies as seen from the home place (SET-001).</summary>
public enum Relation
{
    /// <summary>Same pooling area.</summary>
    Local,
    /// <summary>Another pool in the same city, e.g. 省本级 and Wuhan: no filing, local benefit (AMB-24).</summary>
    SameCity,
    /// <summary>省内异地.</summary>
    IntraProvince,
    /// <summary>跨省异地.</summary>
    CrossProvince,
}

/// <summary>个人账户使用标志 (acct_used_flag).</summary>
public enum AccountUse
{
    /// <summary>0 不使用.</summary>
    None = 0,
    /// <summary>1 使用本人个账.</summary>
    Own = 1,
    /// <summary>2 使用共济人个账: the own account first, then the family's.</summary>
    Family = 2,
}

/// <summary>The visit, as the treatment place reports it.</summary>
/// <param name="Care">医疗类别.</param>
/// <param name="Relation">Where it was.</param>
/// <param name="Level">医院等级.</param>
/// <param name="Begin">Admission or visit (begndate).</param>
/// <param name="End">Discharge or visit (enddate): decides benefit year and policy version (BEN-019, SET-014, SET-015).</param>
public sealed record CaseFacts(CareType Care, Relation Relation, HospitalLevel Level, DateOnly Begin, DateOnly End)
{
    /// <summary>门诊急诊转诊标志 1/3 or 住院类型 2: takes the emergency class (AMB-75).</summary>
    public bool Emergency { get; init; }

    /// <summary>门诊慢特病病种代码 (opsp_dise_code).</summary>
    public string? Disease { get; init; }

    public AccountUse AccountUse { get; init; }

    /// <summary>The most the person wants paid from accounts; null: as much as there is.</summary>
    public Money? AccountRequest { get; init; }

    /// <summary>医院承担 (hosp_part_amt): what the institution bears itself.</summary>
    public Money HospitalBorne { get; init; }

    /// <summary>The benefit year: the year of discharge (BEN-019).</summary>
    public int BenefitYear => End.Year;
}

/// <summary>个人账户 before the settlement.</summary>
/// <param name="Balance">Own balance (balc).</param>
/// <param name="Family">What relatives have released for mutual aid (家庭共济).</param>
public sealed record Account(Money Balance, Money Family)
{
    public static Account None { get; } = new(Money.Zero, Money.Zero);

    public Account(Money balance) : this(balance, Money.Zero) { }
}
