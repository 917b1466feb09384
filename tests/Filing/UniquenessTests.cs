using CsCheck;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class UniquenessTests
{
    [Fact, Covers("FIL-024")]
    public void At_one_place_the_new_filing_takes_over_at_its_approval()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var old = yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-01-05");
        yichang.Filed(person, FilingCategory.OtherTemporary, "310000", "2023-05-01 09:00");
        var former = yichang.Find(person, old.Number);
        (former.Status, former.LeftForceAt).ShouldBe((FilingStatus.Superseded, At("2023-05-01 09:00")));
        yichang.State(person).HoldingAt(At("2023-05-01 09:00")).Count(f => f.Place.Code == "310000").ShouldBe(1);
    }

    [Fact, Covers("FIL-025")]
    public void One_long_term_and_one_temporary_over_all_places()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-01-05");
        var temporary = yichang.Filed(person, FilingCategory.OtherTemporary, "110000", "2023-03-01");
        yichang.State(person).HoldingAt(At("2023-03-01")).Count().ShouldBe(2);

        var further = yichang.Application(person, FilingCategory.OtherTemporary, "440100", "2023-04-01");
        yichang.Apply(further).ShouldBeRefused(FilingErrors.ClassSlotTaken, "110000");
        yichang.Filed(person, FilingCategory.OtherTemporary, "440100", "2023-04-01", _ => further with { ReplaceExisting = true });
        yichang.Find(person, temporary.Number).Status.ShouldBe(FilingStatus.Superseded);
        yichang.State(person).HoldingAt(At("2023-04-01")).Select(f => f.Place.Code).ShouldBe(["310000", "440100"]);
    }

    [Fact]
    public void A_second_successor_that_starts_later_does_not_prolong_what_leaves_already()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var first = yichang.Filed(person, FilingCategory.LongTermResident, "310000", "2023-01-05");
        yichang.Filed(person, FilingCategory.LongTermResident, "110000", "2023-02-01 09:00", application => application with { RequestedStart = new DateOnly(2023, 2, 10), ReplaceExisting = true });
        yichang.Filed(person, FilingCategory.LongTermResident, "440100", "2023-02-02 09:00", application => application with { RequestedStart = new DateOnly(2023, 3, 1), ReplaceExisting = true });
        yichang.Find(person, first.Number).LeftForceAt.ShouldBe(At("2023-02-10"));
        yichang.State(person).All.Count(filing => filing.CoversBeginningAt(At("2023-02-20"))).ShouldBe(1);
    }

    [Fact]
    public void A_whole_province_and_a_city_in_it_are_one_treatment_place()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var hainan = yichang.Filed(person, FilingCategory.LongTermResident, "460000", "2023-01-05");
        yichang.Filed(person, FilingCategory.OtherTemporary, "460200", "2023-05-01 09:00");
        yichang.Find(person, hainan.Number).Status.ShouldBe(FilingStatus.Superseded);
    }

    [Fact, Covers("FIL-014")]
    public void Two_channels_one_workflow()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var app = yichang.Application(person, FilingCategory.OtherTemporary, "310000", "2023-03-10 09:00") with { Channel = "EHUIBAN_APP" };
        var counter = yichang.Application(person, FilingCategory.LongTermResident, "310000", "2023-03-10 10:00");
        yichang.Apply(app).ShouldBeAccepted();
        yichang.Apply(counter).ShouldBeAccepted();
        yichang.Handle(new ApproveFiling(yichang.Operator, person, counter.Number, At("2023-03-10 11:00"))).ShouldBeAccepted();
        yichang.Handle(new ApproveFiling(yichang.Operator, person, app.Number, At("2023-03-10 15:00"))).ShouldBeAccepted();
        yichang.Find(person, counter.Number).Status.ShouldBe(FilingStatus.Superseded);
        yichang.State(person).All.Select(f => f.Application.Channel).ShouldBe(["EHUIBAN_APP", "COUNTER"]);

        yichang.Apply(yichang.Application(person, FilingCategory.OtherTemporary, "110000", "2023-03-10") with { Channel = "FAX" }).ShouldBeRefused(FilingErrors.ChannelUnknown);
    }

    [Fact]
    public void The_same_application_twice_has_one_effect_and_its_id_stands_for_nothing_else()
    {
        var wuhan = new World("420100");
        var person = wuhan.Insured();
        var application = wuhan.Application(person, FilingCategory.OtherTemporary, "310000", "2023-03-10 09:00") with { Channel = "NATIONAL_APP" };
        wuhan.Apply(application).ShouldBeAccepted();
        wuhan.Apply(application with { At = At("2023-03-11 09:00") }).ShouldBeRepeat();
        wuhan.Apply(application with { Place = new("110000") }).ShouldBeRefused(FilingErrors.ApplicationReused);
        wuhan.State(person).All.Count().ShouldBe(1);
    }

    [Fact]
    public void Approval_and_cancellation_at_once_end_in_one_state()
    {
        foreach (var cancelFirst in (bool[])[true, false])
        {
            var yichang = new World("420300");
            var person = yichang.Insured();
            var application = yichang.Application(person, FilingCategory.OtherTemporary, "310000", "2023-03-10 09:00");
            yichang.Apply(application).ShouldBeAccepted();
            HandleFiling approve = new ApproveFiling(yichang.Operator, person, application.Number, At("2023-03-10 10:00"));
            HandleFiling cancel = new CancelFiling(yichang.Operator, person, application.Number, CancelReason.Requested, At("2023-03-10 10:00"));
            yichang.Handle(cancelFirst ? cancel : approve).ShouldBeAccepted();
            var second = yichang.Handle(cancelFirst ? approve : cancel);
            if (cancelFirst) second.ShouldBeRefused(FilingErrors.FilingState);
            else second.ShouldBeAccepted();
            yichang.Find(person, application.Number).Status.ShouldBe(FilingStatus.Cancelled);
            yichang.State(person).HoldingAt(At("2023-03-10 10:00")).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Two_self_service_applications_at_once_leave_one_in_force()
    {
        var wuhan = new World("420100");
        var person = wuhan.Insured();
        var applications = ((string[])["310000", "110000", "440100", "330100"]).Select(place => wuhan.Application(person, FilingCategory.OtherTemporary, place, "2023-03-10 09:00") with { Channel = "NATIONAL_APP" }).ToList();
        var decisions = await Task.WhenAll(applications.Select(application => Task.Run(() => wuhan.Apply(application))));
        decisions.OfType<Decision.Accepted>().Count().ShouldBe(1);
        decisions.OfType<Decision.Refused>().ShouldAllBe(refused => refused.Error.Code == "CLASS_SLOT_TAKEN");
        wuhan.State(person).HoldingAt(At("2023-03-10 09:00")).Count().ShouldBe(1);
    }

    /// <summary>One step of a random life: what is done, to which place or filing, how much later.</summary>
    private sealed record Step(int Kind, int Pick, int Hours, bool Flag);

    private static readonly Gen<Step> AnyStep = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1000], Gen.Int[0, 24 * 100], Gen.Bool, (kind, pick, hours, flag) => new Step(kind, pick, hours, flag));

    [Fact]
    public void No_sequence_of_operations_breaks_uniqueness() => AnyStep.List[1, 40].Sample(steps => Live(steps), iter: 2_000);

    private static void Live(IReadOnlyList<Step> steps)
    {
        string[] places = ["310000", "110000", "440100", "460000", "460200", "460100", "420200"];
        FilingCategory[] categories = [FilingCategory.ResettledRetiree, FilingCategory.LongTermResident, FilingCategory.StationedWorker, FilingCategory.Referred, FilingCategory.OtherTemporary];
        var wuhan = new World(steps[0].Flag ? "420100" : "410200");
        var person = wuhan.Insured();
        var now = At("2023-02-01");
        foreach (var step in steps)
        {
            now = now.AddHours(step.Hours);
            var all = wuhan.State(person).All.ToList();
            var chosen = all.Count == 0 ? "000000" : all[step.Pick % all.Count].Number;
            var category = categories[step.Pick % categories.Length];
            var place = places[step.Pick % places.Length];
            var actor = step.Flag ? wuhan.Supervisor : wuhan.Operator;
            var current = wuhan.Door.Read(InsuredPerson.Stream(person)).GetAwaiter().GetResult().Current;
            switch (step.Kind)
            {
                case 0 or 1 or 2:
                    wuhan.Apply(wuhan.Application(person, category, place, "2023-02-01", current?.Insurance ?? InsuranceType.Employee) with
                    {
                        At = now, Actor = actor, Channel = step.Flag ? "NATIONAL_APP" : "COUNTER", ReplaceExisting = step.Pick % 3 == 0, OverrideSoftRules = step.Flag,
                        RequestedStart = step.Kind == 1 && step.Flag ? DateOnly.FromDateTime(now.DateTime).AddDays(step.Pick % 60) : null,
                        LateFor = step.Kind == 2 ? new Stay(now.AddDays(-(step.Pick % 170) - 1), step.Flag ? now.AddHours(-1) : null) : null,
                    });
                    break;
                case 3 or 4: wuhan.Handle(new ApproveFiling(actor, person, chosen, now, ReplaceExisting: step.Flag) { OverrideSoftRules = step.Flag }); break;
                case 5: wuhan.Handle(new CancelFiling(actor, person, chosen, CancelReason.AgencyError, now)); break;
                case 6: wuhan.Handle(new RequestChange(actor, person, chosen, $"c{step.Pick}", new FilingChange(new(place), null), now) { OverrideSoftRules = step.Flag }); break;
                case 7: wuhan.Handle(new ConfirmChange(actor, person, chosen, wuhan.State(person).Find(chosen)?.Pending?.ChangeId ?? "", now)); break;
                case 8: wuhan.Handle(new RejectFiling(actor, person, chosen, "不符", now)); break;
                // Extended with the certificate that is on file (FIL-044), before it ends or after; where its place was changed, for that one.
                case 9 or 10 when wuhan.State(person).Find(chosen) is { } earlier:
                    wuhan.Apply(wuhan.Application(person, step.Kind == 9 ? earlier.Category : FilingCategory.Referred, step.Kind == 9 ? earlier.PlaceAt(now).Code : place, "2023-02-01", earlier.Insurance) with
                    {
                        At = now, Actor = actor, Channel = step.Flag ? "NATIONAL_APP" : "COUNTER", Follows = chosen, ReplaceExisting = step.Pick % 2 == 0, OverrideSoftRules = step.Flag,
                        Materials = ["E_CREDENTIAL", "FILING_FORM"], RequestedStart = step.Flag ? DateOnly.FromDateTime(now.DateTime).AddDays(step.Pick % 90) : null,
                    });
                    break;
                case 9 or 10: break;
                default:
                    wuhan.Standing(new MoveEnrolment(wuhan.Operator, person, wuhan.Home, step.Flag ? InsuranceType.Resident : InsuranceType.Employee, "1101", false, now));
                    break;
            }

            Holds(wuhan, person, now);
        }
    }

    private static void Holds(World world, PersonKey person, DateTimeOffset now)
    {
        // Covering a visit that begins now or any time later.
        foreach (var instant in (DateTimeOffset[])[now, now.AddHours(1), now.AddDays(1), now.AddDays(20), now.AddDays(61), now.AddDays(200)])
        {
            var covering = world.State(person).All.Where(filing => filing.CoversBeginningAt(instant)).ToList();
            covering.Count(filing => filing.Class == FilingClass.LongTerm).ShouldBeLessThanOrEqualTo(1);
            covering.Count(filing => filing.Class == FilingClass.Temporary).ShouldBeLessThanOrEqualTo(1);
            if (covering is [var one, var other]) (world.Places.Contains(one.Place, other.Place) || world.Places.Contains(other.Place, one.Place)).ShouldBeFalse($"{one.Place} and {other.Place} at {instant}");
            if (covering.Count > 0)
            {
                var enrolment = world.Door.Read(InsuredPerson.Stream(person)).GetAwaiter().GetResult().Current.ShouldNotBeNull();
                covering.ShouldAllBe(filing => filing.Insurance == enrolment.Insurance);
            }
        }
    }
}
