using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class ValidityTests
{
    [Fact, Covers("FIL-005")]
    public void A_filing_comes_before_the_visit()
    {
        var zunyi = new World("520300");
        var retiree = zunyi.Insured(personType: "1201");
        zunyi.Filed(retiree, FilingCategory.ResettledRetiree, "310000", "2017-07-10 10:00");
        zunyi.Ask(retiree, "310000", "2017-07-09 08:00", "2017-07-12").ShouldFail(FilingErrors.NoFilingAtAdmission, "2017-07-10 10:00");
        zunyi.Ask(retiree, "310000", "2017-07-11 08:00").ShouldPass();
    }

    [Fact, Covers("FIL-017")]
    public void A_long_term_filing_has_no_end()
    {
        var yichang = new World("420500");
        var person = yichang.Insured();
        yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-01-05 09:00").End.ShouldBeNull();
        yichang.Ask(person, "310000", "2031-06-30").ShouldPass();
    }

    [Fact, Covers("FIL-018")]
    public void A_temporary_filing_lasts_six_calendar_months_half_open_and_clamped()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-03-10 09:00").End.ShouldBe(At("2023-09-10"));
        foreach (var admitted in (string[])["2023-03-15", "2023-05-02", "2023-09-09 23:59"]) yichang.Ask(person, "310000", admitted).ShouldPass();
        yichang.Ask(person, "310000", "2023-09-10").ShouldFail(FilingErrors.FilingExpired, "2023-09-09");

        yichang.Filed(yichang.Insured(), FilingCategory.OtherTemporary, "310000", "2023-08-31 08:00").End.ShouldBe(At("2024-02-29"));
    }

    [Fact, Covers("FIL-019")]
    public void A_stay_that_began_inside_is_settled_whatever_its_discharge()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-03-10 09:00");
        yichang.Ask(person, "310000", "2023-09-08 15:00", asked: "2023-09-20 10:00").ShouldPass().Filing!.Category.ShouldBe(FilingCategory.OtherTemporary);
        yichang.Ask(person, "310000", "2023-09-21 09:00").ShouldFail(FilingErrors.FilingExpired);
    }

    [Fact, Covers("FIL-022")]
    public void A_change_of_insurance_ends_every_filing()
    {
        var yichang = new World("420500");
        var person = yichang.Insured(InsuranceType.Resident);
        var application = yichang.Application(person, FilingCategory.LongTermResident, "310000", "2023-01-05", InsuranceType.Resident);
        yichang.Apply(application).ShouldBeAccepted();
        yichang.Handle(new ApproveFiling(yichang.Operator, person, application.Number, At("2023-01-05"))).ShouldBeAccepted();

        yichang.Standing(new MoveEnrolment(yichang.Operator, person, yichang.Home, InsuranceType.Employee, "1101", false, At("2023-07-01"))).ShouldBeAccepted();
        var filing = yichang.Find(person, application.Number);
        (filing.Status, filing.LeftForceAt).ShouldBe((FilingStatus.Ended, At("2023-07-01")));
        yichang.Ask(person, "310000", "2023-07-02", insurance: InsuranceType.Employee).ShouldFail(FilingErrors.NoFiling);

        // AMB-76: a stay that runs over the change settles under the enrolment at admission.
        yichang.Ask(person, "310000", "2023-06-28", asked: "2023-07-05", insurance: InsuranceType.Resident).ShouldPass().Standing!.Insurance.ShouldBe(InsuranceType.Resident);
    }

    [Fact, Covers("FIL-023")]
    public void Kaifeng_locks_a_long_term_filing_for_six_months()
    {
        var kaifeng = new World("410200");
        var person = kaifeng.Insured();
        var filing = kaifeng.Filed(person, FilingCategory.LongTermResident, "310000", "2023-02-01 09:00");
        RequestChange Change(string at, string id) => new(kaifeng.Operator, person, filing.Number, id, new FilingChange(new("330100"), null), At(at));

        kaifeng.Handle(Change("2023-07-31 23:59", "c1")).ShouldBeRefused(FilingErrors.ChangeLocked, 6, "2023-08-01");
        var overridden = Change("2023-05-10 09:00", "c2") with { Actor = kaifeng.Supervisor, OverrideSoftRules = true };
        kaifeng.Handle(overridden with { Actor = kaifeng.Operator }).ShouldBeRefused(FilingErrors.OverrideNeedsReason);
        kaifeng.Handle(overridden).ShouldBeAccepted().OfType<FilingRuleOverridden>().Single().Rule.ShouldBe("filing.longTerm.changeLockMonths");
        kaifeng.Handle(new RefuseChange(kaifeng.Operator, person, filing.Number, "c2", "材料不符", At("2023-05-11"))).ShouldBeAccepted();
        kaifeng.Handle(Change("2023-08-01 08:00", "c3")).ShouldBeAccepted();
    }

    [Fact]
    public void The_lock_covers_cancelling_and_replacing_but_not_death_or_correction()
    {
        var kaifeng = new World("410200");
        var person = kaifeng.Insured();
        var filing = kaifeng.Filed(person, FilingCategory.LongTermResident, "310000", "2023-02-01 09:00");
        kaifeng.Handle(new CancelFiling(kaifeng.Operator, person, filing.Number, CancelReason.Requested, At("2023-03-01"))).ShouldBeRefused(FilingErrors.ChangeLocked, 6, "2023-08-01");
        kaifeng.Apply(kaifeng.Application(person, FilingCategory.StationedWorker, "110000", "2023-03-01") with { ReplaceExisting = true }).ShouldBeRefused(FilingErrors.ChangeLocked);
        kaifeng.Handle(new CancelFiling(kaifeng.Operator, person, filing.Number, CancelReason.AgencyError, At("2023-03-01"))).ShouldBeAccepted();
    }

    [Fact, Covers("FIL-042")]
    public void Cancelled_from_an_instant_on()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var filing = yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-01-05 09:00");
        var cancel = new CancelFiling(yichang.Operator, person, filing.Number, CancelReason.Requested, At("2023-05-10 11:00"));
        yichang.Handle(cancel).ShouldBeAccepted();
        yichang.Handle(cancel).ShouldBeRepeat();
        yichang.Find(person, filing.Number).LeftForceAt.ShouldBe(At("2023-05-10 11:00"));
        yichang.Ask(person, "310000", "2023-05-11").ShouldFail(FilingErrors.NoFiling);
        yichang.Ask(person, "310000", "2023-05-09", asked: "2023-05-20").ShouldPass();
    }

    [Fact, Covers("FIL-053")]
    public void Expiry_needs_no_job()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var filing = yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-03-10 09:00");
        yichang.Facts(person).OfType<FilingExpired>().ShouldBeEmpty();
        yichang.Ask(person, "310000", "2023-09-10 00:00").ShouldFail(FilingErrors.FilingExpired);

        // A week later the job comes round: for lists only, and once.
        var note = new NoteExpiry(Kernel.Deciding.Actor.System(yichang.Home, "day-change"), person, filing.Number, At("2023-09-17"));
        yichang.Handle(note).ShouldBeAccepted().OfType<FilingExpired>().Single().EndedAt.ShouldBe(At("2023-09-10"));
        yichang.Handle(note).ShouldBeRepeat();
    }

    [Fact, Covers("FIL-041")]
    public void A_change_is_asked_for_reviewed_and_becomes_a_version()
    {
        var xining = new World("630100");
        var person = xining.Insured();
        var filing = xining.Filed(person, FilingCategory.ResettledRetiree, "440100", "2021-03-01 09:00");
        var request = new RequestChange(xining.Operator, person, filing.Number, "phone-1", new FilingChange(null, "details-new"), At("2021-04-01"));
        xining.Handle(request).ShouldBeAccepted();
        xining.Handle(request).ShouldBeRepeat();
        xining.Find(person, filing.Number).Pending.ShouldNotBeNull();
        xining.Find(person, filing.Number).Details.ShouldBe(filing.Details);

        var confirm = new ConfirmChange(xining.Operator, person, filing.Number, "phone-1", At("2021-04-02"));
        xining.Handle(confirm).ShouldBeAccepted();
        xining.Handle(confirm).ShouldBeRepeat();
        var changed = xining.Find(person, filing.Number);
        changed.History.Length.ShouldBe(2);
        changed.History.Last(v => v.From <= At("2021-03-15")).ShouldBe(new DetailsVersion(1, filing.Start!.Value, filing.Place, filing.Details));
        changed.History.Last(v => v.From <= At("2021-04-03")).Details.ShouldBe("details-new");
    }

    [Fact]
    public void A_change_of_place_does_not_reach_back_to_a_stay_that_had_begun()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var filing = yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-01-05 09:00");
        yichang.Handle(new RequestChange(yichang.Operator, person, filing.Number, "c", new FilingChange(new("330100"), null), At("2023-04-01"))).ShouldBeAccepted();
        yichang.Handle(new ConfirmChange(yichang.Operator, person, filing.Number, "c", At("2023-04-02 12:00"))).ShouldBeAccepted();
        yichang.Ask(person, "310000", "2023-04-01", asked: "2023-04-10").ShouldPass();
        yichang.Ask(person, "310000", "2023-04-03").ShouldFail(FilingErrors.OutsideFiledPlace, "310000", "330100");
        yichang.Ask(person, "330100", "2023-04-03").ShouldPass();
    }

    [Fact, Covers("FIL-044")]
    public void The_same_disease_needs_no_new_certificate()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var first = yichang.Filed(person, FilingCategory.Referred, "110000", "2023-02-01 09:00");
        first.End.ShouldBe(At("2023-08-01"));
        var renewal = yichang.Application(person, FilingCategory.Referred, "110000", "2023-08-15 10:00") with { Materials = ["E_CREDENTIAL", "FILING_FORM"], Referral = null };
        yichang.Apply(renewal).ShouldBeRefused(FilingErrors.MaterialsIncomplete);
        var again = yichang.Filed(person, FilingCategory.Referred, "110000", "2023-08-15 10:00", _ => renewal with { Follows = first.Number });
        (again.Category, again.Application.Referral!.Disease, again.End).ShouldBe((FilingCategory.Referred, "C34", At("2024-02-15")));

        yichang.Apply(renewal with { ApplicationId = "other", Follows = first.Number, Referral = new ReferralCertificate("H42050000001", "I25") }).ShouldBeRefused(FilingErrors.RenewalDiffers);
    }
}
