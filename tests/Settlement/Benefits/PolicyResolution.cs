using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;
using static Yibao.Settlement.Tests.Benefits.TestPacks;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>Which rule prevails, from when to when, and what may not be said.</summary>
public sealed class PolicyResolution
{
    private static readonly PackFile Hubei = Delivered("420000/policy-2023-01-01.yaml");
    private static readonly AdminDivision Yichang = new("420500");
    private static readonly DateOnly Day = new(2023, 6, 1);

    [Fact, Covers("BEN-007")]
    public void A_city_reduces_within_the_provinces_bounds()
    {
        var pack = Of("420500", LocalStandard + "\n  outOfArea:\n    referred: { points: 8 }\n    otherTemporary: { points: 15 }\n");
        Ratio(pack, FilingCategory.Referred).ShouldBe(0.72m);
        Ratio(pack, FilingCategory.OtherTemporary).ShouldBe(0.65m);
        Ratio(Of("420500"), FilingCategory.OtherTemporary).ShouldBe(0.80m); // without a setting of its own: no reduction

        var refused = Refused(Library(Hubei, City("420500", "both:\n  outOfArea:\n    referred: { points: 12 }")));
        refused.Code.ShouldBe("REDUCTION_ABOVE_BOUND");
        refused.Details[0].ShouldBe("10");

        static decimal Ratio(PolicyPack pack, FilingCategory kind) =>
            Run(pack, Person(pack).Filed(kind), TestPolicy.Stay).Steps.Single(step => step.Kind == StepKind.Segment).Ratio;
    }

    [Fact, Covers("OPS-013")]
    public void Above_the_bound_only_with_the_provinces_exception()
    {
        var city = City("420500", "both:\n  outOfArea:\n    otherTemporary: { points: 25 }");
        var refused = Refused(Library(Hubei, city));
        (refused.Code, refused.Details[0]).ShouldBe(("REDUCTION_ABOVE_BOUND", "20"));

        var approved = Province("""
            bounds:
              otherTemporary: { points: 20, except: { "420500": 25 } }
            """);
        Library(approved, city).At(Yichang, Day).Pack.Employee.OutOfArea.Of(TreatmentClass.OtherTemporary).Values[PersonType.Active, HospitalLevel.Tertiary].ShouldBe(0.25m);
    }

    [Theory]
    [InlineData("{ firstPay: 13% }")] // 13 % of 80 % = 10.4 points
    [InlineData("{ multiplier: 0.85 }")] // 15 % of 80 % = 12 points
    public void Other_methods_are_measured_in_points(string reduction) =>
        Refused(Library(Hubei, City("420500", LocalStandard + $"\n  outOfArea:\n    referred: {reduction}\n"))).Code.ShouldBe("REDUCTION_ABOVE_BOUND");

    [Fact]
    public void Province_prevails_over_city_and_nation_over_both()
    {
        var city = City("420500", "both:\n  outOfArea:\n    returnHome: { points: 10 }");
        var nation = PackFile.Parse("100000/policy-2023-01-01.yaml", """
            area: "100000"
            name: 国家
            level: nation
            from: 2023-01-01
            sources: { n: { title: 国家文件, mark: official } }
            source: n
            both:
              outOfArea:
                returnHome: { points: 3 }
            """);
        Points(Library(city)).ShouldBe(0.10m);
        Points(Library(city, Hubei)).ShouldBe(0m);
        Points(Library(city, Hubei, nation)).ShouldBe(0.03m);

        static decimal Points(PolicyLibrary library) =>
            library.At(Yichang, Day).Pack.Resident.OutOfArea.Of(TreatmentClass.ReturnHome).Values[PersonType.Adult, HospitalLevel.Tertiary];
    }

    [Fact, Covers("OPS-009")]
    public void A_county_has_no_policy_of_its_own() =>
        Should.Throw<RefusedException>(() => Library(City("420581", LocalStandard))).Error.Code.ShouldBe("POLICY_AT_CITY_LEVEL_ONLY");

    [Fact, Covers("OPS-014")]
    public void Cities_set_their_own_details_in_versions()
    {
        var library = Library(Hubei, City("420500", LocalStandard + "\n  outOfArea:\n    referred: { points: 8 }\n    otherTemporary: { points: 15 }\n"), City("420500", LocalStandard, "2024-01-01"));
        var (first, second) = (library.At(Yichang, new DateOnly(2023, 12, 31)).Pack, library.At(Yichang, new DateOnly(2024, 1, 1)).Pack);
        first.Employee.OutOfArea.Of(TreatmentClass.Referred).Values[PersonType.Active, HospitalLevel.Tertiary].ShouldBe(0.08m);
        first.Employee.OutOfArea.Of(TreatmentClass.OtherTemporary).Values[PersonType.Active, HospitalLevel.Tertiary].ShouldBe(0.15m);
        second.Employee.OutOfArea.Of(TreatmentClass.Referred).Values[PersonType.Active, HospitalLevel.Tertiary].ShouldBe(0m);
        second.Version.ShouldNotBe(first.Version);
    }

    [Fact, Covers("BEN-024")]
    public void The_version_of_the_discharge_date_computes_the_same_fen_a_year_later()
    {
        var before = City("410200", LocalStandard, "2019-01-01", "2023-01-01");
        var kaifeng = City("410200", LocalStandard + "\n  outOfArea:\n    referred: { points: 10 }\n");
        var library = Library(before, kaifeng);
        var old = library.At(new("410200"), new DateOnly(2022, 12, 31)).Pack;
        var current = library.At(new("410200"), new DateOnly(2023, 1, 1)).Pack;
        Pooled(old, Person(old).Filed(FilingCategory.Referred), TestPolicy.Stay).ShouldBe(12_080m);
        var breakdown = Run(current, Person(current).Filed(FilingCategory.Referred), TestPolicy.Stay);
        breakdown.Figures.FundTotal.ShouldBe(Money.Yuan(10_570));

        // A year later the city has other rules; the recorded version finds the old ones.
        var later = Library(before, kaifeng, City("410200", LocalStandard.Replace("80%", "70%", StringComparison.Ordinal), "2024-01-01"));
        var recorded = later.Find(breakdown.PolicyVersion).Pack;
        Run(recorded, Person(recorded).Filed(FilingCategory.Referred), TestPolicy.Stay).Figures.ShouldBe(breakdown.Figures);
        Should.Throw<RefusedException>(() => later.Find("410200@2023-01-01#0000000000000000")).Error.Code.ShouldBe("POLICY_VERSION_UNKNOWN");
        Should.Throw<RefusedException>(() => later.Find("nonsense")).Error.Code.ShouldBe("POLICY_VERSION_UNKNOWN");
    }

    [Fact]
    public void An_expired_policy_falls_to_the_default_and_says_so()
    {
        var ended = Library(City("440100", LocalStandard, "2021-01-01", "2024-01-01"));
        ended.At(new("440100"), new DateOnly(2023, 12, 31)).Warnings.ShouldBeEmpty();
        var after = ended.At(new("440100"), new DateOnly(2024, 1, 1));
        after.Warnings.Single().ShouldContain("2024-01-01");
        after.Figures.ShouldAllBe(figure => figure.Origin == "NATIONAL_DEFAULT");

        var provinceEnded = Library(City("440100", LocalStandard, "2021-01-01"), Delivered("440000/policy-2021-01-01.yaml"));
        provinceEnded.At(new("440100"), new DateOnly(2023, 12, 31)).Warnings.ShouldBeEmpty();
        provinceEnded.At(new("440100"), new DateOnly(2024, 1, 1)).Warnings.Single().ShouldContain("440000");
    }

    [Fact]
    public void Overlapping_files_of_one_area_are_refused() =>
        Should.Throw<RefusedException>(() => Library(City("420500", LocalStandard, "2023-01-01", "2024-01-01"), City("420500", LocalStandard, "2023-06-01"))).Error.Code.ShouldBe("POLICY_INVALID");

    [Theory]
    [InlineData("employee:\n  inpatient:\n    deductable: none", 9, "deductable")] // misspelt
    [InlineData("employee:\n  inpatient:\n    segments: [ { from: 0, ratio: 0.86 } ]", 9, "86%")]
    [InlineData("employee:\n  inpatient:\n    segments: [ { from: 0, ratio: 120% } ]", 9, "100%")]
    [InlineData("employee:\n  inpatient:\n    segments:\n      - { from: 10, ratio: 80% }\n      - { from: 10, ratio: 90% }", 11, "from")]
    [InlineData("employee:\n  inpatient:\n    segments: []", 9, "列表")]
    [InlineData("employee:\n  annualCap: -1", 8, "金额")]
    [InlineData("employee:\n  annualCap: 1.005", 8, "两位小数")]
    [InlineData("employee:\n  inpatient:\n    deductible: { kind: yearly, amounts: 100 }", 9, "perAdmission")]
    [InlineData("employee:\n  inpatient:\n    deductible: { kind: annual, amounts: [100, 50] }", 9, "perAdmission")]
    [InlineData("employee:\n  inpatient:\n    deductible: { kind: annual, amounts: { primary: 100 } }", 9, "tertiary")]
    [InlineData("employee:\n  outOfArea:\n    referred: { points: 10, multiplier: 0.9 }", 9, "points")]
    [InlineData("employee:\n  outOfArea:\n    referred: { points: 101 }", 9, "百分点")]
    [InlineData("employee:\n  outOfArea:\n    refered: { points: 1 }", 9, "refered")]
    [InlineData("employee:\n  account: { pays: maybe }", 8, "inScope")]
    [InlineData("employe:\n  annualCap: 1", 8, "employe")]
    [InlineData("employee:\n  largeSum: { base: overCap, cares: [hospital], segments: [ { from: 0, ratio: 1% } ] }", 8, "inpatient")]
    [InlineData("employee:\n  fundNames: { pooledd: 统筹 }", 8, "pooledd")]
    [InlineData("employee: 3", 7, "映射")]
    public void Mistakes_name_file_line_and_what_is_wrong(string body, int line, string what)
    {
        var errors = Library(City("420500", body)).Check();
        var error = errors.First(error => error.Code == "POLICY_INVALID");
        error.Details[0].ShouldBe("420500/policy-2023-01-01.yaml");
        error.Details[1].ShouldBe(line.ToString(System.Globalization.CultureInfo.InvariantCulture));
        errors.ShouldContain(candidate => candidate.Message.Contains(what, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense: [")]
    [InlineData("- a\n- b")]
    [InlineData("")]
    [InlineData("area: 420500\nname: x\nfrom: 2023-13-01\nsources: {}\nsource: x")]
    [InlineData("area: \"420500\"\nname: x\nfrom: 2023-01-01\nto: 2023-01-01\nsources: { x: { title: x, mark: official } }\nsource: x")]
    [InlineData("area: \"420500\"\nname: x\nfrom: 2023-01-01\nsources: { x: { title: x, mark: maybe } }\nsource: x")]
    [InlineData("area: \"420500\"\nname: x\nfrom: 2023-01-01\nsources: { x: { title: x, mark: official } }\nsource: y")]
    [InlineData("area: \"42050\"\nname: x\nfrom: 2023-01-01\nsources: { x: { title: x, mark: official } }\nsource: x")]
    [InlineData("area: \"420500\"\nname: x\nlevel: town\nfrom: 2023-01-01\nsources: { x: { title: x, mark: official } }\nsource: x")]
    [InlineData("area: \"420500\"\nname: x\nfrom: 2023-01-01\nsources: { x: { title: x, mark: official } }\nsource: x\nemployee: { source: z }")]
    [InlineData("area: \"420500\"\nname: x\nname: y\nfrom: 2023-01-01\nsources: { x: { title: x, mark: official } }\nsource: x")]
    [InlineData("area: \"420500\"\nfrom: 2023-01-01\nsources: { x: { title: x, mark: official } }\nsource: x")]
    public void A_file_that_is_no_pack_is_refused_with_its_name(string text)
    {
        var error = Should.Throw<RefusedException>(() => PackFile.Parse("420500/policy.yaml", text)).Error;
        error.Code.ShouldBe("POLICY_INVALID");
        error.Details[0].ShouldBe("420500/policy.yaml");
    }

    private static Error Refused(PolicyLibrary library) => Should.Throw<RefusedException>(() => library.At(Yichang, Day)).Error;

    private static PackFile Province(string body) => PackFile.Parse("420000/policy-2023-01-01.yaml", $$"""
        area: "420000"
        name: 湖北省
        level: province
        from: 2023-01-01
        sources: { test: { title: 测试文件, mark: official } }
        source: test
        {{body}}
        """);
}
