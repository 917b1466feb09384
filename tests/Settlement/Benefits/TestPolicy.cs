using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>The policy of the examples: deductible 900.00, ratio 80 %, for every person and level.</summary>
internal static class TestPolicy
{
    public static readonly AdminDivision Area = new("420500");

    public static PolicyPack Simple { get; } = Of(deductible: 900m, ratio: 0.80m);

    public static PolicyPack Of(decimal deductible, decimal ratio, DeductibleKind kind = DeductibleKind.PerAdmission)
    {
        var care = new CarePolicy(
            new DeductiblePolicy(kind, LevelTable<Money[]>.Of([Money.Yuan(deductible)]), Rule.None),
            new SegmentTable(SegmentPeriod.Visit, [new Segment(Money.Zero, null, LevelTable<decimal>.Of(ratio), Rule.None)]),
            Cap.None,
            CountsTowardsAnnualCap: true);
        var insurance = new InsurancePolicy(care, care, care, new ChronicPolicy(ChronicLimits.Separate, new Dictionary<string, Money>(), Rule.None),
            new OutOfAreaPolicy([.. Enum.GetValues<TreatmentClass>().Select(_ => Reduction.None)], false, Rule.None),
            Cap.None, [], MedicalAid: true, new AccountPolicy(AccountScope.All, Family: true, Rule.None), new Dictionary<Fund, string>());
        return new PolicyPack("test", Area, "测试", new DateOnly(2023, 1, 1), null, insurance, insurance, CatalogueRule.Treatment);
    }

    public static Standing Employee { get; } = new(Area, InsuranceType.Employee, PersonType.Active);

    public static CaseFacts Stay { get; } = new(CareType.Inpatient, Relation.CrossProvince, HospitalLevel.Tertiary, new DateOnly(2023, 3, 1), new DateOnly(2023, 3, 12));

    /// <summary>20,000.00 = 16,000.00 + 1,200.00 + 300.00 + 2,500.00 (SET-010).</summary>
    public static SplitTotals Split { get; } = new(Money.Yuan(20_000), Money.Yuan(16_000), Money.Yuan(1_200), Money.Yuan(300), Money.Yuan(2_500));

    public static SplitTotals InScope(decimal yuan) => new(Money.Yuan(yuan), Money.Yuan(yuan), Money.Zero, Money.Zero, Money.Zero);

    public static Standing Filed(this Standing standing, FilingCategory kind, bool covers = true, FilingMode mode = FilingMode.Advance, ProofBasis proof = ProofBasis.Document, DateOnly? on = null) =>
        standing with { Filings = [.. standing.Filings, new FilingInForce(kind, covers, mode, proof, on ?? new DateOnly(2023, 1, 5))] };
}
