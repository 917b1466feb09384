using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Simulation;

/// <summary>Five nodes: the nation, three provinces — one of them hosting two pooling areas — and a city that gets its own node in the middle.</summary>
internal static class SimulatedCountry
{
    public static readonly AdminDivision Nation = new("100000");
    public static readonly AdminDivision Hubei = new("420000");
    public static readonly AdminDivision Guizhou = new("520000");
    public static readonly AdminDivision Qinghai = new("630000");
    public static readonly AdminDivision Xining = new("630100");

    /// <summary>From here on Xining answers for itself.</summary>
    public static readonly DateTimeOffset HandOver = new(2023, 3, 10, 16, 0, 0, TimeSpan.Zero);

    public static readonly IReadOnlyList<AdminDivision> Nodes = [Nation, Hubei, Guizhou, Qinghai, Xining];

    public static readonly NodeRegistry Registry = NodeRegistry.Parse(
        """
        code,name,printed,short,tier,parent,order,pool,same_city_as,confidence,note
        100000,国家,国家,国家,nation,,1,no,,A,
        420000,湖北省,湖北省,湖北,province,100000,17,no,,A,
        420100,武汉市,武汉市,武汉,city,420000,1,yes,,A,
        420500,宜昌市,宜昌市,宜昌,city,420000,4,yes,,A,
        520000,贵州省,贵州省,贵州,province,100000,24,no,,A,
        520100,贵阳市,贵阳市,贵阳,city,520000,1,yes,,A,
        630000,青海省,青海省,青海,province,100000,29,no,,A,
        630100,西宁市,西宁市,西宁,city,630000,1,yes,,A,
        """,
        """
        since,code,change,note
        2017-01-01T00:00:00+08:00,100000,node_opened,
        2017-01-01T00:00:00+08:00,420000,node_opened,
        2017-01-01T00:00:00+08:00,520000,node_opened,
        2017-01-01T00:00:00+08:00,630000,node_opened,
        2023-03-11T00:00:00+08:00,630100,node_opened,
        """);

    public static readonly IReadOnlyList<SimulatedPerson> Persons =
    [
        new(Key(1), new AdminDivision("520100"), InsuranceType.Employee),
        new(Key(2), new AdminDivision("420500"), InsuranceType.Resident),
        new(Key(3), new AdminDivision("630100"), InsuranceType.Employee),
        new(Key(4), new AdminDivision("630100"), InsuranceType.Resident),
    ];

    public static readonly IReadOnlyList<SimulatedHospital> Hospitals =
    [
        new("H42010000001", new AdminDivision("420100"), Hubei),
        new("H42050000002", new AdminDivision("420500"), Hubei),
        new("H52010000003", new AdminDivision("520100"), Guizhou),
    ];

    public static readonly FeeCatalogue Catalogue = new("simulated", Enumerable.Range(0, 4).Select(i => new CatalogueItem(
        $"C{i}", $"项目{i}", (ChargeCategory)(i + 3), i == 3 ? ItemClass.C : i == 2 ? ItemClass.B : ItemClass.A, i == 2 ? 0.1m : 0m, i == 1 ? Money.Yuan(400) : null, new DateOnly(2017, 1, 1), null)));

    /// <summary>What the pooled fund pays in a year at most: low, so that schedules reach it.</summary>
    public static readonly Money AnnualCap = Money.Yuan(6_000);

    /// <summary>What every account holds at first.</summary>
    public static readonly Money OpeningBalance = Money.Yuan(500);

    private static readonly PolicyPack Pack = MakePack();

    public static PolicyPack Policy(AdminDivision area) => Pack with { Area = area };

    private static PolicyPack MakePack()
    {
        var care = new CarePolicy(
            new DeductiblePolicy(DeductibleKind.PerAdmission, LevelTable<Money[]>.Of([Money.Yuan(300), Money.Yuan(150)]), Rule.None),
            new SegmentTable(SegmentPeriod.Visit, [new Segment(Money.Zero, null, LevelTable<decimal>.Of(0.8m), Rule.None)]),
            Cap.None, CountsTowardsAnnualCap: true);
        var insurance = new InsurancePolicy(care, care, care, new ChronicPolicy(ChronicLimits.Separate, new Dictionary<string, Money>(StringComparer.Ordinal), Rule.None),
            new OutOfAreaPolicy([.. Enum.GetValues<TreatmentClass>().Select(_ => Reduction.None)], false, Rule.None),
            new Cap(LevelTable<Money?>.Of(AnnualCap), Rule.None), [], MedicalAid: true, new AccountPolicy(AccountScope.All, Family: true, Rule.None), new Dictionary<Fund, string>());
        return new PolicyPack("simulated", Xining, "模拟", new DateOnly(2017, 1, 1), null, insurance, insurance, CatalogueRule.Treatment);
    }

    private static PersonKey Key(byte number) => PersonKey.From([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number]);
}

internal sealed record SimulatedPerson(PersonKey Key, AdminDivision Home, InsuranceType Insurance);

internal sealed record SimulatedHospital(string Code, AdminDivision Area, AdminDivision Node);
