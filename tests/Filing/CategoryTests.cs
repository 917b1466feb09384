using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Kernel.Errors;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class CategoryTests
{
    [Fact, Covers("FIL-001")]
    public void Only_an_active_insured_person_in_a_known_category()
    {
        var yichang = new World("420500");
        var worker = yichang.Insured();
        yichang.Filed(worker, FilingCategory.StationedWorker, "310000", "2023-03-01 09:00").Class.ShouldBe(FilingClass.LongTerm);

        var other = yichang.Insured();
        yichang.Apply(yichang.Application(other, FilingCategory.StationedWorker, "310000", "2023-03-01") with { CategoryCode = 9 }).ShouldBeRefused(FilingErrors.CategoryUnknown);

        yichang.Standing(new TerminateEntitlement(yichang.Operator, other, "停保", At("2023-03-02"))).ShouldBeAccepted();
        yichang.Apply(yichang.Application(other, FilingCategory.StationedWorker, "310000", "2023-03-03")).ShouldBeRefused(FilingErrors.InsuredNotActive);
        yichang.State(other).All.ShouldBeEmpty();
    }

    [Fact, Covers("FIL-002")]
    public void Qinghai_asks_what_its_categories_mean()
    {
        var xining = new World("630100");
        var retiree = xining.Insured(personType: "1201");
        var stillHere = xining.Application(retiree, FilingCategory.ResettledRetiree, "440100", "2021-03-01") with { Facts = new CategoryFacts(Retired: true, HukouMoved: false) };
        xining.Apply(stillHere).ShouldBeRefused(FilingErrors.HukouNotMoved).Definition.NextStep.ShouldContain("类别 2");

        var resident = xining.Application(retiree, FilingCategory.LongTermResident, "440100", "2021-03-01");
        xining.Apply(resident with { Facts = new CategoryFacts(AwayFrom: Day("2020-07-01"), AwayUntil: Day("2020-12-20")) }).ShouldBeRefused(FilingErrors.LongTermTooShort);
        xining.Apply(resident with { Facts = new CategoryFacts(AwayFrom: Day("2020-07-01"), AwayUntil: Day("2021-01-01")) }).ShouldBeAccepted();
    }

    [Fact, Covers("FIL-003")]
    public void Guizhou_opens_categories_one_after_the_other()
    {
        var zunyi = new World("520300");
        var person = zunyi.Insured();
        zunyi.Apply(zunyi.Application(person, FilingCategory.Referred, "310000", "2017-09-01")).ShouldBeRefused(FilingErrors.CategoryNotYetOpen, "2017-11-15");
        zunyi.Apply(zunyi.Application(person, FilingCategory.ResettledRetiree, "310000", "2017-06-01")).ShouldBeAccepted();
    }

    [Fact, Covers("FIL-004")]
    public void Only_the_home_agency_approves()
    {
        var yichang = new World("420500");
        var person = yichang.Insured();
        var application = yichang.Application(person, FilingCategory.Referred, "110000", "2023-03-01");
        yichang.Apply(application).ShouldBeAccepted();
        var stored = yichang.Facts(person).Count;

        var beijing = new Kernel.Deciding.Actor("operator-bj", Kernel.Deciding.Role.CityOperator, new("110000"));
        yichang.Handle(new ApproveFiling(beijing, person, application.Number, At("2023-03-02"))).ShouldBeRefused(FilingErrors.NotHomeAgency);
        yichang.Facts(person).Count.ShouldBe(stored);

        // An institution may start an application for the patient, never approve it.
        var hospital = new Kernel.Deciding.Actor("his-1", Kernel.Deciding.Role.Institution, new("110000"), "H11010000001");
        yichang.Handle(new ApproveFiling(hospital, person, application.Number, At("2023-03-02"))).ShouldBeRefused(FilingErrors.NotHomeAgency);
        yichang.Handle(new ApproveFiling(yichang.Operator, person, application.Number, At("2023-03-02"))).ShouldBeAccepted();
    }

    [Fact]
    public void A_commissioned_insurer_approves_resident_filings_only()
    {
        var haidong = new World("630200");
        var insurer = new Kernel.Deciding.Actor("insurer-1", Kernel.Deciding.Role.DelegatedInsurer, new("630200"), "630200");
        foreach (var insurance in (InsuranceType[])[InsuranceType.Resident, InsuranceType.Employee])
        {
            var person = haidong.Insured(insurance);
            var application = haidong.Application(person, FilingCategory.Referred, "110000", "2021-03-01", insurance);
            haidong.Apply(application).ShouldBeAccepted();
            var decision = haidong.Handle(new ApproveFiling(insurer, person, application.Number, At("2021-03-02")));
            if (insurance == InsuranceType.Resident) decision.ShouldBeAccepted();
            else decision.ShouldBeRefused(SecurityErrors.DelegationExceeded);
        }
    }
}
