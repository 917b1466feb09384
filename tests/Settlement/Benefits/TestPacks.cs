using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>Packs written for one test, over the delivered default and province layers.</summary>
internal static class TestPacks
{
    public static readonly NodeMap Places = NodeRegistry.Reference.Latest;

    private static readonly PackFile Default = Delivered("default/policy-2017-01-01.yaml");

    public static PackFile Delivered(string path) => PolicyFolder.Read(Path.Combine(RegionPacks.Folder, path), RegionPacks.Folder);

    /// <summary>Deductible 900.00 and 80 % in hospital for everyone, as the examples have it.</summary>
    public const string LocalStandard = """
        both:
          inpatient:
            deductible: { kind: perAdmission, amounts: 900 }
            segments: [ { from: 0, ratio: 80% } ]
          outpatient:
            deductible: none
            segments: [ { from: 0, ratio: 50% } ]
        """;

    public static PackFile City(string area, string body, string from = "2023-01-01", string? to = null) => PackFile.Parse($"{area}/policy-{from}.yaml", $$"""
        area: "{{area}}"
        name: 测试
        from: {{from}}
        {{(to is null ? "" : "to: " + to)}}
        sources: { test: { title: 测试文件, mark: illustrative } }
        source: test
        {{body}}
        """);

    public static PolicyLibrary Library(params ReadOnlySpan<PackFile> files) => new([Default, .. files], Places);

    /// <summary>The area's delivered out-of-area rules with the examples' local standard.</summary>
    public static PolicyPack Of(string area, string body = LocalStandard, DateOnly? day = null) => Library(City(area, body), Delivered("420000/policy-2023-01-01.yaml"), Delivered("440000/policy-2021-01-01.yaml"))
        .At(new AdminDivision(area), day ?? new DateOnly(2023, 6, 1)).Pack;

    /// <summary>Kaifeng's reductions as its document has them, over the examples' local standard.</summary>
    public static PolicyPack Kaifeng { get; } = Of("410200", LocalStandard + """


          outOfArea:
            longTerm: { points: 0 }
            referred: { points: 10 }
            emergency: { points: 10 }
            otherTemporary: { points: 20 }
            returnHome: { points: 10 }
            lateCommitment: otherTemporary
        """);

    public static Standing Person(PolicyPack pack, InsuranceType insurance = InsuranceType.Employee) =>
        new(pack.Area, insurance, insurance == InsuranceType.Employee ? PersonType.Active : PersonType.Adult);

    public static Breakdown Run(PolicyPack pack, Standing standing, CaseFacts facts, decimal inScope = 16_000m, Accumulators? year = null, Account? account = null) =>
        BenefitEngine.Adjudicate(pack, standing, year ?? Accumulators.Empty, account ?? Account.None, TestPolicy.InScope(inScope), facts);

    public static decimal Pooled(PolicyPack pack, Standing standing, CaseFacts facts, decimal inScope = 16_000m, Accumulators? year = null) =>
        Run(pack, standing, facts, inScope, year).Figures.Of(Fund.Pooled).InYuan;
}
