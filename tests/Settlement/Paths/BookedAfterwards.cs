using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Booking;
using Yibao.Settlement.Details;
using Yibao.Settlement.Manual;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Tests.Benefits;
using Yibao.Settlement.Tests.RoundTrip;
using Yibao.Settlement.Visits;
using static Yibao.Settlement.Tests.RoundTrip.Country;

namespace Yibao.Settlement.Tests.Paths;

/// <summary>补记账: the outpatient paid all of it, and is settled directly when the fault is gone.</summary>
public sealed class BookedAfterwards
{
    private static readonly AdminDivision Guangdong = new("440000"), Guangzhou = new("440100"), Shanwei = new("441500");

    private readonly Country _country = new(Guangzhou, Nation, Guangdong, Guangzhou, Shanwei) { Policy = TestPolicy.Of(deductible: 0m, ratio: 0.60m) };

    [Fact, Covers("INS-016")]
    public async Task Three_days_later_the_visit_is_settled_as_of_its_own_date_and_the_funds_part_goes_back()
    {
        await FailedVisit();
        _country.Time.Now = _country.Time.Now.AddDays(3);

        var (answer, booking) = await Book(300m);

        answer.State.Outcome!.Content!.Figures.FundTotal.ShouldBe(Money.Yuan(180));
        booking.Made!.Refund.ShouldBe(Money.Yuan(180));
        answer.State.Request!.CareUntil.ShouldBe(Fault);
        answer.State.Request.BusinessDate.ShouldBe(new DateOnly(2023, 3, 13));
        // Said again it is the same booking.
        (await Book(300m)).Booking.ShouldBe(booking);
        _country.Year(Shanwei, Shanwei).Drawn.Count.ShouldBe(1);
    }

    [Fact]
    public async Task While_nobody_answers_it_is_asked_for_and_made_when_the_answer_is_there()
    {
        await FailedVisit();
        _country.OnRequest = static (_, _, _) => throw Lost;
        (await Should.ThrowAsync<RefusedException>(() => Book(300m))).Error.Code.ShouldBe("OUTCOME_UNKNOWN");
        var stream = SupplementaryBooking.Stream(National("b1"));
        _country.State(Guangzhou, stream).ShouldSatisfyAllConditions(state => state.Asked.ShouldNotBeNull(), state => state.Made.ShouldBeNull());

        _country.OnRequest = static (_, _, _) => { };
        await _country.Treatment.Desk.Drive(National("b1"));

        (await Book(300m)).Booking.Made!.Refund.ShouldBe(Money.Yuan(180));
    }

    [Fact]
    public async Task It_needs_a_fault_an_outpatient_the_whole_bill_and_a_place_that_does_it()
    {
        await FailedVisit();
        (await Refused(() => Book(299m))).ShouldBe("BOOKING_PAID_MISMATCH");
        await _country.Admit("plain", home: Shanwei, careType: "11", only: 300m);
        (await Refused(() => Book(300m, "plain", "b2"))).ShouldBe("BOOKING_WITHOUT_FAULT");
        await FailedVisit("filed", "NOT_FILED");
        (await Refused(() => Book(300m, "filed", "b3"))).ShouldBe("BOOKING_WITHOUT_FAULT");
        await FailedVisit("stay", careType: "21");
        (await Refused(() => Book(300m, "stay", "b4"))).ShouldBe("BOOKING_WITHOUT_FAULT");
        (await Refused(() => Book(300m, "never", "b5"))).ShouldBe("VISIT_UNKNOWN");
        await Book(300m);
        (await Refused(() => Book(300m, "filed"))).ShouldBe("BOOKING_DIFFERS");

        var hubei = new Country();
        (await Should.ThrowAsync<RefusedException>(async () =>
        {
            await Fail(hubei, "v1", "NETWORK", "11", Guiyang);
            await new BookingDesk(hubei.Treatment.Desk, hubei.Treatment.Door, Rules, hubei.Time).Book(Hospital, "b1", "v1", Money.Yuan(300), false, His);
        })).Error.Code.ShouldBe("BOOKING_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_line_cannot_be_added_to_what_was_reported()
    {
        await FailedVisit();
        var id = SettlementId.Of(Hospital, "v1");

        (await Refused(() => _country.On(id, visit => VisitDecider.Upload(id, [Line("9", "A", 1m)], visit)))).ShouldBe("VISIT_ENDED");
        (await Refused(() => _country.On(id, visit => VisitDecider.Withdraw(id, [], visit)))).ShouldBe("VISIT_ENDED");
    }

    private static DateTimeOffset Fault { get; } = new(2023, 3, 10, 2, 0, 0, TimeSpan.Zero);

    private Task FailedVisit(string own = "v1", string fault = "SYSTEM", string careType = "11") => Fail(_country, own, fault, careType, Shanwei);

    private static async Task Fail(Country country, string own, string fault, string careType, AdminDivision home)
    {
        await country.Admit(own, home, careType, 300m);
        var (id, visit) = (SettlementId.Of(Hospital, own), Visit.Stream(SettlementId.Of(Hospital, own)));
        var duty = DetailDuty.Stream(FeeDetails.ReferenceOf(id));
        var report = new UndirectVisit.Report(id, new UndirectFault(fault, Fault), Fault, [new Diagnosis("J06.9", "上呼吸道感染", true)], country.Time.Now);
        (await country.Treatment.Door.Execute(new Command(His, id, [visit, duty], states => UndirectVisit.Decide(report, states.Of(visit), states.Of(duty))))).OrThrow();
    }

    private async Task<(SettlementAnswer Answer, SupplementaryBooking Booking)> Book(decimal paid, string visit = "v1", string id = "b1") =>
        await new BookingDesk(_country.Treatment.Desk, _country.Treatment.Door, Rules, _country.Time).Book(Hospital, id, visit, Money.Yuan(paid), false, His);

    private static async Task<string> Refused(Func<Task> act) => (await Should.ThrowAsync<RefusedException>(act)).Error.Code;
}
