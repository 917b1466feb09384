using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Trauma;

namespace Yibao.Settlement.Benefits;

/// <summary>What a figure is worth to a reader.</summary>
public enum Mark
{
    /// <summary>From a published document.</summary>
    Official,
    /// <summary>Compiled or invented for demonstration; not to be shown as policy.</summary>
    Illustrative,
    /// <summary>The area says nothing: the platform's own fallback.</summary>
    Default,
}

/// <summary>Where a rule comes from: what an explanation names.</summary>
/// <param name="Id">The figure's path in the pack, e.g. <c>employee.inpatient.segments[0]</c>.</param>
/// <param name="Article">Article or section of the source document.</param>
/// <param name="Source">The source document's title.</param>
/// <param name="Mark">Its worth.</param>
/// <param name="Level">Which layer set it: default, city, province or national.</param>
public sealed record Rule(string Id, string Article, string Source, Mark Mark, string Level)
{
    public static Rule None { get; } = new("", "", "", Mark.Default, "");

    /// <summary>How a report names the layer (SET-035): a fallback is <c>NATIONAL_DEFAULT</c>.</summary>
    public string Origin => Mark == Mark.Default ? "NATIONAL_DEFAULT" : Level.ToUpperInvariant();
}

/// <summary>A figure per person type and hospital level.</summary>
public sealed class LevelTable<T>(T[] cells)
{
    public const int Levels = 5;
    public const int Persons = 6;

    public T this[PersonType person, HospitalLevel level] => cells[(int)person * Levels + (int)level];

    public static LevelTable<T> Of(T value)
    {
        var cells = new T[Persons * Levels];
        Array.Fill(cells, value);
        return new LevelTable<T>(cells);
    }
}

/// <summary>How a deductible is counted.</summary>
public enum DeductibleKind
{
    /// <summary>按住院次数: the first, second, … stay of the year.</summary>
    PerAdmission,
    /// <summary>年度累计: once a year over all visits.</summary>
    Annual,
    /// <summary>按次: for every visit.</summary>
    PerVisit,
}

/// <summary>起付标准. The amounts are those of the first, second, … admission; the last one repeats.</summary>
public sealed record DeductiblePolicy(DeductibleKind Kind, LevelTable<Money[]> Amounts, Rule Rule)
{
    public static DeductiblePolicy None { get; } = new(DeductibleKind.PerVisit, LevelTable<Money[]>.Of([Money.Zero]), Rule.None);
}

/// <summary>Over what the segments of a fund are measured.</summary>
public enum SegmentPeriod
{
    /// <summary>Each visit starts again at zero.</summary>
    Visit,
    /// <summary>Visits of the year continue where the last one ended.</summary>
    Year,
}

/// <summary>分段: cost from (incl.) to (excl.) is paid at this ratio.</summary>
public sealed record Segment(Money From, Money? To, LevelTable<decimal> Ratios, Rule Rule);

/// <summary>分段支付比例: ascending, touching; below the first nothing is paid.</summary>
public sealed record SegmentTable(SegmentPeriod Period, IReadOnlyList<Segment> Segments);

/// <summary>A yearly ceiling of what a fund pays; null: none.</summary>
public sealed record Cap(LevelTable<Money?> Amounts, Rule Rule)
{
    public static Cap None { get; } = new(LevelTable<Money?>.Of(null), Rule.None);
}

/// <summary>What the pooled fund does in one kind of care.</summary>
/// <param name="CountsTowardsAnnualCap">Its payments count against the insurance's annual cap.</param>
public sealed record CarePolicy(DeductiblePolicy Deductible, SegmentTable Segments, Cap Cap, bool CountsTowardsAnnualCap);

/// <summary>How ceilings of several chronic diseases go together (BEN-018).</summary>
public enum ChronicLimits
{
    /// <summary>各病种分别计算.</summary>
    Separate,
    /// <summary>按最高的一个共用.</summary>
    HighestShared,
    /// <summary>合并相加共用.</summary>
    SumShared,
}

/// <summary>门诊慢特病 ceilings per disease.</summary>
public sealed record ChronicPolicy(ChronicLimits Limits, IReadOnlyDictionary<string, Money> DiseaseCaps, Rule Rule);

/// <summary>Which treatment class a visit falls in (BEN-004…016, AMB-66, AMB-75).</summary>
public enum TreatmentClass
{
    /// <summary>本地就医.</summary>
    Local,
    /// <summary>异地长期居住类, at the filed place.</summary>
    LongTerm,
    /// <summary>异地转诊.</summary>
    Referred,
    /// <summary>异地急诊抢救, filed, flagged or deemed.</summary>
    Emergency,
    /// <summary>其他临时外出就医.</summary>
    OtherTemporary,
    /// <summary>备案有效期内回参保地就医.</summary>
    ReturnHome,
    /// <summary>无需备案的异地门诊、购药.</summary>
    OutpatientNoFiling,
    /// <summary>未备案 (manual reimbursement only).</summary>
    Unfiled,
}

/// <summary>How an out-of-area reduction works; the pack names it for each class.</summary>
public enum ReductionMethod
{
    /// <summary>降低百分点: off every ratio, not below zero (AMB-16).</summary>
    Points,
    /// <summary>先行自付: a share of the in-scope cost first, then the home ratios.</summary>
    FirstPay,
    /// <summary>Ratios times a factor.</summary>
    Multiplier,
}

/// <summary>异地就医降幅 of one class, per level.</summary>
/// <param name="Values">Points: 0.10 for ten percentage points; first-pay: 0.10 for ten per cent; multiplier: the factor.</param>
public sealed record Reduction(ReductionMethod Method, LevelTable<decimal> Values, Rule Rule)
{
    public static Reduction None { get; } = new(ReductionMethod.Points, LevelTable<decimal>.Of(0m), Rule.None);
}

/// <summary>Reductions per treatment class and the late-filing table.</summary>
/// <param name="ByClass">In the order of <see cref="TreatmentClass"/>.</param>
/// <param name="LateCommitmentAsOtherTemporary">BEN-015: a long-term filing by commitment after discharge pays this stay as 其他临时.</param>
public sealed record OutOfAreaPolicy(IReadOnlyList<Reduction> ByClass, bool LateCommitmentAsOtherTemporary, Rule LateFilingRule)
{
    public Reduction Of(TreatmentClass treatmentClass) => ByClass[(int)treatmentClass];
}

/// <summary>What a further fund's segments are measured on.</summary>
public enum LayerBase
{
    /// <summary>In-scope cost beyond the pooled fund's annual cap.</summary>
    OverCap,
    /// <summary>In-scope cost that no fund has paid yet, the deductible included.</summary>
    Remainder,
}

/// <summary>Whom a further fund is for.</summary>
public enum LayerFor
{
    Everyone,
    CivilServant,
    Supplementary,
    DisabledServiceman,
    AidClass,
}

/// <summary>One fund after the pool: large-sum, catastrophic, civil servants, supplementary, disabled servicemen, medical aid.</summary>
/// <param name="Fund">Which.</param>
/// <param name="For">Whom it is for.</param>
/// <param name="AidClass">With <see cref="LayerFor.AidClass"/>: which class.</param>
/// <param name="Base">On what.</param>
/// <param name="IncludesClassB">乙类先行自付 belongs to the base.</param>
/// <param name="IncludesReduction">What the person bears because of an out-of-area reduction belongs to the base.</param>
/// <param name="Reduced">The out-of-area reduction applies to this fund too (AMB-16: default not).</param>
/// <param name="Cares">In which kinds of care it pays; empty: all.</param>
/// <param name="Segments">Its ratios.</param>
/// <param name="Cap">Its yearly ceiling.</param>
public sealed record LayerPolicy(
    Fund Fund, LayerFor For, string? AidClass, LayerBase Base, bool IncludesClassB, bool IncludesReduction, bool Reduced,
    IReadOnlyList<CareType> Cares, SegmentTable Segments, Cap Cap);

/// <summary>What accounts may pay.</summary>
public enum AccountScope
{
    /// <summary>Nothing: the insurance has no account and no mutual aid.</summary>
    Nothing,
    /// <summary>Only what is left of the in-scope cost.</summary>
    InScope,
    /// <summary>Everything the person bears.</summary>
    All,
}

/// <summary>个人账户 rules.</summary>
public sealed record AccountPolicy(AccountScope Scope, bool Family, Rule Rule);

/// <summary>One insurance's rules.</summary>
/// <param name="AnnualCap">统筹基金年度最高支付限额.</param>
/// <param name="MedicalAid">医疗救助 is part of the direct settlement (SET-024).</param>
/// <param name="FundNames">The names the home place prints, by fund (SET-025); missing: the national names.</param>
public sealed record InsurancePolicy(
    CarePolicy Inpatient, CarePolicy Outpatient, CarePolicy Chronic, ChronicPolicy ChronicLimits, OutOfAreaPolicy OutOfArea,
    Cap AnnualCap, IReadOnlyList<LayerPolicy> Layers, bool MedicalAid, AccountPolicy Account, IReadOnlyDictionary<Fund, string> FundNames)
{
    public CarePolicy Of(CareType care) => care switch
    {
        CareType.Inpatient => Inpatient,
        CareType.GeneralOutpatient or CareType.Pharmacy => Outpatient,
        CareType.ChronicOutpatient => Chronic,
    };
}

/// <summary>Whose catalogue splits the fees (BEN-001…003).</summary>
public enum CatalogueRule
{
    /// <summary>就医地目录.</summary>
    Treatment,
    /// <summary>全省统一目录.</summary>
    ProvinceUnified,
}

/// <summary>The rules of one pooling area in force on one day: what the engine computes with.</summary>
/// <param name="Version">Content hash over every resolved figure: recorded with every result, finds the same rules again (BEN-024).</param>
/// <param name="Area">统筹区.</param>
/// <param name="Name">Its name.</param>
public sealed record PolicyPack(
    string Version, AdminDivision Area, string Name, DateOnly From, DateOnly? To,
    InsurancePolicy Employee, InsurancePolicy Resident, CatalogueRule CatalogueIntraProvince)
{
    /// <summary>As treatment place: how trauma without third-party liability is settled (SET-016); without a word of the area, with the commitment.</summary>
    public TraumaRule Trauma { get; init; }

    public InsurancePolicy Of(InsuranceType insurance) => insurance switch
    {
        InsuranceType.Employee => Employee,
        InsuranceType.Resident => Resident,
    };
}
