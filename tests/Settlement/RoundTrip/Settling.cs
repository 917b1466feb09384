using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;
using static Yibao.Settlement.Tests.RoundTrip.Country;

namespace Yibao.Settlement.Tests.RoundTrip;

/// <summary>The trouble table of the round trip, row by row, through the desks of real nodes.</summary>
public sealed class Settling
{
    private readonly Country _country = new();

    [Fact, Covers("SET-029")]
    public async Task The_message_goes_up_down_and_back_and_every_node_holds_the_same()
    {
        await _country.Admit();

        var answer = await _country.Settle();

        _country.Hops.ShouldBe(["420000→100000", "100000→520000", "520000→100000", "100000→420000"]);
        var outcome = answer.State.Outcome!;
        outcome.State.ShouldBe(OutcomeState.Granted);
        _country.State(Guizhou, HomeSettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(outcome.Hash());
        _country.State(Nation, RelaySettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(outcome.Hash());
        _country.State(Hubei, TreatmentSettlement.Stream(National("s1"))).Delivered.ShouldBeTrue();
    }

    [Fact]
    public async Task The_patient_pays_only_the_share_that_home_computed()
    {
        await _country.Admit();

        var figures = (await _country.Settle()).State.Outcome!.Content!.Figures;

        // 17,500.00 in scope less 900.00, 80 %: 13,280.00.
        figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(13_280));
        figures.Cash.ShouldBe(Money.Yuan(6_720));
        figures.Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task One_node_in_two_roles_keeps_a_stream_for_each_and_needs_no_hop()
    {
        await _country.Admit(home: Yichang);

        var outcome = (await _country.Settle()).State.Outcome!;

        _country.Hops.ShouldBeEmpty();
        _country.State(Hubei, HomeSettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(outcome.Hash());
        _country.State(Hubei, RelaySettlement.Stream(National("s1"))).Outcome.ShouldBeNull();
    }

    [Fact, Covers("SET-034")]
    public async Task Confirmed_twice_and_tried_five_times_it_is_one_settlement()
    {
        await _country.Admit();
        for (var i = 0; i < 5; i++) await _country.Treatment.Desk.PreSettle(Terms());
        _country.Year(Guizhou, Guiyang).Drawn.ShouldBeEmpty();

        var first = await _country.Settle();
        var second = await _country.Settle();

        second.State.Outcome!.Hash().ShouldBe(first.State.Outcome!.Hash());
        _country.Year(Guizhou, Guiyang).Drawn.Count.ShouldBe(1);
        _country.Year(Guizhou, Guiyang).Accumulators.Of(Counters.AnnualCap).ShouldBe(first.State.Outcome.Content!.Figures.Of(Fund.Pooled));
    }

    [Fact]
    public async Task A_trial_stores_nothing_anywhere()
    {
        await _country.Admit();
        var before = _country.Facts;

        var (quote, _) = await _country.Treatment.Desk.PreSettle(Terms());

        Sealing.Read<SettlementQuote>(quote).Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(13_280));
        _country.Facts.ShouldBe(before);
    }

    [Fact]
    public async Task A_refused_trial_stores_nothing_anywhere()
    {
        await _country.Admit();
        _country.Ineligible = _ => FilingErrors.InsuredNotActive;
        var before = _country.Facts;

        await Should.ThrowAsync<RefusedException>(() => _country.Treatment.Desk.PreSettle(Terms()));

        _country.Facts.ShouldBe(before);
    }

    [Fact]
    public async Task With_its_quote_it_settles_to_the_quoted_figures()
    {
        await _country.Admit();
        var (quote, _) = await _country.Treatment.Desk.PreSettle(Terms());

        (await _country.Settle(quote: quote)).State.Outcome!.State.ShouldBe(OutcomeState.Granted);
    }

    [Fact]
    public async Task A_result_that_differs_from_the_quote_is_refused_with_the_new_figures()
    {
        await _country.Admit();
        var (quote, _) = await _country.Treatment.Desk.PreSettle(Terms());
        _country.Policy = Benefits.TestPolicy.Of(deductible: 1_000m, ratio: 0.80m);

        var outcome = (await _country.Settle(quote: quote)).State.Outcome!;

        outcome.State.ShouldBe(OutcomeState.Refused);
        outcome.Refusal!.Code.ShouldBe("RESULT_CHANGED");
        outcome.Changed!.Of(Fund.Pooled).ShouldBe(Money.Yuan(13_200));
        _country.Year(Guizhou, Guiyang).Drawn.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_id_with_other_content_is_refused()
    {
        await _country.Admit();
        await _country.Settle();

        var refused = await Should.ThrowAsync<RefusedException>(() => _country.Treatment.Desk.Settle("s1", Terms(useAccount: true), null, His));

        refused.Error.Code.ShouldBe("SETTLEMENT_ID_REUSED");
    }

    [Fact]
    public async Task The_id_of_a_negative_settlement_is_no_id_for_a_settlement()
    {
        await _country.Admit();
        await _country.Settle();
        await _country.Reverse(negative: "r1");

        (await Should.ThrowAsync<RefusedException>(() => _country.Settle("r1"))).Error.Code.ShouldBe("SETTLEMENT_ID_REUSED");
    }

    [Fact]
    public async Task The_same_bill_under_a_new_id_is_answered_with_the_first_result()
    {
        await _country.Admit();
        var first = await _country.Settle("s1");

        var second = await _country.Settle("s2");

        second.SettlementId.ShouldBe(National("s1"));
        second.State.Outcome!.Hash().ShouldBe(first.State.Outcome!.Hash());
        _country.Year(Guizhou, Guiyang).Drawn.Count.ShouldBe(1);
        (await _country.Find("s2")).SettlementId.ShouldBe(National("s1"));
    }

    [Fact]
    public async Task While_one_is_in_progress_another_bill_of_the_visit_waits()
    {
        await _country.Admit();
        _country.OnRequest = static (_, _, _) => throw Lost;
        await Should.ThrowAsync<RefusedException>(() => _country.Settle("s1"));
        await _country.On(SettlementId.Of(Hospital, "v1"), visit => VisitDecider.Upload(SettlementId.Of(Hospital, "v1"), [Line("9", "A", 10m)], visit));

        (await Should.ThrowAsync<RefusedException>(() => _country.Settle("s2"))).Error.Code.ShouldBe("VISIT_SETTLEMENT_IN_PROGRESS");
    }

    [Fact]
    public async Task A_line_is_in_one_live_settlement_at_most()
    {
        await _country.Admit();
        await _country.Treatment.Desk.Settle("s1", Terms() with { Serials = ["1"] }, null, His);

        var refused = await Should.ThrowAsync<RefusedException>(() => _country.Treatment.Desk.Settle("s2", Terms() with { Serials = ["1", "2"] }, null, His));
        refused.Error.Code.ShouldBe("FEE_LINE_SETTLED");

        // The rest of the bill is another bill.
        (await _country.Treatment.Desk.Settle("s3", Terms() with { Serials = ["2", "3"] }, null, His)).State.Outcome!.State.ShouldBe(OutcomeState.Granted);
    }

    [Fact]
    public async Task Homes_refusal_is_stored_on_the_whole_path_and_a_new_attempt_needs_a_new_id()
    {
        await _country.Admit();
        _country.Ineligible = _ => FilingErrors.InsuredNotActive;
        (await _country.Settle("s1")).State.Outcome!.State.ShouldBe(OutcomeState.Refused);
        _country.State(Nation, RelaySettlement.Stream(National("s1"))).Outcome!.State.ShouldBe(OutcomeState.Refused);
        _country.Ineligible = static _ => null;

        (await _country.Settle("s1")).State.Outcome!.State.ShouldBe(OutcomeState.Refused);
        (await _country.Settle("s2")).State.Outcome!.State.ShouldBe(OutcomeState.Granted);
    }

    [Fact]
    public async Task A_refusal_before_the_intent_stores_nothing()
    {
        await _country.Admit();
        var before = _country.Facts;

        await Should.ThrowAsync<RefusedException>(() => _country.Treatment.Desk.Settle("s1", Terms() with { Serials = ["77"] }, null, His));

        _country.Facts.ShouldBe(before);
    }

    [Theory]
    [InlineData("420000", "100000", false)]
    [InlineData("100000", "520000", false)]
    [InlineData("100000", "520000", true)]
    [InlineData("420000", "100000", true)]
    public async Task Whatever_is_lost_on_the_way_is_unknown_and_driven_to_its_end(string from, string to, bool answer)
    {
        await _country.Admit();
        if (answer) _country.OnAnswer = (a, b, _) => Lose(a.Code == from && b.Code == to);
        else _country.OnRequest = (a, b, _) => Lose(a.Code == from && b.Code == to);

        (await Should.ThrowAsync<RefusedException>(() => _country.Settle())).Error.Code.ShouldBe("OUTCOME_UNKNOWN");
        (_country.OnAnswer, _country.OnRequest) = (static (_, _, _) => { }, static (_, _, _) => { });
        var state = await _country.Treatment.Desk.Drive(National("s1"));

        state.Outcome!.State.ShouldBe(OutcomeState.Granted);
        state.IsUndelivered.ShouldBeTrue();
        _country.State(Nation, RelaySettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(state.Outcome.Hash());
        _country.Year(Guizhou, Guiyang).Drawn.Count.ShouldBe(1);
    }

    /// <summary>Home asks filing first; what it has decided before it tells all the same while filing is away, and decides nothing new.</summary>
    [Fact]
    public async Task What_home_decided_it_tells_while_filing_is_away()
    {
        await _country.Admit();
        _country.OnAnswer = static (_, _, _) => throw Lost;
        await Should.ThrowAsync<RefusedException>(() => _country.Settle());
        var granted = _country.State(Guizhou, HomeSettlement.Stream(National("s1"))).Outcome!;
        // Asked again, filing now says no: that is no longer the question.
        _country.Ineligible = static _ => FilingErrors.InsuredNotActive;
        await Should.ThrowAsync<RefusedException>(() => _country.Treatment.Desk.Drive(National("s1")));
        _country.State(Guizhou, HomeSettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(granted.Hash());
        _country.OnAnswer = static (_, _, _) => { };
        _country.Ineligible = static _ => throw SystemErrors.Unavailable.With("filing").AsException();

        (await _country.Treatment.Desk.Drive(National("s1"))).Outcome!.Hash().ShouldBe(granted.Hash());
        await _country.Admit("v2");
        await Should.ThrowAsync<RefusedException>(() => _country.Settle("s2", "v2"));

        _country.State(Guizhou, HomeSettlement.Stream(National("s2"))).Outcome.ShouldBeNull();
        _country.Year(Guizhou, Guiyang).Drawn.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_stored_and_not_handed_over_is_undelivered()
    {
        await _country.Admit();

        var answer = await _country.Treatment.Desk.Settle("s1", Terms(), null, His);

        answer.Delivers.ShouldBe(DeliveredBy.Reply);
        var own = TreatmentSettlement.Stream(National("s1"));
        _country.State(Hubei, own).IsUndelivered.ShouldBeTrue("the reply may still be lost");
        await _country.Treatment.Desk.HandedOver(answer, His);
        await _country.Treatment.Desk.HandedOver(answer, His);
        _country.State(Hubei, own).IsUndelivered.ShouldBeFalse();
        _country.Treatment.Door.Facts(own.Id).Count(stored => stored.Fact is SettlementDelivered { By: DeliveredBy.Reply }).ShouldBe(1);
    }

    [Theory]
    [InlineData("repeat")]
    [InlineData("query")]
    [InlineData("list")]
    public async Task What_was_granted_after_unknown_is_undelivered_until_the_institution_knows(string how)
    {
        await Undelivered();

        if (how == "repeat") await _country.Settle();
        else if (how == "query") await _country.Find();
        else await _country.Treatment.Desk.Acknowledge(National("s1"), His);

        _country.State(Hubei, TreatmentSettlement.Stream(National("s1"))).IsUndelivered.ShouldBeFalse();
    }

    [Fact]
    public async Task An_undelivered_settlement_is_not_declarable()
    {
        await Undelivered();
        var state = _country.State(Hubei, TreatmentSettlement.Stream(National("s1")));

        TreatmentDecider.Declare(National("s1"), "202303", state).ShouldBeOfType<Decision.Refused>().Error.Code.ShouldBe("SETTLEMENT_NOT_DECLARABLE");
    }

    [Fact]
    public async Task An_outcome_with_a_lower_number_is_dropped_and_one_with_the_same_number_must_be_the_same()
    {
        await _country.Admit();
        var granted = (await _country.Settle()).State;
        var relay = _country.State(Nation, RelaySettlement.Stream(National("s1")));
        await _country.Reverse();
        var reversed = _country.State(Nation, RelaySettlement.Stream(National("s1")));

        RelaySettlement.Store(reversed, granted.Outcome!, granted.OutcomeSeal!, Hubei, Guizhou).ShouldBeOfType<Decision.Repeat>();
        RelaySettlement.Store(relay, granted.Outcome! with { State = OutcomeState.Refused }, granted.OutcomeSeal!, Hubei, Guizhou).ShouldBeOfType<Decision.Refused>().Error.Code.ShouldBe("OUTCOME_CONFLICT");
    }

    [Fact, Covers("SET-009")]
    public void Confirmed_cash_must_be_the_results_cash()
    {
        // Home result {pooled 10,000.00, large-sum 2,080.00, cash 7,920.00}.
        var figures = new Figures(Money.Yuan(20_000), [new FundAmount(Fund.Pooled, "统筹基金", Money.Yuan(10_000)), new FundAmount(Fund.EmployeeLargeSum, "大额", Money.Yuan(2_080))], Money.Yuan(7_920), Money.Zero, Money.Zero);
        var state = Received(figures);

        TreatmentDecider.Confirm("x", Money.Yuan(7_900), default, state).ShouldBeOfType<Decision.Refused>().Error.Code.ShouldBe("RESULT_MISMATCH");
        TreatmentDecider.Confirm("x", Money.Yuan(7_920), default, state).ShouldBeOfType<Decision.Accepted>();
    }

    [Fact, Covers("SET-010")]
    public void A_result_that_does_not_add_up_is_not_accepted()
    {
        var split = new SplitTotals(Money.Yuan(20_000), Money.Yuan(16_000), Money.Yuan(1_200), Money.Yuan(300), Money.Yuan(2_500));
        var right = new Figures(split.Total, [new FundAmount(Fund.Pooled, "统筹基金", Money.Yuan(12_080))], Money.Yuan(7_920), Money.Zero, Money.Zero);
        var request = Request(split);
        var seal = new Seal(Guizhou, Wuhan, "o", default, "k", "");
        var intended = TreatmentSettlement.Empty.Evolve(new SettlementIntended(request, request.Hash(), "asked", seal));
        SettlementOutcome Outcome(Figures figures) => new(request.Id, 1, OutcomeState.Granted, Wuhan, Guiyang, request.Hash(), request.With(figures, "p", 0, request.Hash()), null, null, null, default);

        TreatmentDecider.Decide(new TreatmentDecider.Receive(Outcome(right), seal), intended, Visit.Empty).ShouldBeOfType<Decision.Accepted>();
        TreatmentDecider.Decide(new TreatmentDecider.Receive(Outcome(right with { Cash = Money.Yuan(7_920.01m) }), seal), intended, Visit.Empty)
            .ShouldBeOfType<Decision.Refused>().Error.Code.ShouldBe("IDENTITY_2");
    }

    [Fact, Covers("SET-038")]
    public async Task A_self_pay_visit_is_converted_before_the_settlement_and_not_after_the_payment()
    {
        var id = SettlementId.Of(Hospital, "v9");
        var registration = new Registration { VisitId = id, Institution = Hospital, InstitutionLevel = "3", TreatmentArea = Wuhan, CareType = "21", CareFrom = new DateTimeOffset(2023, 3, 1, 1, 0, 0, TimeSpan.Zero) };
        var insured = new Insured(Person, Guiyang, InsuranceType.Employee, "01");
        await _country.On(id, visit => VisitDecider.Register(registration, null, visit));
        await _country.On(id, visit => VisitDecider.Upload(id, [Line("1", "A", 100m)], visit));
        (await Should.ThrowAsync<RefusedException>(() => _country.Settle("s9", "v9"))).Error.Code.ShouldBe("VISIT_NOT_INSURED");

        await _country.On(id, visit => VisitDecider.Register(registration, insured, visit));

        _country.Treatment.Door.Facts(Visit.Stream(id).Id)[^1].Fact.ShouldBe(new VisitInsured(insured) { Registration = registration });
        (await _country.Settle("s10", "v9")).State.Outcome!.State.ShouldBe(OutcomeState.Granted);
        var paid = Visit.Empty.Evolve(new VisitRegistered(registration, null)).Evolve(new VisitSelfPaid(default));
        VisitDecider.Register(registration, insured, paid).ShouldBeOfType<Decision.Refused>().Error.Code.ShouldBe("VISIT_SELF_PAID");
    }

    [Fact]
    public async Task Two_settlements_of_one_person_both_succeed_and_the_second_sees_the_first()
    {
        await _country.Admit("v1");
        await _country.Admit("v2");

        await Task.WhenAll(_country.Settle("s1", "v1"), _country.Settle("s2", "v2"));

        var year = _country.Year(Guizhou, Guiyang);
        year.Drawn.Count.ShouldBe(2);
        year.Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Yuan(2 * 13_280));
        year.Accumulators.Admissions.ShouldBe(2);
    }

    private async Task Undelivered()
    {
        await _country.Admit();
        _country.OnAnswer = static (_, _, _) => throw Lost;
        await Should.ThrowAsync<RefusedException>(() => _country.Settle());
        _country.OnAnswer = static (_, _, _) => { };
        (await _country.Treatment.Desk.Drive(National("s1"))).IsUndelivered.ShouldBeTrue();
    }

    private static void Lose(bool it)
    {
        if (it) throw Lost;
    }

    private static SettlementRequest Request(SplitTotals split) => new()
    {
        Id = "x", VisitId = "v", TreatmentArea = Wuhan, HomeArea = Guiyang, Institution = Hospital, InstitutionLevel = "3", Person = Person, Insurance = InsuranceType.Employee,
        CareType = "21", CareFrom = default, CareUntil = default, CredentialType = "01", Split = split, Categories = [], CatalogueVersion = "c", BillHash = "b", BusinessDate = new DateOnly(2023, 3, 10), Instant = default,
    };

    private static TreatmentSettlement Received(Figures figures)
    {
        var request = Request(new SplitTotals(figures.Total, figures.Total, Money.Zero, Money.Zero, Money.Zero));
        var seal = new Seal(Guizhou, Wuhan, "o", default, "k", "");
        return TreatmentSettlement.Empty.Evolve(new SettlementIntended(request, "h", "a", seal)).Evolve(new OutcomeReceived(
            new SettlementOutcome("x", 1, OutcomeState.Granted, Wuhan, Guiyang, "h", request.With(figures, "p", 0, "h"), null, null, null, default), seal, true, false));
    }
}
