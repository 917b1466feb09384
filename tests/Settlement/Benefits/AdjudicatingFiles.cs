using System.Text.Json;
using System.Text.Json.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Adjudication;
using Yibao.Settlement.Benefits.Packs;
using static Yibao.Settlement.Tests.Benefits.TestPacks;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>One case as a JSON file in, the breakdown with its reasons out.</summary>
public sealed class AdjudicatingFiles
{
    private static readonly Adjudicator Engine = new(PolicyFolder.Load(RegionPacks.Folder, Places), Places);

    [Fact]
    public void A_case_is_computed_by_the_home_areas_pack_and_every_step_says_why()
    {
        var json = Engine.Run(Case().ToJsonString()).ToJsonObject();
        Yuan(json, "hifp_pay").ShouldBe(11_285m); // (16,000.00 − 750.00) × (84 % − 10 points)
        Yuan(json, "acct_pay").ShouldBe(800m);
        Yuan(json, "act_pay_dedc").ShouldBe(750m);
        Yuan(json, "psn_cash_pay").ShouldBe(7_915m);
        Yuan(json, "balc").ShouldBe(0m);
        (Yuan(json, "fund_pay_sumamt") + Yuan(json, "psn_cash_pay")).ShouldBe(Yuan(json, "medfee_sumamt"));
        json["medfee_sumamt"]!.ToJsonString().ShouldBe("20000.00");
        json["steps"]!.AsArray().ShouldAllBe(step => step!["reason"]!.GetValue<string>().Length > 0);
        json["steps"]!.AsArray().Select(step => step!["rule"]!.GetValue<string>()).ShouldContain("employee.inpatient.deductible");
        json["policy_version"]!.GetValue<string>().ShouldStartWith("520100@");
    }

    [Fact]
    public void Any_pack_file_can_take_the_place_of_the_areas_own()
    {
        var pack = City("520100", LocalStandard, "2030-01-01");
        Engine.Run(Case().ToJsonString(), pack).Breakdown.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(12_080));
    }

    [Fact, Covers("SET-023")]
    public void Maternity_and_other_insurances_are_refused()
    {
        Refused("med_type", "52").Code.ShouldBe("MATERNITY_NOT_COVERED");
        Refused("insutype", "510").Code.ShouldBe("INSURANCE_TYPE_UNSUPPORTED");
    }

    [Theory]
    [InlineData("insuplc_admdvs", "42010")]
    [InlineData("insuplc_admdvs", "999999")]
    [InlineData("insuplc_admdvs", "420581")]
    [InlineData("psn_type", "99")]
    [InlineData("psn_type", "15")] // a resident's category under the employees' insurance
    [InlineData("med_type", "77")]
    [InlineData("hosp_lv", "0")]
    [InlineData("begndate", "2023-02-30")]
    [InlineData("enddate", "2023-02-28")] // before it began
    [InlineData("acct_balance", "-1")]
    [InlineData("acct_balance", "1.001")]
    [InlineData("acct_balance", "much")]
    [InlineData("use_account", "3")]
    public void A_wrong_field_is_named(string field, string value)
    {
        var error = Refused(field, value);
        error.Code.ShouldBe("FIELD_INVALID");
        error.Details[0].ShouldBe(field);
    }

    [Theory]
    [InlineData("insuplc_admdvs")]
    [InlineData("mdtrtarea_admvs")]
    [InlineData("insutype")]
    [InlineData("psn_type")]
    [InlineData("med_type")]
    [InlineData("hosp_lv")]
    [InlineData("begndate")]
    [InlineData("enddate")]
    [InlineData("split")]
    public void A_missing_field_is_named(string field)
    {
        var json = Case();
        json.Remove(field);
        var error = Should.Throw<RefusedException>(() => Engine.Run(json.ToJsonString())).Error;
        (error.Code, error.Details[0]).ShouldBe(("FIELD_MISSING", field));
    }

    [Theory]
    [InlineData("filing", """{ "kind": "tourist" }""", "filing.kind")]
    [InlineData("filing", """{ "kind": "referred", "place": "9" }""", "filing.place")]
    [InlineData("filing", """{ "kind": "referred", "place": "987654" }""", "filing.place")]
    [InlineData("filing", """{ "kind": "referred", "proof": "rumour" }""", "filing.proof")]
    [InlineData("filing", """[ { "kind": "none" }, { "kind": "referred", "mode": "never" } ]""", "filing[1].mode")]
    [InlineData("filing", "7", "filing")]
    [InlineData("accumulators", """{ "pooled.anual": 1 }""", "accumulators.pooled.anual")]
    [InlineData("accumulators", """{ "admissions": -1 }""", "accumulators.admissions")]
    [InlineData("accumulators", """{ "pooled.annual": -1 }""", "accumulators.pooled.annual")]
    [InlineData("split", """{ "medfee_sumamt": 1, "inscp_scp_amt": 1, "preselfpay_amt": 0, "overlmt_selfpay": 0, "fulamt_ownpay_amt": -0.01 }""", "split.fulamt_ownpay_amt")]
    [InlineData("chronic_diseases", """[ 1 ]""", "chronic_diseases")]
    [InlineData("unheard_of", "1", "unheard_of")]
    public void A_wrong_field_inside_is_named(string field, string value, string named)
    {
        var json = Case();
        json[field] = JsonNode.Parse(value);
        var error = Should.Throw<RefusedException>(() => Engine.Run(json.ToJsonString())).Error;
        (error.Code, error.Details[0]).ShouldBe(("FIELD_INVALID", named));
    }

    [Fact]
    public void A_split_that_does_not_add_up_is_refused()
    {
        var json = Case();
        json["split"]!["medfee_sumamt"] = 20_000.01m;
        Should.Throw<RefusedException>(() => Engine.Run(json.ToJsonString())).Error.Code.ShouldBe("IDENTITY_1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\":")]
    [InlineData("\u0001\u0002")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public void What_is_no_case_is_refused(string text) => Should.Throw<RefusedException>(() => Engine.Run(text)).Error.Code.ShouldBe("FIELD_INVALID");

    [Fact, Covers("BEN-021")]
    public void Every_fund_falls_under_one_of_Qinghais_five()
    {
        var figures = new Figures(Money.Yuan(300), [new FundAmount(Fund.Pooled, "", Money.Yuan(200)), new FundAmount(Fund.ResidentCatastrophic, "", Money.Yuan(40))], Money.Yuan(60), Money.Zero, Money.Zero);
        QinghaiFunds.Of(figures, InsuranceType.Resident, PersonType.Senior).ShouldBe([default, default, default, Money.Yuan(240), default]);
        QinghaiFunds.GroupOf(PersonType.Senior).ShouldBe(QinghaiGroup.ResidentOld);
        QinghaiFunds.GroupOf(PersonType.Minor).ShouldBe(QinghaiGroup.ResidentWorkingAge);

        FundAmount[] all = [.. Enum.GetValues<Fund>().Select(fund => new FundAmount(fund, "", Money.Yuan(1 + (int)fund)))];
        var employee = QinghaiFunds.Of(new Figures(default, all, default, default, default), InsuranceType.Employee, PersonType.Active);
        employee.Aggregate(Money.Zero, (sum, amount) => sum + amount).ShouldBe(Money.Yuan(all.Sum(fund => fund.Amount.InYuan)));
        employee[(int)QinghaiFund.Pooled].ShouldBe(Money.Yuan(1));
        employee[(int)QinghaiFund.PersonalAccount].ShouldBe(Money.Yuan(2));
        QinghaiFunds.FundOf(Fund.Pooled, InsuranceType.Employee, PersonType.Veteran).ShouldBe(QinghaiFund.Veteran);
    }

    [Fact]
    public void A_breakdown_and_its_contribution_survive_being_stored()
    {
        var breakdown = Engine.Run(Case().ToJsonString()).Breakdown;
        var drawn = JsonSerializer.Deserialize<BenefitDrawn>(JsonSerializer.Serialize(new BenefitDrawn("S", breakdown.Draws)))!;
        drawn.Contribution.ShouldBe(breakdown.Draws);
        var steps = JsonSerializer.Deserialize<Step[]>(JsonSerializer.Serialize(breakdown.Steps))!;
        steps.Select(step => step.Reason).ShouldBe(breakdown.Steps.Select(step => step.Reason));
        JsonSerializer.Deserialize<Figures>(JsonSerializer.Serialize(breakdown.Figures)).ShouldBe(breakdown.Figures);
    }

    [Fact]
    public void A_draft_is_simulated_over_cases_fund_by_fund()
    {
        var other = Case();
        other["insuplc_admdvs"] = "420100";
        var draft = City("520100", LocalStandard, "2030-01-01");
        var simulation = PolicySimulation.Run(Engine, [Case().ToJsonString(), Case().ToJsonString(), other.ToJsonString()], draft);

        (simulation.Cases, simulation.OtherAreas, simulation.Better, simulation.Worse).ShouldBe((2, 1, 2, 0));
        var pooled = simulation.Costs.Single(cost => cost.Fund == Fund.Pooled);
        (pooled.Before, pooled.After).ShouldBe((Money.Yuan(2 * 11_285), Money.Yuan(2 * 12_080)));
        simulation.Costs.Aggregate(Money.Zero, (sum, cost) => sum + cost.Difference).ShouldBe(Money.Zero); // what a fund pays more, someone pays less
        Should.Throw<RefusedException>(() => PolicySimulation.Run(Engine, [Case().ToJsonString(), "{}"], draft)).Error.Details[0].ShouldBe("case 2");
    }

    [Fact]
    public void The_delivered_samples_run()
    {
        var samples = Path.Combine(RegionPacks.Folder, "..", "samples", "adjudicate");
        Engine.Run(File.ReadAllText(Path.Combine(samples, "guiyang-employee-in-wuhan.json"))).Breakdown.Class.ShouldBe(TreatmentClass.Referred);
        var kaifeng = Engine.Run(File.ReadAllText(Path.Combine(samples, "kaifeng-late-commitment.json"))).Breakdown;
        (kaifeng.Class, kaifeng.ManualOnly).ShouldBe((TreatmentClass.OtherTemporary, true));
        kaifeng.Figures.Of(Fund.ResidentCatastrophic).ShouldBeGreaterThan(Money.Zero);
    }

    private static JsonObject Case() => (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(RegionPacks.Folder, "..", "samples", "adjudicate", "guiyang-employee-in-wuhan.json")))!;

    private static decimal Yuan(JsonObject json, string field) => json[field]!.GetValue<decimal>();

    private static Error Refused(string field, string value)
    {
        var json = Case();
        json[field] = value;
        return Should.Throw<RefusedException>(() => Engine.Run(json.ToJsonString())).Error;
    }
}
