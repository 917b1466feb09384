using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Chronic;
using Yibao.Filing.Eligibility;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class PlaceTests
{
    [Fact, Covers("FIL-026")]
    public void Outpatients_and_pharmacies_need_no_filing_chronic_care_does()
    {
        var yichang = new World("420500");
        var person = yichang.Insured();
        yichang.Ask(person, "440100", "2023-05-01", care: CareType.GeneralOutpatient).ShouldPass().Filing.ShouldBeNull();
        yichang.Ask(person, "440100", "2023-05-01", care: CareType.Pharmacy).ShouldPass();
        Qualify(yichang, person, "M01600", "2023-01-01");
        Pick(yichang, person, "H10000000001");
        yichang.Ask(person, "440100", "2023-05-01", care: CareType.ChronicOutpatient, disease: "M01600").ShouldFail(FilingErrors.NoFiling);
    }

    [Fact, Covers("FIL-027")]
    public void Qinghai_opens_outpatients_with_the_inpatient_filing_in_the_filed_province()
    {
        var xining = new World("630100");
        var person = xining.Insured();
        xining.Filed(person, FilingCategory.ResettledRetiree, "440000", "2021-03-01");
        xining.Ask(person, "440300", "2021-03-05", care: CareType.GeneralOutpatient).ShouldPass();
        xining.State(person).All.Count().ShouldBe(1);
        xining.Ask(person, "320100", "2021-03-05", care: CareType.GeneralOutpatient).ShouldFail(FilingErrors.OutsideFiledPlace, "320100", "440000");
    }

    [Fact, Covers("FIL-028")]
    public void Guangdong_opens_both_funds_at_selected_institutions()
    {
        var shaoguan = new World("440200");
        var person = shaoguan.Insured();
        var filing = shaoguan.Filed(person, FilingCategory.LongTermResident, "440100", "2021-02-01", a => a with { Channel = "ONLINE_SELF_SERVICE" });
        shaoguan.Handle(new SelectInstitution(shaoguan.Operator, person, filing.Number, "H1", At("2021-02-01"))).ShouldBeAccepted();
        shaoguan.Ask(person, "440100", "2021-02-02", care: CareType.GeneralOutpatient, institution: "H1").ShouldPass().PersonalAccountOpen.ShouldBeTrue();
        shaoguan.Ask(person, "440100", "2021-02-02", care: CareType.GeneralOutpatient, institution: "H2").ShouldFail(FilingErrors.InstitutionNotSelected, "H2");
    }

    [Fact, Covers("FIL-029")]
    public void How_many_institutions_may_be_selected_is_the_home_places_rule()
    {
        (World World, int Max)[] homes = [(new World("441500"), 2), (new World("442000"), 3)];
        foreach (var (home, max) in homes)
        {
            var person = home.Insured();
            var filing = home.Filed(person, FilingCategory.LongTermResident, "440100", "2021-02-01");
            for (var i = 1; i <= 2; i++) home.Handle(new SelectInstitution(home.Operator, person, filing.Number, $"H{i}", At("2021-02-01"))).ShouldBeAccepted();
            var third = home.Handle(new SelectInstitution(home.Operator, person, filing.Number, "H3", At("2021-02-01")));
            if (max == 2) third.ShouldBeRefused(FilingErrors.SelectionLimit, 2);
            else third.ShouldBeAccepted();
        }
    }

    [Fact, Covers("FIL-030")]
    public void Filings_name_a_city_or_a_municipality_and_cover_what_lies_in_it()
    {
        // A district of Shanghai as a place of its own, which the national table does not hold.
        var registry = NodeRegistry.Parse(
            File.ReadAllText(Source("infra/regions/places.csv")).TrimEnd() + "\n310115,浦东新区,浦东新区,浦东,city,310000,2,yes,,A,\n",
            File.ReadAllText(Source("infra/regions/nodes.csv")));
        var yichang = new World("420500", registry: registry);
        ApplyForFiling To(string place) => yichang.Application(yichang.Insured(), FilingCategory.LongTermResident, place, "2023-03-01");
        yichang.Apply(To("330000")).ShouldBeRefused(FilingErrors.PlaceTooWide, "330000");
        yichang.Apply(To("330000") with { Actor = yichang.Supervisor, OverrideSoftRules = true }).ShouldBeAccepted().OfType<FilingRuleOverridden>().Single().Detail.ShouldBe("330000");
        yichang.Apply(To("330100")).ShouldBeAccepted();
        yichang.Apply(To("999999")).ShouldBeRefused(FilingErrors.PlaceUnknown);

        var person = yichang.Insured();
        yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-03-01");
        yichang.Ask(person, "310115", "2023-03-02").ShouldPass();
        var hainan = yichang.Insured();
        yichang.Filed(hainan, FilingCategory.LongTermResident, "460000", "2023-03-01");
        yichang.Ask(hainan, "460200", "2023-03-02").ShouldPass();
    }

    [Fact, Covers("FIL-031")]
    public void No_pack_may_restrict_institutions_for_inpatients()
    {
        var refused = Should.Throw<RefusedException>(() => Packs.With("""
            area: "420500"
            from: 2023-01-01
            extends: "420000"
            document: 测试
            mark: illustrative
            filing:
              institutionRestriction:
                inpatient: { levels: [三级] }
            """)).Error;
        (refused.Code, refused.Details[1]).ShouldBe(("RESTRICTION_FORBIDDEN", "8"));

        var yichang = new World("420500");
        var person = yichang.Insured();
        yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-03-01");
        // The home place does not ask for the level: a level-1 hospital in the filed place is as good as any.
        yichang.Ask(person, "310000", "2023-03-02", institution: "H31000000001").ShouldPass();
    }

    [Fact, Covers("FIL-032")]
    public void Chronic_care_is_settled_where_the_person_has_picked_if_the_home_place_counts()
    {
        foreach (var (area, counted) in ((string, bool)[])[("420500", true), ("420200", false)])
        {
            var home = new World(area);
            var person = home.Insured();
            home.Filed(person, FilingCategory.LongTermResident, "310000", "2023-03-01");
            Qualify(home, person, "M01600", "2023-01-01");
            Pick(home, person, "A");
            Pick(home, person, "B");
            var atC = home.Ask(person, "310000", "2023-03-02", care: CareType.ChronicOutpatient, disease: "M01600", institution: "C");
            if (counted) atC.ShouldFail(FilingErrors.ChronicInstitutionNotSelected, "C");
            else atC.ShouldPass();
            home.Ask(person, "310000", "2023-03-02", care: CareType.ChronicOutpatient, disease: "M01600", institution: "B").ShouldPass();
        }
    }

    [Fact, Covers("FIL-051")]
    public void Chronic_care_needs_the_qualification_and_the_filing()
    {
        var yichang = new World("420200");
        var person = yichang.Insured();
        Answer On(string day) => yichang.Ask(person, "310000", day, care: CareType.ChronicOutpatient, disease: "M01600");
        yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-03-01");
        On("2023-03-02").ShouldFail(FilingErrors.ChronicNotQualified, "M01600");
        Qualify(yichang, person, "M01600", "2023-03-03");
        On("2023-03-04").ShouldPass();
        On("2023-10-01").ShouldFail(FilingErrors.FilingExpired);
        var unfiled = yichang.Insured();
        Qualify(yichang, unfiled, "M01600", "2023-03-03");
        yichang.Ask(unfiled, "310000", "2023-03-04", care: CareType.ChronicOutpatient, disease: "M01600").ShouldFail(FilingErrors.NoFiling);
        yichang.Chronic(person, (state, policy) => ChronicDecider.Qualify(person, yichang.Operator, yichang.Home, "M99999", Day("2023-03-03"), null, null, World.At("2023-03-03"), state, policy), "2023-03-03").ShouldBeRefused(FilingErrors.DiseaseUnknown);
    }

    [Fact]
    public void The_provincial_pool_is_at_home_in_the_capital()
    {
        var pool = new World("429900");
        var person = pool.Insured();
        var answer = pool.Ask(person, "420100", "2023-05-01").ShouldPass();
        (answer.Scope, answer.Filing).ShouldBe((Scope.Local, null));
        pool.Apply(pool.Application(person, FilingCategory.OtherTemporary, "420100", "2023-05-01")).ShouldBeRefused(FilingErrors.PlaceIsHome);
        // It is cleared between the two all the same.
        pool.Places.Classify(new("429900"), new("420100")).ShouldBe(VisitClass.IntraProvince);
        pool.Ask(person, "420500", "2023-05-01").ShouldFail(FilingErrors.NoFiling);
    }

    [Fact, Covers("FIL-045")]
    public void Treated_at_home_the_filing_stays_in_force()
    {
        var kaifeng = new World("410200");
        var person = kaifeng.Insured();
        var filing = kaifeng.Filed(person, FilingCategory.LongTermResident, "310000", "2023-03-01");
        var answer = kaifeng.Ask(person, "410200", "2023-05-01").ShouldPass();
        (answer.Scope, answer.Filing, answer.FilingElsewhere!.Number).ShouldBe((Scope.Local, null, filing.Number));
        kaifeng.Find(person, filing.Number).Status.ShouldBe(FilingStatus.Active);

        // Kaifeng speaks of the long-term filed only; Hubei of all.
        var temporary = kaifeng.Insured();
        kaifeng.Filed(temporary, FilingCategory.OtherTemporary, "310000", "2023-03-01");
        kaifeng.Ask(temporary, "410200", "2023-05-01").ShouldPass().FilingElsewhere.ShouldBeNull();
        var yichang = new World("420500");
        var insured = yichang.Insured();
        yichang.Filed(insured, FilingCategory.OtherTemporary, "310000", "2023-03-01");
        yichang.Ask(insured, "420500", "2023-05-01").ShouldPass().FilingElsewhere.ShouldNotBeNull();
    }

    [Fact]
    public void Kaifeng_counts_emergencies_among_the_temporary()
    {
        var kaifeng = new World("410200");
        var person = kaifeng.Insured();
        var filing = kaifeng.Filed(person, FilingCategory.Emergency, "110000", "2023-03-02 09:00", a => a with { LateFor = new Stay(At("2023-03-01 20:00"), null) });
        filing.Class.ShouldBe(FilingClass.Temporary);
        var used = kaifeng.Ask(person, "110000", "2023-03-01 20:00", asked: "2023-03-05").ShouldPass().Filing!;
        (used.Category, used.Mode).ShouldBe((FilingCategory.Emergency, FilingMode.RetroBeforeDischarge));
        kaifeng.Ask(kaifeng.Insured(), "110000", "2023-03-05", care: CareType.GeneralOutpatient).ShouldPass();
    }

    [Fact, Covers("FIL-052")]
    public void Differentiated_payment_opens_outpatients_under_the_home_set()
    {
        var xining = new World("630100");
        var person = xining.Insured();
        xining.Ask(person, "320100", "2021-03-05", care: CareType.GeneralOutpatient).ShouldFail(FilingErrors.NoFiling);
        xining.Standing(new SetSpecialGroups(xining.Operator, person, ["DIFFERENTIAL_PAY"], At("2021-03-01"))).ShouldBeAccepted();
        xining.Ask(person, "320100", "2021-03-05", care: CareType.GeneralOutpatient).ShouldPass().BenefitSet.ShouldBe("QH-diff");
        xining.State(person).All.ShouldBeEmpty();
        xining.Ask(person, "320100", "2021-03-05").ShouldFail(FilingErrors.NoFiling);
    }

    [Fact, Covers("FIL-040")]
    public void A_suspension_acts_on_the_next_question()
    {
        var xining = new World("630100");
        var person = xining.Insured();
        xining.Filed(person, FilingCategory.ResettledRetiree, "440100", "2021-02-01");
        xining.Standing(new SuspendEntitlement(xining.Operator, person, "欠费", At("2021-03-01 09:00"))).ShouldBeAccepted();
        xining.Ask(person, "440100", "2021-03-01 09:05", care: CareType.GeneralOutpatient).ShouldFail(FilingErrors.EntitlementSuspended, "2021-03-01 09:00");
        xining.Standing(new ResumeEntitlement(xining.Operator, person, At("2021-03-02"))).ShouldBeAccepted();
        xining.Ask(person, "440100", "2021-03-02 10:00", care: CareType.GeneralOutpatient).ShouldPass();
    }

    [Fact]
    public void A_persons_direct_settlement_can_be_suspended_and_only_lifted_expressly()
    {
        var xining = new World("630100");
        var person = xining.Insured();
        var treatment = new Actor("inspector", Role.CityOperator, new("320100"));
        xining.Standing(new SuspendPerson(treatment, person, "冒名就医", At("2021-03-01 10:00"))).ShouldBeAccepted();
        xining.Ask(person, "630100", "2021-03-01 10:01").ShouldFail(FilingErrors.PersonSuspended);
        xining.Standing(new ReinstatePerson(new Actor("other", Role.CityOperator, new("110000")), person, At("2021-03-02"))).ShouldBeRefused(FilingErrors.NotHomeAgency);
        xining.Standing(new ReinstatePerson(treatment, person, At("2021-03-02"))).ShouldBeAccepted();
        xining.Ask(person, "630100", "2021-03-02 10:01").ShouldPass();
    }

    [Fact]
    public void A_suspended_area_admits_nobody_new()
    {
        var zunyi = new World("520300");
        var person = zunyi.Insured();
        zunyi.Filed(person, FilingCategory.ResettledRetiree, "310000", "2019-06-01");
        zunyi.Area(area => Areas.PoolingAreaDecider.Suspend(zunyi.Home, At("2019-11-01"), "无故拖延拨付", At("2019-10-30"), area)).ShouldBeAccepted();
        zunyi.Ask(person, "310000", "2019-11-02").ShouldFail(FilingErrors.HomeAreaSuspended, "520300", "2019-11-01 00:00");
        zunyi.Ask(person, "310000", "2019-10-28", asked: "2019-11-05").ShouldPass();
        zunyi.Area(area => Areas.PoolingAreaDecider.Resume(zunyi.Home, At("2019-12-01"), At("2019-11-30"), area)).ShouldBeAccepted();
        zunyi.Ask(person, "310000", "2019-12-02").ShouldPass();
    }

    [Fact, Covers("SET-031")]
    public void Guangdong_opens_city_by_city_and_not_too_late()
    {
        var shenzhen = new World("440300");
        shenzhen.Area(area => Areas.PoolingAreaDecider.GoLive(shenzhen.Home, Day("2021-03-10"), At("2021-03-10"), area)).ShouldBeAccepted();
        Decision Open(string day) => shenzhen.Area(area => Areas.PoolingAreaDecider.Open(shenzhen.Home, Scope.IntraProvince, CareType.GeneralOutpatient, null, Day(day), shenzhen.Policies.For(shenzhen.Home, Day("2021-03-10")).RolloutLatest, At("2021-03-10"), area));
        Open("2021-04-11").ShouldBeRefused(FilingErrors.OpeningTooLate, "440300", "2021-04-11", "2021-04-10");
        Open("2021-04-10").ShouldBeAccepted();

        foreach (var (home, day, open) in ((string, string, bool)[])[("440300", "2021-03-01", false), ("440200", "2021-01-01", true)])
        {
            var world = home == "440300" ? shenzhen : new World(home);
            var person = world.Insured();
            var filing = world.Filed(person, FilingCategory.LongTermResident, "440100", day);
            world.Handle(new SelectInstitution(world.Operator, person, filing.Number, "H10000000001", At(day))).ShouldBeAccepted();
            var answer = world.Ask(person, "440100", day + " 10:00", care: CareType.GeneralOutpatient);
            if (open) answer.ShouldPass();
            else answer.ShouldFail(FilingErrors.NotYetOpen, "2021-04-10");
        }
    }

    [Fact]
    public void Where_a_policy_has_run_out_the_default_applies_with_a_warning()
    {
        var policy = new World("440200").Policies.For(new("440200"), Day("2024-01-01"));
        policy.Source.ShouldBe(Policy.FilingPolicy.NationalDefault);
        policy.Warnings.Count.ShouldBe(2);
        policy.Warnings[0].ShouldContain("2023-12-31");
        policy.Emergency.ShouldBe(Policy.EmergencyMode.Deemed);
    }

    [Fact]
    public void Qinghais_gaps_are_filled_by_the_default_and_say_so()
    {
        var policy = new World("630100").Policies.For(new("630100"), Day("2021-03-01"));
        policy.Sources["filing.temporary.validityMonths"].ShouldBe(Policy.FilingPolicy.NationalDefault);
        policy.Sources["filing.requiredFor.generalOutpatient"].ShouldStartWith("630000/filing-2020-12-01.yaml:");
    }

    private static string Source(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, path))) folder = folder.Parent;
        return Path.Combine(folder.FullName, path);
    }

    private static void Qualify(World world, Kernel.PersonKey person, string disease, string from) =>
        world.Chronic(person, (state, policy) => ChronicDecider.Qualify(person, world.Operator, world.Home, disease, Day(from), null, null, At(from), state, policy), from).ShouldBeAccepted();

    private static void Pick(World world, Kernel.PersonKey person, string institution) =>
        world.Chronic(person, (state, policy) => ChronicDecider.Pick(person, world.Operator, world.Home, institution, At("2023-01-01"), state, policy), "2023-01-01").ShouldBeAccepted();
}
