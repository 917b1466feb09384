using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Benefits;

/// <summary>人员类别 (psn_type) as far as policies tell persons apart.</summary>
public enum PersonType
{
    /// <summary>在职 (11).</summary>
    Active,
    /// <summary>退休 (12).</summary>
    Retired,
    /// <summary>离休 (13).</summary>
    Veteran,
    /// <summary>居民（未成年） (14).</summary>
    Minor,
    /// <summary>居民（成年） (15).</summary>
    Adult,
    /// <summary>居民（老年） (16).</summary>
    Senior,
}

/// <summary>One filing in force at admission.</summary>
/// <param name="Category">备案人员类别.</param>
/// <param name="CoversTreatment">The treatment place lies within the filed place; whoever knows the registry decides it.</param>
/// <param name="Mode">When it was made.</param>
/// <param name="Proof">What it rests on.</param>
/// <param name="FiledOn">The day it was made: where policy counts from the filing date (BEN-015).</param>
public sealed record FilingInForce(FilingCategory Category, bool CoversTreatment, FilingMode Mode, ProofBasis Proof, DateOnly FiledOn)
{
    /// <summary>异地长期居住类.</summary>
    public bool IsLongTerm => Category.ClassOf() == FilingClass.LongTerm;
}

/// <summary>What the home place knows of the person at the decisive date: enrolment, category, filings, further entitlements.</summary>
/// <param name="Area">参保地 (insuplc_admdvs).</param>
/// <param name="Insurance">险种 (insutype).</param>
/// <param name="PersonType">人员类别 (psn_type).</param>
public sealed record Standing(AdminDivision Area, InsuranceType Insurance, PersonType PersonType)
{
    /// <summary>Every filing in force at admission, for whatever place.</summary>
    public IReadOnlyList<FilingInForce> Filings { get; init; } = [];

    /// <summary>公务员标志 (cvlserv_flag).</summary>
    public bool CivilServant { get; init; }

    /// <summary>伤残军人 (一至六级残疾军人医疗补助).</summary>
    public bool DisabledServiceman { get; init; }

    /// <summary>Takes part in supplementary insurance (补充医疗保险).</summary>
    public bool Supplementary { get; init; }

    /// <summary>医疗救助对象类别, as the area's policy names it (e.g. 特困, 低保); null: none.</summary>
    public string? AidClass { get; init; }

    /// <summary>门诊慢特病 entitlements: national disease codes.</summary>
    public IReadOnlyList<string> ChronicDiseases { get; init; } = [];
}
