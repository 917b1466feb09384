using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using static Yibao.Settlement.Tests.RoundTrip.Country;

namespace Yibao.Settlement.Tests.RoundTrip;

/// <summary>Two ways back, one kind of record.</summary>
public sealed class GoingBack
{
    private readonly Country _country = new();

    [Fact]
    public async Task A_reversal_makes_a_negative_with_its_own_id_and_restores_everything()
    {
        await _country.Admit();
        var before = _country.Year(Guizhou, Guiyang).Accumulators;
        await _country.Settle();

        var outcome = (await _country.Reverse(negative: "r1")).State.Outcome!;

        outcome.Number.ShouldBe(2);
        outcome.State.ShouldBe(OutcomeState.Reversed);
        outcome.Negative!.SettlementId.ShouldBe(National("r1"));
        outcome.Negative.OriginalId.ShouldBe(National("s1"));
        outcome.Negative.Total.ShouldBe(-outcome.Content!.Total);
        var after = _country.Year(Guizhou, Guiyang).Accumulators;
        after.Sums.ShouldBe(before.Sums);
        after.Admissions.ShouldBe(before.Admissions);
        _country.State(Nation, RelaySettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(outcome.Hash());
    }

    [Fact]
    public async Task A_reversal_of_something_never_seen_makes_the_tombstone_at_treatment()
    {
        await _country.Admit();

        (await _country.Reverse("s1")).State.WithdrawnUnseen.ShouldBeTrue();

        (await Should.ThrowAsync<RefusedException>(() => _country.Settle("s1"))).Error.Code.ShouldBe("SETTLEMENT_WITHDRAWN");
        _country.Hops.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_an_intent_home_makes_the_tombstone_and_refuses_the_late_commit()
    {
        await _country.Admit();
        Contracts.Nodes.Envelope? late = null;
        _country.OnRequest = (_, to, message) =>
        {
            if (to == Guizhou)
            {
                late = message;
                throw Lost;
            }
        };
        await Should.ThrowAsync<RefusedException>(() => _country.Settle());
        _country.OnRequest = static (_, _, _) => { };

        (await _country.Reverse()).State.Outcome!.State.ShouldBe(OutcomeState.Tombstoned);
        var answer = await _country[Nation].Send(Guizhou, late!);

        Sealing.Read<SettlementOutcome>(answer).State.ShouldBe(OutcomeState.Tombstoned);
        _country.Year(Guizhou, Guiyang).Drawn.ShouldBeEmpty();
        // The bill is free for a new id.
        (await _country.Settle("s2")).State.Outcome!.State.ShouldBe(OutcomeState.Granted);
    }

    [Fact]
    public async Task A_reversal_of_an_outcome_that_never_arrived_takes_back_what_home_granted()
    {
        await _country.Admit();
        _country.OnAnswer = static (_, _, _) => throw Lost;
        await Should.ThrowAsync<RefusedException>(() => _country.Settle());
        _country.OnAnswer = static (_, _, _) => { };

        var state = (await _country.Reverse()).State;

        state.Outcome!.State.ShouldBe(OutcomeState.Reversed);
        _country.Year(Guizhou, Guiyang).Live.ShouldBeEmpty();
        // The relay missed the grant: it learns original and negative at once.
        _country[Nation].Door.Facts(RelaySettlement.Stream(National("s1")).Id).Select(fact => fact.Fact.GetType()).ShouldBe([typeof(OriginalRelayed), typeof(OutcomeRelayed)]);
    }

    [Fact]
    public async Task Repeated_reversals_have_one_effect()
    {
        await _country.Admit();
        await _country.Settle();
        var first = await _country.Reverse(negative: "r1");

        (await _country.Reverse(negative: "r1")).State.Outcome!.Hash().ShouldBe(first.State.Outcome!.Hash());
        (await _country.Reverse(negative: "r2")).State.Outcome!.Hash().ShouldBe(first.State.Outcome!.Hash());
        _country.Year(Guizhou, Guiyang).Restored.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Only_on_the_same_business_date_and_only_what_was_not_confirmed()
    {
        await _country.Admit();
        var cash = (await _country.Settle()).State.Outcome!.Content!.Cash;
        _country.Time.Now += TimeSpan.FromHours(2);
        (await Should.ThrowAsync<RefusedException>(() => _country.Reverse())).Error.Code.ShouldBe("REVERSAL_OTHER_DAY");
        _country.Time.Now -= TimeSpan.FromHours(2);

        await _country.Treatment.Desk.Confirm(Hospital, "s1", cash, His);

        (await Should.ThrowAsync<RefusedException>(() => _country.Reverse())).Error.Code.ShouldBe("REVERSAL_OF_CONFIRMED");
    }

    [Fact]
    public async Task Declaration_and_reversal_whichever_is_stored_first_decides()
    {
        await _country.Admit();
        await _country.Settle();
        var own = TreatmentSettlement.Stream(National("s1"));
        (await _country.Treatment.Door.Execute(new Command(His, "d", [own], states => TreatmentDecider.Declare(National("s1"), "202303", states.Of(own))))).OrThrow();

        (await Should.ThrowAsync<RefusedException>(() => _country.Reverse())).Error.Code.ShouldBe("REVERSAL_OF_DECLARED");
    }

    [Fact]
    public async Task A_refund_happens_once_and_is_whole()
    {
        await _country.Admit();
        await _country.Settle();
        (await Should.ThrowAsync<RefusedException>(() => _country.Refund(total: Money.Yuan(50)))).Error.Code.ShouldBe("PARTIAL_REFUND");

        (await _country.Refund(negative: "f1", total: Money.Yuan(20_000))).State.Outcome!.Negative!.SettlementId.ShouldBe(National("f1"));

        (await Should.ThrowAsync<RefusedException>(() => _country.Refund(negative: "f2"))).Error.Code.ShouldBe("SETTLEMENT_ALREADY_REVERSED");
        (await _country.Refund(negative: "f1")).State.Outcome!.Negative!.SettlementId.ShouldBe(National("f1"));
    }

    [Fact]
    public async Task What_the_institution_does_not_hold_cannot_be_refunded()
    {
        await _country.Admit();
        _country.OnAnswer = static (_, _, _) => throw Lost;
        await Should.ThrowAsync<RefusedException>(() => _country.Settle());
        (await Should.ThrowAsync<RefusedException>(() => _country.Refund())).Error.Code.ShouldBe("SETTLEMENT_NOT_GRANTED");
        _country.OnAnswer = static (_, _, _) => { };
        await _country.Treatment.Desk.Drive(National("s1"));

        (await Should.ThrowAsync<RefusedException>(() => _country.Refund())).Error.Code.ShouldBe("REFUND_OF_UNDELIVERED");

        await _country.Find();
        (await _country.Refund()).State.Outcome!.State.ShouldBe(OutcomeState.Reversed);
    }

    [Fact, Covers("SET-026")]
    public async Task An_earlier_outpatient_settlement_is_refunded_although_later_ones_exist()
    {
        _country.Policy = Benefits.TestPolicy.Of(deductible: 0m, ratio: 1m);
        await Outpatient("1", 50m);
        await Outpatient("2", 60m);
        await Outpatient("3", 70m);
        _country.Year(Guizhou, Guiyang).Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Yuan(180));

        var refunded = await _country.Refund("s1", "f1");

        refunded.State.Outcome!.Negative!.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(-50));
        _country.Year(Guizhou, Guiyang).Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Yuan(130));
        _country.Year(Guizhou, Guiyang).Live.ShouldBe([National("s2"), National("s3")]);
    }

    [Fact]
    public async Task An_inpatient_settlement_is_refunded_only_as_the_last_of_the_year_and_the_denial_is_remembered()
    {
        await _country.Admit("v1");
        await _country.Admit("v2");
        await _country.Settle("s1", "v1");
        await _country.Settle("s2", "v2");

        var denied = await _country.Refund("s1", "f1");
        denied.Denial!.Refusal.Code.ShouldBe("REFUND_NOT_LAST");
        denied.State.Outcome!.State.ShouldBe(OutcomeState.Granted);

        (await _country.Refund("s2", "f2")).State.Outcome!.State.ShouldBe(OutcomeState.Reversed);
        // The same request is the same answer; a new one is a new question.
        (await _country.Refund("s1", "f1")).Denial!.Refusal.Code.ShouldBe("REFUND_NOT_LAST");
        (await _country.Refund("s1", "f3")).State.Outcome!.State.ShouldBe(OutcomeState.Reversed);
    }

    [Fact]
    public async Task A_chronic_settlement_is_refunded_only_as_the_last_and_only_while_undeclared()
    {
        _country.Policy = Benefits.TestPolicy.Of(deductible: 0m, ratio: 1m);
        await _country.Admit("c1", careType: "14", only: 50m);
        await _country.Settle("s1", "c1");
        await Outpatient("2", 60m);

        (await _country.Refund("s1", "f1")).Denial!.Refusal.Code.ShouldBe("REFUND_NOT_LAST");

        await _country.Refund("s2", "f2");
        var stream = TreatmentSettlement.Stream(National("s1"));
        (await _country.Treatment.Door.Execute(new Kernel.Deciding.Command(His, "d", [stream], states => TreatmentDecider.Declare(National("s1"), "2023-03", states.Of(stream))))).OrThrow();
        (await Should.ThrowAsync<RefusedException>(() => _country.Refund("s1", "f3"))).Error.Code.ShouldBe("REFUND_OF_DECLARED");
    }

    /// <summary>AMB-20: later settlements stand as they are; where they would have come out otherwise, a correction is offered.</summary>
    [Fact]
    public async Task An_out_of_sequence_refund_offers_a_correction_where_a_deductible_or_a_ceiling_was_crossed()
    {
        // Annual deductible 40.00: the first visit bears it.
        _country.Policy = Benefits.TestPolicy.Of(deductible: 40m, ratio: 1m, DeductibleKind.Annual);
        await Outpatient("1", 50m);
        await Outpatient("2", 60m);
        await Outpatient("3", 70m);
        await _country.Refund("s2", "f2");
        Correction("s2").ShouldBeNull();

        var refunded = await _country.Refund("s1", "f1");

        refunded.State.Outcome!.Negative!.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(-10));
        var offered = Correction("s1")!;
        (offered.Deductible, offered.Ceiling, offered.Refunded).ShouldBe((true, false, Money.Yuan(10)));
        offered.Later.ShouldBe([National("s3")]);
        _country.State(Guizhou, HomeSettlement.Stream(National("s3"))).Outcome!.Content!.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(70));

        // The last of the year leaves nobody behind.
        await _country.Refund("s3", "f3");
        Correction("s3").ShouldBeNull();
    }

    [Fact]
    public async Task A_ceiling_that_cut_a_later_settlement_offers_a_correction_too()
    {
        var pack = Benefits.TestPolicy.Of(deductible: 0m, ratio: 1m);
        _country.Policy = pack with { Employee = pack.Employee with { AnnualCap = new Cap(LevelTable<Money?>.Of(Money.Yuan(100)), Rule.None) } };
        await Outpatient("1", 50m);
        await Outpatient("2", 60m);

        await _country.Refund("s1", "f1");

        var offered = Correction("s1")!;
        (offered.Deductible, offered.Ceiling).ShouldBe((false, true));
        offered.Later.ShouldBe([National("s2")]);
    }

    private Refunds.CorrectionOffered? Correction(string id) => _country.State(Guizhou, HomeSettlement.Stream(National(id))).Correction;

    [Fact, Covers("SET-027")]
    public async Task A_refund_in_the_next_year_works_on_the_original_year()
    {
        _country.Policy = Benefits.TestPolicy.Of(deductible: 0m, ratio: 1m);
        _country.Time.Now = new DateTimeOffset(2022, 12, 30, 2, 0, 0, TimeSpan.Zero);
        await Outpatient("1", 80m, new DateTimeOffset(2022, 12, 30, 1, 0, 0, TimeSpan.Zero));
        _country.Time.Now = new DateTimeOffset(2023, 1, 10, 2, 0, 0, TimeSpan.Zero);
        _country.Year(Guizhou, Guiyang, 2022).Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Yuan(80));

        var negative = (await _country.Refund("s1", "f1")).State.Outcome!.Negative!;

        negative.BusinessDate.ShouldBe(new DateOnly(2023, 1, 10));
        negative.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(-80));
        _country.Year(Guizhou, Guiyang, 2022).Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Zero);
        _country.Year(Guizhou, Guiyang, 2023).Drawn.ShouldBeEmpty();
    }

    /// <summary>SET-028 as far as it reaches without clearing: the negative's date, its month, and that nothing of January moves.</summary>
    [Fact]
    public async Task A_refund_after_the_declaration_is_a_transaction_of_its_own_day()
    {
        _country.Policy = Benefits.TestPolicy.Of(deductible: 0m, ratio: 1m);
        var january = new DateTimeOffset(2023, 1, 12, 2, 0, 0, TimeSpan.Zero);
        _country.Time.Now = january;
        await Outpatient("1", 80m, january.AddHours(-1));
        var stream = TreatmentSettlement.Stream(National("s1"));
        (await _country.Treatment.Door.Execute(new Command(His, "s1", [stream], states => TreatmentDecider.Declare(National("s1"), "202301", states.Of(stream))))).OrThrow();
        var original = _country.State(Hubei, stream).Outcome!.Content!;
        _country.Time.Now = new DateTimeOffset(2023, 3, 5, 2, 0, 0, TimeSpan.Zero);

        var refunded = (await _country.Refund("s1", "f1")).State;

        var negative = refunded.Outcome!.Negative!;
        (negative.BusinessDate, negative.OriginalId, negative.Figures.Of(Fund.Pooled)).ShouldBe((new DateOnly(2023, 3, 5), National("s1"), Money.Yuan(-80)));
        // What was declared for January stands as it was, content and month.
        (refunded.Outcome.Content!.Hash(), refunded.Declared).ShouldBe((original.Hash(), "202301"));
        refunded.Outcome.Content.BusinessDate.ShouldBe(new DateOnly(2023, 1, 12));
        // March is declared until 04-16, and what is declared by then belongs to period 202304 (AMB-77).
        Period.OfDeclaration(new DateOnly(2023, 4, 16)).ShouldBe(Period.Month(2023, 4));
        // A stay that was declared is not refunded this way.
        _country.Time.Now = new DateTimeOffset(2023, 3, 10, 15, 0, 0, TimeSpan.Zero);
        await _country.Admit("v9");
        await _country.Settle("s9", "v9");
        var stay = TreatmentSettlement.Stream(National("s9"));
        (await _country.Treatment.Door.Execute(new Command(His, "s9", [stay], states => TreatmentDecider.Declare(National("s9"), "202303", states.Of(stay))))).OrThrow();
        (await Should.ThrowAsync<RefusedException>(() => _country.Refund("s9", "f9"))).Error.Code.ShouldBe("REFUND_OF_DECLARED");
    }

    private async Task Outpatient(string number, decimal yuan, DateTimeOffset? until = null)
    {
        await _country.Admit("v" + number, careType: "11", only: yuan, from: until);
        await _country.Settle("s" + number, Terms("v" + number) with { CareUntil = until ?? Terms().CareUntil });
    }
}
