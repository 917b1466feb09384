using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using static Yibao.Settlement.Tests.Benefits.TestPacks;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>Corners of the arithmetic that the examples do not reach; each stands for a change to the code that no other test would notice.</summary>
public sealed class EngineCorners
{
    private static readonly CaseFacts Stay = TestPolicy.Stay with { Relation = Relation.Local };
    private static readonly CaseFacts Visit = Stay with { Care = CareType.GeneralOutpatient };

    [Fact]
    public void Only_a_stay_counts_as_an_admission()
    {
        var pack = Of("420500");
        Run(pack, Person(pack), Stay).Draws.Admissions.ShouldBe(1);
        foreach (var care in (CareType[])[CareType.GeneralOutpatient, CareType.Pharmacy, CareType.ChronicOutpatient]) Run(pack, Person(pack), Stay with { Care = care, Disease = "M1" }).Draws.Admissions.ShouldBe(0);
    }

    [Fact]
    public void A_deductible_per_visit_or_admission_does_not_look_at_what_was_borne_before()
    {
        var pack = Of("420500", """
            both:
              inpatient:
                deductible: { kind: perAdmission, amounts: [900, 450] }
                segments: [ { from: 0, ratio: 80% } ]
              outpatient:
                deductible: { kind: perVisit, amounts: 40 }
                segments: [ { from: 0, ratio: 50% } ]
            """);
        var year = new Accumulators(1, Accumulators.Empty.Sums).Plus(new Contribution(0, [new("deductible.inpatient", Money.Yuan(900)), new("deductible.outpatient", Money.Yuan(40))]));
        Run(pack, Person(pack), Stay, year: year).Deductible.ShouldBe(Money.Yuan(450));
        Run(pack, Person(pack), Visit, 100m, year).Deductible.ShouldBe(Money.Yuan(40));
        Run(pack, Person(pack), Visit, 30m, year).Deductible.ShouldBe(Money.Yuan(30));
    }

    [Fact]
    public void Segments_over_the_year_continue_where_the_last_visit_ended()
    {
        var pack = Of("420500", """
            both:
              inpatient:
                deductible: none
                period: year
                segments: [ { from: 0, ratio: 50% }, { from: 10000, ratio: 80% } ]
              annualCap: 10000
            employee:
              largeSum: { base: overCap, segments: [ { from: 0, ratio: 100% } ] }
            """);
        var first = Run(pack, Person(pack), Stay, 6_000m);
        first.Figures.FundTotal.ShouldBe(Money.Yuan(3_000));
        var second = Run(pack, Person(pack), Stay, 6_000m, Accumulators.Empty.Plus(first.Draws));
        second.Figures.FundTotal.ShouldBe(Money.Yuan(2_000 + 1_600)); // 4,000 at 50 %, 2,000 at 80 %
        // The cap leaves 3,400: 4,250 of the 10,000 at 80 %; the other 5,750 go to the large-sum fund.
        var third = Run(pack, Person(pack), Stay, 10_000m, Accumulators.Empty.Plus(first.Draws).Plus(second.Draws));
        third.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(3_400));
        third.Figures.Of(Fund.EmployeeLargeSum).ShouldBe(Money.Yuan(5_750));
        third.Draws.Draws.ShouldContain(new CounterDraw("base.inpatient", Money.Yuan(10_000)));
    }

    [Fact]
    public void What_the_cares_own_ceiling_cuts_off_is_not_beyond_the_annual_cap()
    {
        var pack = Of("420500", """
            employee:
              outpatient:
                deductible: none
                segments: [ { from: 0, ratio: 50% } ]
                cap: 400
              annualCap: 300
              largeSum: { base: overCap, segments: [ { from: 0, ratio: 100% } ] }
            """);
        // 2,000 would pay 1,000: the outpatient ceiling leaves 400 (800 of cost), the annual cap 300 (600 of cost): 200 lie between.
        var figures = Run(pack, Person(pack), Visit, 2_000m).Figures;
        figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(300));
        figures.Of(Fund.EmployeeLargeSum).ShouldBe(Money.Yuan(200));
    }

    [Fact]
    public void A_ceiling_that_was_passed_already_leaves_nothing_and_takes_nothing_back()
    {
        var pack = Of("420500", "both:\n  outpatient:\n    deductible: none\n    segments: [ { from: 0, ratio: 50% } ]\n    cap: 100\n  annualCap: 100\n");
        var year = Accumulators.Empty.Plus(new Contribution(0, [new("pooled.outpatient", Money.Yuan(150)), new("pooled.annual", Money.Yuan(150))]));
        Run(pack, Person(pack), Visit, 100m, year).Figures.FundTotal.ShouldBe(Money.Zero);
    }

    [Theory]
    [InlineData("none", 3_000)] // 5,000 local, 4,000 reduced: 1,000 lost, 5,000 left
    [InlineData("4500", 3_300)] // the cap would have cut local to 4,500: 500 lost, 5,500 left
    [InlineData("3000", 4_200)] // nothing lost
    public void Under_a_cap_only_what_the_cap_would_have_paid_is_lost_by_a_reduction(string cap, int expected)
    {
        foreach (var place in (string[])["annualCap", "cap"])
        {
            var pack = Of("410200", $$"""
                resident:
                  inpatient:
                    deductible: none
                    segments: [ { from: 0, ratio: 50% } ]
                    {{(place == "cap" ? "cap: " + cap : "")}}
                  annualCap: {{(place == "annualCap" ? cap : "none")}}
                  catastrophic: { includesReduction: false, segments: [ { from: 0, ratio: 60% } ] }
                  outOfArea:
                    referred: { points: 10 }
                """);
            Run(pack, Person(pack, InsuranceType.Resident).Filed(FilingCategory.Referred), TestPolicy.Stay, 10_000m).Figures.Of(Fund.ResidentCatastrophic).ShouldBe(Money.Yuan(expected));
        }
    }

    [Fact]
    public void A_reduced_fund_takes_the_reduction_too_and_a_fund_per_visit_forgets_the_year()
    {
        var pack = Of("410200", """
            employee:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: 50% } ]
              largeSum: none
              civilServant: { reduced: true, segments: [ { from: 1000, ratio: 50% } ] }
              outOfArea:
                referred: { points: 10 }
                otherTemporary: { firstPay: 10% }
            """);
        var person = Person(pack) with { CivilServant = true };
        Run(pack, person.Filed(FilingCategory.Referred), TestPolicy.Stay, 10_000m).Figures.Of(Fund.CivilServant).ShouldBe(Money.Yuan(5_000 * 0.4m));
        Run(pack, person.Filed(FilingCategory.OtherTemporary), TestPolicy.Stay, 10_000m).Figures.Of(Fund.CivilServant).ShouldBe(Money.Yuan(4_500 * 0.5m));
        var year = Accumulators.Empty.Plus(new Contribution(0, [new("base.CivilServant", Money.Yuan(50_000))]));
        Run(pack, person, Stay, 10_000m, year).Figures.Of(Fund.CivilServant).ShouldBe(Money.Yuan(2_000));
    }

    [Fact]
    public void Accounts_pay_no_more_than_what_is_left_to_the_person()
    {
        var rich = new Account(Money.Yuan(100_000), Money.Yuan(100_000));
        var pack = Of("420500", LocalStandard + "\n  account: { pays: all, family: false }\n");
        var all = BenefitEngine.Adjudicate(pack, Person(pack), Accumulators.Empty, rich, TestPolicy.Split, Stay with { AccountUse = AccountUse.Own, HospitalBorne = Money.Yuan(20) });
        (all.Figures.Of(Fund.PersonalAccount), all.Figures.Cash).ShouldBe((Money.Yuan(7_900), Money.Zero));

        var inScope = Of("420500", LocalStandard + "\n  account: { pays: inScope, family: false }\n");
        var some = BenefitEngine.Adjudicate(inScope, Person(inScope), Accumulators.Empty, rich, TestPolicy.Split, Stay with { AccountUse = AccountUse.Own });
        (some.Figures.Of(Fund.PersonalAccount), some.Figures.Cash).ShouldBe((Money.Yuan(3_920), Money.Yuan(4_000)));

        var poor = new Account(Money.Yuan(10), Money.Yuan(100));
        BenefitEngine.Adjudicate(pack, Person(pack), Accumulators.Empty, poor, TestPolicy.Split, Stay with { AccountUse = AccountUse.Family }).Account.ShouldBe(new AccountDraw(Money.Yuan(10), Money.Zero));
        var nothing = Of("420500", LocalStandard + "\n  account: { pays: nothing }\n");
        BenefitEngine.Adjudicate(nothing, Person(nothing), Accumulators.Empty, rich, TestPolicy.Split, Stay with { AccountUse = AccountUse.Family }).Account.ShouldBe(AccountDraw.Nothing);
    }

    [Fact]
    public void Impossible_input_is_refused()
    {
        var pack = Of("420500");
        Code(Stay with { HospitalBorne = Money.Yuan(-1) }).ShouldBe(("FIELD_INVALID", "hosp_part_amt"));
        Code(Stay with { HospitalBorne = Money.Yuan(16_000.01m) }).ShouldBe(("FIELD_INVALID", "hosp_part_amt"));
        Code(Stay with { AccountRequest = Money.Yuan(-1) }).ShouldBe(("FIELD_INVALID", "acct_pay"));

        (string, string) Code(CaseFacts facts)
        {
            var error = Should.Throw<RefusedException>(() => Run(pack, Person(pack), facts)).Error;
            return (error.Code, error.Details[0]);
        }
    }

    [Fact]
    public void The_class_follows_the_filing_to_the_day()
    {
        var away = TestPolicy.Stay;
        var resident = Person(Kaifeng).Filed(FilingCategory.LongTermResident, mode: FilingMode.RetroAfterDischarge, proof: ProofBasis.Commitment, on: away.Begin);
        Class(resident, away).ShouldBe((TreatmentClass.LongTerm, false)); // begun on the filing date
        Class(resident, away with { Begin = away.Begin.AddDays(-1) }).ShouldBe((TreatmentClass.OtherTemporary, true));
        var referred = Person(Kaifeng).Filed(FilingCategory.Referred, mode: FilingMode.RetroAfterDischarge, on: away.Begin);
        Class(referred, away).ShouldBe((TreatmentClass.Referred, false));
        Class(referred, away with { Begin = away.Begin.AddDays(-1) }).ShouldBe((TreatmentClass.Referred, true));
        Class(referred, away with { Begin = away.Begin.AddDays(1) }).ShouldBe((TreatmentClass.Referred, false));

        Class(Person(Kaifeng), away).ShouldBe((TreatmentClass.Unfiled, true));
        Class(Person(Kaifeng), away with { Care = CareType.Pharmacy }).ShouldBe((TreatmentClass.OutpatientNoFiling, false));
        Class(Person(Kaifeng), away with { Relation = Relation.Local }).ShouldBe((TreatmentClass.Local, false));
        Class(Person(Kaifeng).Filed(FilingCategory.OtherTemporary).Filed(FilingCategory.Referred), away).Class.ShouldBe(TreatmentClass.Referred);
        Class(Person(Kaifeng).Filed(FilingCategory.Referred).Filed(FilingCategory.OtherTemporary), away).Class.ShouldBe(TreatmentClass.Referred);
        Class(Person(Kaifeng).Filed(FilingCategory.Referred), away with { Emergency = true }).Class.ShouldBe(TreatmentClass.Referred);

        static (TreatmentClass Class, bool Manual) Class(Standing standing, CaseFacts facts)
        {
            var breakdown = Run(Kaifeng, standing, facts);
            return (breakdown.Class, breakdown.ManualOnly);
        }
    }

    [Fact]
    public void Every_step_says_in_plain_words_what_it_did()
    {
        var pack = Of("410200", """
            employee:
              inpatient:
                deductible: { kind: perAdmission, amounts: [900, 450] }
                segments: [ { from: 0, ratio: 80% }, { from: 10000, ratio: 90% } ]
              annualCap: 10000
              largeSum: { base: overCap, segments: [ { from: 0, ratio: 50% } ] }
              civilServant: { period: year, segments: [ { from: 100, ratio: 50% } ] }
              outOfArea:
                referred: { points: 10 }
                otherTemporary: { firstPay: 10% }
            """);
        var person = (Person(pack) with { CivilServant = true }).Filed(FilingCategory.Referred);
        var year = new Accumulators(1, Accumulators.Empty.Sums).Plus(new Contribution(0, [new("base.CivilServant", Money.Yuan(40))]));
        Run(pack, person, TestPolicy.Stay with { AccountUse = AccountUse.Family }, 16_000m, year, new Account(Money.Yuan(100), Money.Yuan(50))).Steps.Select(step => step.Reason).ShouldBe(
        [
            "本次就医按“异地转诊”待遇计算",
            "本年度第 2 次住院，起付标准 450.00，本次自付 450.00",
            "费用 10,000.00，统筹基金本地支付比例 80%，异地就医按 70% 支付",
            "10,000.00 以上部分，费用 5,550.00，统筹基金本地支付比例 90%，异地就医按 80% 支付",
            "按比例应支付 11,440.00，限额余 10,000.00，支付 10,000.00",
            "统筹基金支付 10,000.00（起付标准以上范围内费用 15,550.00）",
            "职工大额医疗费用补助：合规费用 1,800.00，支付 900.00",
            "公务员医疗补助：合规费用 5,100.00，起付 100.00，本年度已累计 40.00，支付 2,520.00",
            "个人账户余额 100.00，支付 150.00（其中家庭共济 50.00）",
            "其余 2,430.00 由个人现金支付",
        ]);
        Run(pack, Person(pack).Filed(FilingCategory.OtherTemporary), TestPolicy.Stay, 1_000m).Steps.Select(step => step.Reason).Take(3).ShouldBe(
        [
            "本次就医按“非急诊且未转诊的其他临时外出就医”待遇计算",
            "异地就医先行自付：范围内费用 1,000.00 的 10%，计 100.00",
            "本年度第 1 次住院，起付标准 900.00，本次自付 900.00",
        ]);
        var late = Run(Kaifeng, Person(Kaifeng).Filed(FilingCategory.LongTermResident, mode: FilingMode.RetroAfterDischarge, proof: ProofBasis.Commitment, on: new DateOnly(2023, 4, 1)), TestPolicy.Stay);
        late.Steps[0].Rule.Id.ShouldBe("employee.outOfArea.lateCommitment");
        Run(Kaifeng, Person(Kaifeng).Filed(FilingCategory.OtherTemporary), TestPolicy.Stay).Steps[0].Rule.Id.ShouldBe("employee.outOfArea.otherTemporary");
        Run(Kaifeng, Person(Kaifeng).Filed(FilingCategory.OtherTemporary, mode: FilingMode.RetroBeforeDischarge), TestPolicy.Stay).Steps[0].Rule.Id.ShouldBe("employee.outOfArea.otherTemporary");
    }

    [Fact]
    public void Drawing_and_restoring_twice_changes_nothing_more()
    {
        var contribution = new Contribution(1, [new("pooled.annual", Money.Yuan(100))]);
        var year = BenefitYear.Empty;
        year.Draw("S", contribution).ShouldBe([new BenefitDrawn("S", contribution)]);
        year = year.Evolve(new BenefitDrawn("S", contribution));
        year.Draw("S", contribution).ShouldBeEmpty();
        year.Restore("S", "N").ShouldBe([new BenefitRestored("S", "N")]);
        (year.Accumulators.Admissions, year.Accumulators.Of("pooled.annual")).ShouldBe((1, Money.Yuan(100)));
        year = year.Evolve(new BenefitRestored("S", "N"));
        year.Restore("S", "N").ShouldBeEmpty();
        year.Accumulators.ShouldBe(Accumulators.Empty);
        Should.Throw<InvalidOperationException>(() => year.Evolve(new BenefitDrawn("S", contribution)));
        Should.Throw<InvalidOperationException>(() => year.Evolve(new BenefitRestored("S", "N")));

        var account = PersonalAccount.Empty;
        account.Credit("zero", Money.Zero, Money.Zero).ShouldBeEmpty();
        account.Credit("c", Money.Yuan(10), Money.Zero).Count.ShouldBe(1);
        account.Credit("c", Money.Zero, Money.Yuan(5)).Count.ShouldBe(1);
        account = account.Evolve(new AccountCredited("c", Money.Yuan(10), Money.Yuan(5)));
        account.Credit("c", Money.Yuan(10), Money.Yuan(5)).ShouldBeEmpty();
        account.Account.ShouldBe(new Account(Money.Yuan(10), Money.Yuan(5)));
        account.Draw("S", AccountDraw.Nothing).ShouldBeEmpty();
        account.Restore("S", "N").ShouldBeEmpty();
        var draw = new AccountDraw(Money.Yuan(3), Money.Yuan(2));
        account.Draw("S", draw).ShouldBe([new AccountDrawn("S", draw)]);
        account = account.Evolve(new AccountDrawn("S", draw));
        account.Account.ShouldBe(new Account(Money.Yuan(7), Money.Yuan(3)));
        account.Draw("S", draw).ShouldBeEmpty();
        account = account.Evolve(account.Restore("S", "N").Single());
        account.Account.ShouldBe(new Account(Money.Yuan(10), Money.Yuan(5)));
        account.Restore("S", "N").ShouldBeEmpty();
    }

    [Fact]
    public void Counters_keep_their_names_for_ever()
    {
        CareType[] cares = [CareType.Inpatient, CareType.GeneralOutpatient, CareType.ChronicOutpatient, CareType.Pharmacy];
        cares.Select(Counters.Deductible).ShouldBe(["deductible.inpatient", "deductible.outpatient", "deductible.chronic", "deductible.outpatient"]);
        cares.Select(Counters.PoolBase).ShouldBe(["base.inpatient", "base.outpatient", "base.chronic", "base.outpatient"]);
        cares.Select(Counters.Pooled).ShouldBe(["pooled.inpatient", "pooled.outpatient", "pooled.chronic", "pooled.outpatient"]);
        (Counters.AnnualCap, Counters.Disease("M01600"), Counters.FundBase(Fund.ResidentCatastrophic), Counters.FundPaid(Fund.EmployeeLargeSum))
            .ShouldBe(("pooled.annual", "chronic.M01600", "base.ResidentCatastrophic", "paid.EmployeeLargeSum"));
        FundList.Of(InsuranceType.Employee).Select(fund => fund.Code).ShouldBe(["310100", "310200", "330100", "370100", "320100", "350100", "610100", "999997"]);
        FundList.Of(InsuranceType.Resident).Select(fund => fund.Code).ShouldBe(["390100", "390200", "610100", "370100", "999997"]);
    }

    [Theory]
    [InlineData("1 2 01 02", HospitalLevel.TertiaryA)]
    [InlineData("3 4 12 03 04", HospitalLevel.Tertiary)]
    [InlineData("5 6 7 13 05 06 07", HospitalLevel.Secondary)]
    [InlineData("8 9 10 14 08 09", HospitalLevel.Primary)]
    [InlineData("11", HospitalLevel.Unrated)]
    public void National_levels(string codes, HospitalLevel level) => codes.Split(' ').Select(NationalCodes.Level).ShouldAllBe(found => found == level);

    [Fact]
    public void National_care_types_and_person_types()
    {
        "11 12 18 19".Split(' ').Select(NationalCodes.Care).ShouldAllBe(care => care.Care == CareType.GeneralOutpatient && !care.Emergency);
        "13 1301".Split(' ').Select(NationalCodes.Care).ShouldAllBe(care => care.Care == CareType.GeneralOutpatient && care.Emergency);
        "21 22 23 28 2101 2102 2103 2105 2109".Split(' ').Select(NationalCodes.Care).ShouldAllBe(care => care.Care == CareType.Inpatient && !care.Emergency);
        NationalCodes.Care("24").ShouldBe((CareType.Inpatient, true));
        NationalCodes.Care("14").ShouldBe((CareType.ChronicOutpatient, false));
        NationalCodes.Care("41").ShouldBe((CareType.Pharmacy, false));
        foreach (var maternity in "51 52 53 2106 2107".Split(' ')) Should.Throw<RefusedException>(() => NationalCodes.Care(maternity)).Error.Code.ShouldBe("MATERNITY_NOT_COVERED");
        "11 12 13".Split(' ').Select(code => NationalCodes.Person(code, InsuranceType.Employee)).ShouldBe([PersonType.Active, PersonType.Retired, PersonType.Veteran]);
        "14 15 16 1701 1401".Split(' ').Select(code => NationalCodes.Person(code, InsuranceType.Resident)).ShouldBe([PersonType.Minor, PersonType.Adult, PersonType.Senior, PersonType.Adult, PersonType.Minor]);
        foreach (var wrong in (string?[])["11", null, "1", "99"]) Should.Throw<RefusedException>(() => NationalCodes.Person(wrong, InsuranceType.Resident)).Error.Details[0].ShouldBe("psn_type");
    }
}
