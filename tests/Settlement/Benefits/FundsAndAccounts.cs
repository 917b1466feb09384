using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;
using static Yibao.Settlement.Tests.Benefits.TestPacks;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>Years, ceilings, further funds, accounts.</summary>
public sealed class FundsAndAccounts
{
    private static readonly CaseFacts Stay = TestPolicy.Stay with { Relation = Relation.Local };

    [Fact, Covers("BEN-018")]
    public void Chronic_ceilings_are_shared_as_the_home_area_says()
    {
        const string Body = """
            both:
              chronic:
                deductible: none
                segments: [ { from: 0, ratio: 100% } ]
                limits: LIMITS
                diseases: { M01600: 3000, M03900: 5000 }
            """;
        var shared = Of("420500", Body.Replace("LIMITS", "highestShared", StringComparison.Ordinal));
        var visit = Stay with { Care = CareType.ChronicOutpatient, Disease = "M01600" };
        var year = Accumulators.Empty.Plus(new Contribution(0, [new CounterDraw(Counters.Disease("M03900"), Money.Yuan(4_800))]));
        var person = Person(shared) with { ChronicDiseases = ["M01600", "M03900"] };

        Pooled(shared, person, visit, 1_000m, year).ShouldBe(200m);
        Pooled(Of("420500", Body.Replace("LIMITS", "separate", StringComparison.Ordinal)), person, visit, 4_000m, year).ShouldBe(3_000m);
        Pooled(Of("420500", Body.Replace("LIMITS", "sumShared", StringComparison.Ordinal)), person, visit, 4_000m, year).ShouldBe(3_200m);
    }

    [Fact, Covers("BEN-019", "SET-014", "SET-015")]
    public void The_benefit_year_and_the_policy_are_those_of_the_discharge_date()
    {
        var library = Library(
            City("420500", LocalStandard.Replace("amounts: 900", "amounts: 800", StringComparison.Ordinal), "2022-01-01"),
            City("420500", LocalStandard, "2023-01-01"));
        var overTheTurn = Stay with { Begin = new DateOnly(2022, 12, 20), End = new DateOnly(2023, 1, 8) };
        var settledLate = Stay with { Begin = new DateOnly(2022, 12, 20), End = new DateOnly(2022, 12, 28) };

        overTheTurn.BenefitYear.ShouldBe(2023);
        var after = library.At(new("420500"), overTheTurn.End).Pack;
        Run(after, Person(after), overTheTurn).Deductible.ShouldBe(Money.Yuan(900));
        settledLate.BenefitYear.ShouldBe(2022);
        var before = library.At(new("420500"), settledLate.End).Pack;
        Run(before, Person(before), settledLate).Deductible.ShouldBe(Money.Yuan(800));
    }

    [Fact, Covers("BEN-020")]
    public void Every_fund_is_listed_with_code_name_and_amount()
    {
        var pack = Of("420500", """
            employee:
              inpatient:
                deductible: { kind: perAdmission, amounts: 900 }
                segments: [ { from: 0, ratio: 80% } ]
              annualCap: 9000
              largeSum: { base: overCap, segments: [ { from: 0, ratio: 100% } ], cap: 2580 }
              medicalAid: { enabled: true }
            """);
        var figures = Run(pack, Person(pack), Stay with { AccountUse = AccountUse.Own, AccountRequest = Money.Yuan(500) }, account: new Account(Money.Yuan(800))).Figures;

        figures.Funds.Select(fund => fund.Amount).ShouldBe([Money.Yuan(9_000), Money.Yuan(500), Money.Yuan(2_580), default, default, default, default, default]);
        figures.Funds.Select(fund => fund.Name).ShouldBe(["统筹基金", "个人账户", "职工大额医疗费用补助", "补充医疗保险", "公务员医疗补助", "伤残人员医疗保障", "医疗救助", "其他"]);
        figures.Funds.ShouldAllBe(fund => fund.Code.Length == 6);
        figures.FundTotal.ShouldBe(Money.Yuan(12_080));

        Run(pack, Person(pack, InsuranceType.Resident), Stay).Figures.Funds.Select(fund => fund.Name).ShouldBe(["基本医疗保险", "城乡居民大病保险", "补充医疗保险", "其他"]);
    }

    [Fact, Covers("BEN-022")]
    public void The_account_pays_no_more_than_its_balance()
    {
        var pack = Of("420500");
        var account = new Account(Money.Yuan(800));
        var asked = Run(pack, Person(pack), Stay with { AccountUse = AccountUse.Own, AccountRequest = Money.Yuan(500) }, account: account);
        asked.Figures.Of(Fund.PersonalAccount).ShouldBe(Money.Yuan(500));
        asked.Figures.AccountBalance.ShouldBe(Money.Yuan(300));

        var capped = Run(pack, Person(pack), Stay with { AccountUse = AccountUse.Own, AccountRequest = Money.Yuan(900) }, account: account);
        capped.Figures.Of(Fund.PersonalAccount).ShouldBe(Money.Yuan(800));
        capped.Figures.AccountBalance.ShouldBe(Money.Zero);
        capped.Figures.Cash.ShouldBe(Money.Yuan(16_000 - 12_080 - 800));

        Run(pack, Person(pack), Stay, account: account).Figures.Of(Fund.PersonalAccount).ShouldBe(Money.Zero);
    }

    [Fact]
    public void Family_money_comes_after_the_own_balance()
    {
        var pack = Of("420500");
        var breakdown = Run(pack, Person(pack), Stay with { AccountUse = AccountUse.Family }, account: new Account(Money.Yuan(800), Money.Yuan(5_000)));
        breakdown.Account.ShouldBe(new AccountDraw(Money.Yuan(800), Money.Yuan(3_120)));
        breakdown.Figures.Cash.ShouldBe(Money.Zero);
        Run(pack, Person(pack), Stay with { AccountUse = AccountUse.Own }, account: new Account(Money.Yuan(800), Money.Yuan(5_000))).Account.Family.ShouldBe(Money.Zero);
    }

    [Fact, Covers("SET-024")]
    public void Medical_aid_is_paid_and_printed_only_where_the_area_includes_it()
    {
        const string Body = """
            resident:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: 60% } ]
              catastrophic: { period: year, segments: [ { from: 1000, ratio: 80% } ] }
              medicalAid:
                enabled: SWITCH
                classes: { 低保: { segments: [ { from: 0, ratio: 25% } ] } }
            """;
        var on = Of("420500", Body.Replace("SWITCH", "true", StringComparison.Ordinal));
        var aided = Person(on, InsuranceType.Resident) with { AidClass = "低保" };
        var figures = Run(on, aided, Stay, 5_000m).Figures;
        (figures.Of(Fund.Pooled), figures.Of(Fund.ResidentCatastrophic), figures.Of(Fund.MedicalAid)).ShouldBe((Money.Yuan(3_000), Money.Yuan(800), Money.Yuan(300)));

        var off = Run(Of("420500", Body.Replace("SWITCH", "false", StringComparison.Ordinal)), aided, Stay, 5_000m).Figures;
        off.Of(Fund.MedicalAid).ShouldBe(Money.Zero);
        off.Funds.ShouldNotContain(fund => fund.Fund == Fund.MedicalAid);
        Run(on, aided with { AidClass = null }, Stay, 5_000m).Figures.Of(Fund.MedicalAid).ShouldBe(Money.Zero);
    }

    [Fact, Covers("SET-010")]
    public void Both_identities_must_hold_to_the_fen()
    {
        SplitChecks.Identity1(TestPolicy.Split).ShouldBeNull();
        var figures = new Figures(Money.Yuan(20_000), [new FundAmount(Fund.Pooled, "统筹基金", Money.Yuan(12_080))], Money.Yuan(7_920), Money.Zero, Money.Zero);
        SplitChecks.Identity2(TestPolicy.Split, figures).ShouldBeNull();
        SplitChecks.Identity2(TestPolicy.Split, figures with { Cash = Money.Yuan(7_920.01m) })!.Code.ShouldBe("IDENTITY_2");
        SplitChecks.Identity1(TestPolicy.Split with { InScope = Money.Yuan(16_000.01m) })!.Code.ShouldBe("IDENTITY_1");
        SplitChecks.Identity1(new SplitTotals(Money.Zero, Money.Yuan(1), Money.Yuan(-1), Money.Zero, Money.Zero))!.Code.ShouldBe("SPLIT_NEGATIVE");
    }

    [Fact]
    public void Deductibles_follow_the_number_of_admissions_and_the_last_one_repeats()
    {
        var pack = Of("420500", """
            both:
              inpatient:
                deductible: { kind: perAdmission, amounts: [900, 450, 100] }
                segments: [ { from: 0, ratio: 80% } ]
            """);
        decimal[] borne = [.. Enumerable.Range(0, 5).Select(before => Run(pack, Person(pack), Stay, year: Accumulators.Empty with { Admissions = before }).Deductible.InYuan)];
        borne.ShouldBe([900m, 450m, 100m, 100m, 100m]);
    }

    [Fact]
    public void An_annual_deductible_is_borne_once_a_year()
    {
        var pack = Of("420500", """
            both:
              outpatient:
                deductible: { kind: annual, amounts: { primary: 200, others: 500 } }
                segments: [ { from: 0, ratio: 50% } ]
                cap: 1000
            """);
        var visit = Stay with { Care = CareType.GeneralOutpatient };
        var first = Run(pack, Person(pack), visit, 300m);
        first.Figures.FundTotal.ShouldBe(Money.Zero);
        var year = Accumulators.Empty.Plus(first.Draws);
        var second = Run(pack, Person(pack), visit, 1_000m, year);
        second.Deductible.ShouldBe(Money.Yuan(200));
        second.Figures.FundTotal.ShouldBe(Money.Yuan(400));
        // A level with a lower standard finds it met already.
        Run(pack, Person(pack), visit with { Level = HospitalLevel.Primary }, 100m, year).Deductible.ShouldBe(Money.Zero);
        // The ceiling of the outpatient pool.
        Run(pack, Person(pack), visit, 3_000m, year.Plus(second.Draws)).Figures.FundTotal.ShouldBe(Money.Yuan(600));
    }

    [Fact]
    public void Cost_beyond_the_annual_cap_goes_to_the_large_sum_fund()
    {
        var pack = Of("420500", """
            employee:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: 80% }, { from: 10000, ratio: 90% } ]
              annualCap: 12500
              largeSum: { base: overCap, segments: [ { from: 0, ratio: 50% } ] }
            """);
        // 10,000 × 80 % = 8,000; 5,000 × 90 % = 4,500 fills the cap at 15,000; the other 5,000 are beyond it.
        var breakdown = Run(pack, Person(pack), Stay, 20_000m);
        breakdown.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(12_500));
        breakdown.Figures.Of(Fund.EmployeeLargeSum).ShouldBe(Money.Yuan(2_500));
        var next = Run(pack, Person(pack), Stay, 1_000m, Accumulators.Empty.Plus(breakdown.Draws));
        next.Figures.Of(Fund.Pooled).ShouldBe(Money.Zero);
        next.Figures.Of(Fund.EmployeeLargeSum).ShouldBe(Money.Yuan(500));
    }

    [Fact]
    public void Catastrophic_insurance_runs_over_the_year()
    {
        var pack = Of("420500", """
            resident:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: 50% } ]
              catastrophic: { period: year, segments: [ { from: 12000, ratio: 60% }, { from: 30000, ratio: 70% } ] }
            """);
        var person = Person(pack, InsuranceType.Resident);
        var first = Run(pack, person, Stay, 20_000m); // 10,000 own
        first.Figures.Of(Fund.ResidentCatastrophic).ShouldBe(Money.Zero);
        var second = Run(pack, person, Stay, 60_000m, Accumulators.Empty.Plus(first.Draws)); // 10,000 to 40,000
        second.Figures.Of(Fund.ResidentCatastrophic).ShouldBe(Money.Yuan(18_000 * 0.6m + 10_000 * 0.7m));
    }

    [Fact]
    public void What_a_reduction_costs_can_be_kept_out_of_the_catastrophic_base()
    {
        const string Body = """
            resident:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: 50% } ]
              catastrophic: { includesReduction: SWITCH, segments: [ { from: 0, ratio: 60% } ] }
              outOfArea:
                referred: { METHOD }
            """;
        decimal Paid(string include, string method)
        {
            var pack = Of("410200", Body.Replace("SWITCH", include, StringComparison.Ordinal).Replace("METHOD", method, StringComparison.Ordinal));
            return Run(pack, Person(pack, InsuranceType.Resident).Filed(FilingCategory.Referred), TestPolicy.Stay, 10_000m).Figures.Of(Fund.ResidentCatastrophic).InYuan;
        }

        Paid("true", "points: 10").ShouldBe(3_600m);
        Paid("false", "points: 10").ShouldBe(3_000m);
        Paid("false", "firstPay: 10%").ShouldBe(2_700m); // 10,000 − 1,000 first − 4,500 pool
        Paid("true", "firstPay: 10%").ShouldBe(3_300m);
    }

    [Fact]
    public void Civil_servants_supplementary_and_disabled_servicemen_pay_on_what_is_left()
    {
        var pack = Of("420500", """
            employee:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: 80% } ]
              civilServant: { segments: [ { from: 0, ratio: { active: 50%, others: 60% } } ] }
              supplementary: { segments: [ { from: 200, ratio: 50% } ], cap: 300, cares: [inpatient] }
              disabledServicemen: { includesClassB: true, segments: [ { from: 0, ratio: 100% } ] }
            """);
        var person = Person(pack) with { CivilServant = true, Supplementary = true, DisabledServiceman = true };
        var split = new SplitTotals(Money.Yuan(11_000), Money.Yuan(10_000), Money.Yuan(600), Money.Yuan(400), Money.Zero);
        var figures = BenefitEngine.Adjudicate(pack, person, Accumulators.Empty, Account.None, split, Stay).Figures;

        figures.Of(Fund.CivilServant).ShouldBe(Money.Yuan(1_000));
        figures.Of(Fund.Supplementary).ShouldBe(Money.Yuan(300));
        figures.Of(Fund.DisabledServicemen).ShouldBe(Money.Yuan(700 + 600));
        figures.Cash.ShouldBe(Money.Yuan(400));
    }

    /// <summary>What the patient reads: the class without an amount, one segment once, several with their sum.</summary>
    [Fact]
    public void The_explanation_says_nothing_twice()
    {
        var one = Run(Of("420500"), Person(Of("420500")), Stay with { Relation = Relation.Local }, 16_000m).Explained;
        one.Lines[0].TookIn.ShouldBe(Money.Zero);
        one.Lines.Select(line => line.Result).ShouldBe([Money.Zero, Money.Yuan(900), Money.Yuan(12_080), Money.Yuan(3_920)]);

        var pack = Of("420500", "both: { inpatient: { deductible: none, segments: [ { from: 0, ratio: 50% }, { from: 1000, ratio: 60% } ] } }");
        var two = Run(pack, Person(pack), Stay with { Relation = Relation.Local }, 2_000m).Explained;
        two.Lines.Select(line => line.Result).ShouldBe([Money.Zero, Money.Zero, Money.Yuan(500), Money.Yuan(600), Money.Yuan(1_100), Money.Yuan(900)]);
        // A ceiling cuts: the segment and the sum are not the same.
        var capped = Of("420500", "both: { inpatient: { deductible: none, segments: [ { from: 0, ratio: 50% } ] }, annualCap: 300 }");
        Run(capped, Person(capped), Stay with { Relation = Relation.Local }, 2_000m).Explained.Lines.Select(line => line.Result)
            .ShouldBe([Money.Zero, Money.Zero, Money.Yuan(1_000), Money.Yuan(300), Money.Yuan(300), Money.Yuan(1_190), Money.Yuan(510)]); // large sum: 70 % of 1,700.00 beyond the cap
    }

    [Theory]
    [InlineData(CareType.Inpatient, true, true)]
    [InlineData(CareType.ChronicOutpatient, true, false)]
    [InlineData(CareType.GeneralOutpatient, false, false)]
    [InlineData(CareType.Pharmacy, false, false)]
    public void A_fund_pays_nothing_of_care_it_does_not_name_and_leaves_its_base_to_the_others(CareType care, bool civilServant, bool supplementary)
    {
        const string Half = "deductible: none, segments: [ { from: 0, ratio: 50% } ]";
        var pack = Of("420500", $$"""
            employee:
              inpatient: { {{Half}} }
              outpatient: { {{Half}} }
              chronic: { {{Half}} }
              civilServant: { segments: [ { from: 0, ratio: 50% } ], cares: [inpatient, chronicOutpatient] }
              supplementary: { period: year, segments: [ { from: 0, ratio: 100% } ], cap: 1000, cares: [inpatient] }
            """);
        var person = Person(pack) with { CivilServant = true, Supplementary = true, ChronicDiseases = ["M01600"] };
        var breakdown = BenefitEngine.Adjudicate(pack, person, Accumulators.Empty, Account.None, TestPolicy.InScope(1_000), Stay with { Care = care, Disease = "M01600" });

        breakdown.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(500));
        breakdown.Figures.Of(Fund.CivilServant).ShouldBe(Money.Yuan(civilServant ? 250 : 0));
        breakdown.Figures.Of(Fund.Supplementary).ShouldBe(Money.Yuan(supplementary ? 250 : 0));
        breakdown.Figures.Cash.ShouldBe(Money.Yuan(500 - (civilServant ? 250 : 0) - (supplementary ? 250 : 0)));
        // What does not apply leaves no step to the patient and no trace in the year.
        breakdown.Steps.Count(step => step.Kind == StepKind.Layer).ShouldBe((civilServant ? 1 : 0) + (supplementary ? 1 : 0));
        breakdown.Draws.Draws.Any(draw => draw.Counter == Counters.FundBase(Fund.Supplementary)).ShouldBe(supplementary);
    }

    [Fact]
    public void What_the_hospital_bears_is_nobodys_cash()
    {
        var pack = Of("420500");
        var figures = Run(pack, Person(pack), Stay with { HospitalBorne = Money.Yuan(100) }).Figures;
        figures.Cash.ShouldBe(Money.Yuan(16_000 - 12_080 - 100));
        figures.Holds.ShouldBeTrue();
    }
}
