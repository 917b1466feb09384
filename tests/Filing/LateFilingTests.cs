using Yibao.Contracts.Filings;
using Yibao.Filing.Filings;
using Yibao.Kernel.Errors;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class LateFilingTests
{
    [Fact, Covers("FIL-033")]
    public void Before_the_discharge_settlement_it_opens_direct_settlement()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        yichang.Ask(person, "310000", "2023-02-01 10:30").ShouldFail(FilingErrors.NoFiling);
        var filing = yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-02-08 09:00", a => a with { LateFor = new Stay(At("2023-02-01 10:30"), null) }, approvedAt: "2023-02-09 09:00");
        filing.Mode.ShouldBe(FilingMode.RetroBeforeDischarge);
        yichang.Ask(person, "310000", "2023-02-01 10:30", asked: "2023-02-10 10:00").ShouldPass().Filing!.Mode.ShouldBe(FilingMode.RetroBeforeDischarge);
    }

    [Fact, Covers("FIL-034")]
    public void It_starts_before_the_admission()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var application = yichang.Application(person, FilingCategory.OtherTemporary, "310000", "2023-02-08 09:00") with { LateFor = new Stay(At("2023-02-01 10:30"), null) };
        yichang.Apply(application).ShouldBeAccepted();
        yichang.Handle(new ApproveFiling(yichang.Operator, person, application.Number, At("2023-02-09"), Day("2023-02-02"))).ShouldBeRefused(FilingErrors.RetroStartTooLate);
        yichang.Handle(new ApproveFiling(yichang.Operator, person, application.Number, At("2023-02-09"))).ShouldBeAccepted();
        var filing = yichang.Find(person, application.Number);
        (filing.Start, filing.End).ShouldBe((At("2023-02-01"), At("2023-08-01")));

        // Admitted at 00:00 sharp: the day before.
        yichang.Filed(yichang.Insured(), FilingCategory.OtherTemporary, "310000", "2023-02-08", a => a with { LateFor = new Stay(At("2023-02-01 00:00"), null) }).Start.ShouldBe(At("2023-01-31"));
    }

    [Fact, Covers("FIL-035")]
    public void It_reaches_back_six_months_in_principle()
    {
        var yichang = new World("420300");
        ApplyForFiling On(string day) => yichang.Application(yichang.Insured(), FilingCategory.OtherTemporary, "310000", day) with { LateFor = new Stay(At("2023-02-01 10:30"), null) };
        yichang.Apply(On("2023-08-01")).ShouldBeAccepted();
        yichang.Apply(On("2023-08-02")).ShouldBeRefused(FilingErrors.RetroWindowExceeded, 6, "2023-02-01");
        var overridden = On("2023-08-02") with { Actor = yichang.Supervisor, OverrideSoftRules = true };
        yichang.Apply(overridden).ShouldBeAccepted().OfType<FilingRuleOverridden>().Single().Rule.ShouldBe("filing.retro.windowMonths");
        yichang.Apply(On("2023-08-02") with { OverrideSoftRules = true }).ShouldBeRefused(FilingErrors.OverrideNeedsReason);
    }

    [Fact, Covers("FIL-036")]
    public void After_a_self_paid_discharge_it_opens_manual_reimbursement_only()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var filing = yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-02-20", a => a with { LateFor = new Stay(At("2023-02-01 10:30"), At("2023-02-10 11:00")) });
        filing.Mode.ShouldBe(FilingMode.RetroAfterDischarge);
        yichang.Ask(person, "310000", "2023-02-01 10:30", asked: "2023-02-21").ShouldFail(FilingErrors.AlreadySelfPaid);
        ManualReimbursement.Reason(filing, At("2023-02-01 10:30")).ShouldBe("SELF_PAID_FILED_LATE");
        // The next stay is settled directly.
        yichang.Ask(person, "310000", "2023-03-15").ShouldPass();
    }

    [Fact, Covers("FIL-021")]
    public void Guangdong_treats_an_emergency_first_and_files_afterwards()
    {
        var guangzhou = new World("440200");
        var person = guangzhou.Insured();
        guangzhou.Ask(person, "440100", "2021-02-03 20:00", care: CareType.GeneralOutpatient, emergency: true).ShouldFail(FilingErrors.LateFilingNeeded);
        var filing = guangzhou.Filed(person, FilingCategory.Emergency, "440100", "2021-02-04 09:00", a => a with { LateFor = new Stay(At("2021-02-03 20:00"), null) });
        filing.Mode.ShouldBe(FilingMode.RetroBeforeDischarge);
        guangzhou.Handle(new SelectInstitution(guangzhou.Operator, person, filing.Number, "H10000000001", At("2021-02-04 09:05"))).ShouldBeAccepted();
        guangzhou.Ask(person, "440100", "2021-02-03 20:00", asked: "2021-02-04 10:00", care: CareType.GeneralOutpatient, emergency: true).ShouldPass().Filing!.Number.ShouldBe(filing.Number);

        // Others may not be filed late there.
        guangzhou.Apply(guangzhou.Application(guangzhou.Insured(), FilingCategory.OtherTemporary, "440100", "2021-02-04") with { LateFor = new Stay(At("2021-02-03"), null) }).ShouldBeRefused(FilingErrors.RetroNotAllowed);
    }

    [Fact, Covers("FIL-020")]
    public void Hubei_deems_an_emergency_filed_for_that_visit()
    {
        var yichang = new World("420500");
        var person = yichang.Insured();
        var deemed = yichang.Ask(person, "310000", "2023-05-01 03:00", emergency: true).ShouldPass().Filing.ShouldNotBeNull();
        (deemed.Number, deemed.Category, deemed.Mode, deemed.Proof).ShouldBe((null, FilingCategory.Emergency, FilingMode.Deemed, ProofBasis.Deemed));
        yichang.Ask(person, "310000", "2023-05-20 09:00").ShouldFail(FilingErrors.NoFiling);

        yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-06-01");
        yichang.Ask(person, "330100", "2023-06-02", emergency: true).ShouldPass().Filing!.Mode.ShouldBe(FilingMode.Deemed);
        yichang.Ask(person, "310000", "2023-06-02", emergency: true).ShouldPass().Filing!.Category.ShouldBe(FilingCategory.LongTermResident);

    }

    [Fact, Covers("FIL-037")]
    public void A_refusal_shows_the_way_and_the_same_visit_passes_afterwards()
    {
        var yichang = new World("420500");
        var person = yichang.Insured();
        var answer = yichang.Ask(person, "310000", "2023-05-01 09:00");
        answer.ShouldFail(FilingErrors.NoFiling);
        var guidance = answer.Guidance.ShouldNotBeNull();
        guidance.Channels.Select(channel => channel.Name).ShouldContain("鄂汇办APP");
        guidance.Categories.Single(rule => rule.Category == FilingCategory.ResettledRetiree).Materials.Select(m => m.Name).ShouldContain("异地安置认定材料");

        yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-05-06 09:59", a => a with { LateFor = new Stay(At("2023-05-01 09:00"), null) });
        yichang.Ask(person, "310000", "2023-05-01 09:00", asked: "2023-05-06 10:00").ShouldPass();
    }
}
