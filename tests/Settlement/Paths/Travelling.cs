using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.Paths;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Tests.RoundTrip;
using static Yibao.Settlement.Tests.RoundTrip.Country;

namespace Yibao.Settlement.Tests.Paths;

/// <summary>In which form and by which way the fees go to the home place.</summary>
public sealed class Travelling
{
    private static readonly AdminDivision Huangshi = new("420200"), Guangdong = new("440000"), Guangzhou = new("440100"), Shanwei = new("441500");

    [Fact, Covers("SET-007")]
    public async Task Inside_Hubei_the_platform_computes_by_the_home_places_policy_and_no_national_message_exists()
    {
        var country = new Country { Policy = PolicyFolder.Load(PolicyFolder.Find(AppContext.BaseDirectory)!, NodeRegistry.Reference.Latest).At(Huangshi, new DateOnly(2023, 3, 10)).Pack };
        await country.Admit(home: Huangshi);

        var answer = await country.Settle();

        var outcome = answer.State.Outcome!;
        outcome.State.ShouldBe(OutcomeState.Granted);
        // One request to 420000, answered there; the audit trail names the policy of 420200 in its version.
        country.Hops.ShouldBeEmpty();
        country[Nation].Door.Streams().ShouldBeEmpty();
        outcome.Content!.PolicyVersion.ShouldStartWith("420200@2023-01-01#");
        var granted = country[Hubei].Door.Facts(HomeSettlement.Stream(National("s1")).Id).Select(stored => stored.Fact).OfType<SettlementGranted>().Single();
        granted.Outcome.Content!.PolicyVersion.ShouldBe(outcome.Content.PolicyVersion);
        // Nothing was converted to national categories; the platform holds the lines already.
        granted.Request.Categories.ShouldBeEmpty();
        granted.Request.Lines.ShouldBeEmpty();
        granted.Request.Split.Total.ShouldBe(Money.Yuan(20_000));
        outcome.Content.Figures.Holds.ShouldBeTrue();
    }

    [Fact, Covers("SET-008")]
    public async Task Inside_Guangdong_every_line_goes_from_the_treatment_agency_over_the_province_to_the_home_agency_and_back()
    {
        var country = new Country(Guangzhou, Nation, Guangdong, Guangzhou, Shanwei);
        await country.Admit(home: Shanwei, careType: "11", only: 180m);
        country.Hops.Add("institution→440100");

        var answer = await country.Settle();
        country.Hops.Add("440100→institution");

        string.Join('→', country.Hops.Select((hop, i) => i == 0 ? hop : hop.Split('→')[1])).ShouldBe("institution→440100→440000→441500→440000→440100→institution");
        answer.State.Request!.Lines.Select(line => (line.Serial, line.Split.InScope)).ShouldBe([("1", Money.Yuan(180))]);
        foreach (var (node, hash) in new[]
        {
            (Guangzhou, country.State(Guangzhou, TreatmentSettlement.Stream(National("s1"))).Outcome!.Hash()),
            (Guangdong, country.State(Guangdong, RelaySettlement.Stream(National("s1"))).Outcome!.Hash()),
            (Shanwei, country.State(Shanwei, HomeSettlement.Stream(National("s1"))).Outcome!.Hash()),
        })
            hash.ShouldBe(answer.State.Outcome!.Hash(), node.Code);
        country[Nation].Door.Streams().ShouldBeEmpty();
    }

    [Fact]
    public async Task Across_provinces_a_stay_sends_categories_and_an_outpatient_sends_lines()
    {
        var country = new Country();
        await country.Admit();
        await country.Admit("v2", careType: "11", only: 80m);

        var stay = (await country.Settle()).State.Request!;
        var visit = (await country.Settle("s2", "v2")).State.Request!;

        (stay.Lines.Count, stay.Categories.Count, visit.Lines.Count).ShouldBe((0, 2, 1));
    }

    [Theory]
    [InlineData(VisitClass.CrossProvince, "21", IntraPath.ProvincialPlatform, DataPath.Categories)]
    [InlineData(VisitClass.CrossProvince, "11", IntraPath.ProvincialPlatform, DataPath.Lines)]
    [InlineData(VisitClass.CrossProvince, "14", IntraPath.TreatmentSplit, DataPath.Lines)]
    [InlineData(VisitClass.IntraProvince, "21", IntraPath.ProvincialPlatform, DataPath.Platform)]
    [InlineData(VisitClass.IntraProvince, "11", IntraPath.ProvincialPlatform, DataPath.Platform)]
    [InlineData(VisitClass.IntraProvince, "11", IntraPath.TreatmentSplit, DataPath.Lines)]
    [InlineData(VisitClass.IntraProvince, "21", IntraPath.TreatmentSplit, DataPath.Lines)]
    [InlineData(VisitClass.Local, "21", IntraPath.ProvincialPlatform, DataPath.Lines)]
    public void The_path_follows_from_where_and_what(VisitClass visit, string careType, IntraPath intra, DataPath path) => DataPaths.Of(visit, careType, intra).ShouldBe(path);

    [Theory]
    [InlineData(DataPath.Categories, "21", true, false)]
    [InlineData(DataPath.Platform, "21", false, false)]
    [InlineData(DataPath.Platform, "21", true, true)]
    [InlineData(DataPath.Lines, "21", false, false)]
    [InlineData(DataPath.Lines, "21", true, true)]
    [InlineData(DataPath.Lines, "11", false, true)]
    public void Lines_travel_where_they_are_not_at_hand(DataPath path, string careType, bool toAnotherNode, bool travel) => DataPaths.LinesTravel(path, careType, toAnotherNode).ShouldBe(travel);

    [Fact]
    public void An_areas_rule_prevails_over_its_provinces_and_that_one_over_the_nations_while_it_is_in_force()
    {
        var day = new DateOnly(2023, 6, 1);
        Rules.IntraPathOf(Wuhan, day).ShouldBe(IntraPath.ProvincialPlatform);
        Rules.IntraPathOf(new("429004"), day).ShouldBe(IntraPath.ProvincialPlatform);
        Rules.IntraPathOf(Guiyang, day).ShouldBe(IntraPath.TreatmentSplit);
        Rules.DetailsDeadlineOf(Guiyang, day)!.Days.ShouldBeNull();
        Rules.DetailsDeadlineOf(Wuhan, day)!.Days.ShouldBe(3);
        Rules.ReimbursesOnline(new("410200"), day).ShouldBeTrue();
        Rules.ReimbursesOnline(new("410100"), day).ShouldBeFalse();
        Rules.AllowsSupplementaryBooking(Guangzhou, day).ShouldBeTrue();
        // Guangdong's notice was valid for three years.
        Rules.AllowsSupplementaryBooking(Guangzhou, new DateOnly(2024, 1, 1)).ShouldBeFalse();
        Rules.RateTargetOf(Yichang, day).ShouldBe(new DirectRateTarget(0.70m, new DateOnly(2025, 12, 31)));
        Rules.RateTargetOf(Guiyang, day).ShouldBeNull();
        Should.Throw<RefusedException>(() => Rules.IntraPathOf(Wuhan, new DateOnly(2016, 12, 31))).Error.Code.ShouldBe("POLICY_MISSING");
    }

    [Theory]
    [InlineData("420000,2023-01-01,,intra_path,platform,official,x", 2)]
    [InlineData("420000,2023-01-01,,inpatient_details,0,official,x", 2)]
    [InlineData("420000,2023-01-01,,inpatient_details,soon,official,x", 2)]
    [InlineData("420000,2023-01-01,,online_manual,true,official,x", 2)]
    [InlineData("420000,2023-01-01,,direct_rate_target,70,official,x", 2)]
    [InlineData("420000,2023-01-01,,direct_rate_target,170% by 2025-12-31,official,x", 2)]
    [InlineData("420000,2023-01-01,,no_such_rule,yes,official,x", 2)]
    [InlineData("999999,2023-01-01,,online_manual,yes,official,x", 2)]
    [InlineData("420000,2023-01-01,2023-01-01,online_manual,yes,official,x", 2)]
    [InlineData("420000,01.01.2023,,online_manual,yes,official,x", 2)]
    [InlineData("420000,2023-01-01,,online_manual,yes,hearsay,x", 2)]
    [InlineData("420000,2023-01-01,,online_manual,yes,official,", 2)]
    [InlineData("420000,2023-01-01,,online_manual,yes", 2)]
    [InlineData("420000,2023-01-01,,online_manual,yes,official,x\n420000,2024-01-01,,online_manual,no,official,x", 3)]
    public void A_wrong_row_is_refused_with_its_line(string rows, int line)
    {
        var error = Should.Throw<RefusedException>(() => SettlementRules.Parse("area,from,to,rule,value,mark,source\n" + rows, NodeRegistry.Reference.Latest)).Error;
        (error.Code, error.Details[1]).ShouldBe(("POLICY_INVALID", line.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
