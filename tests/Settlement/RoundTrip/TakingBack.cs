using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using static Yibao.Settlement.Tests.RoundTrip.Country;

namespace Yibao.Settlement.Tests.RoundTrip;

/// <summary>补记: what one country settled is taken back by another that lost it — the same nodes, come back from an empty backup.</summary>
public sealed class TakingBack
{
    private readonly Country _before = new();
    private readonly Country _after = new();

    private static Actor Reconciliation => Actor.System(Guizhou, "reconciliation");

    private Envelope Outcome(string id = "s1") => _before.State(Hubei, TreatmentSettlement.Stream(National(id))) is { Outcome: { } outcome, OutcomeSeal: { } seal }
        ? Sealing.Restore(seal, SettlementKinds.Outcome, outcome)
        : throw new InvalidOperationException("Nothing was settled.");

    private Envelope Intent(string id = "s1") => _before.State(Hubei, TreatmentSettlement.Stream(National(id))) is { Request: { } request, IntentSeal: { } seal }
        ? Sealing.Restore(seal, SettlementKinds.Intent, request)
        : throw new InvalidOperationException("Nothing was asked for.");

    private Adoption At(AdminDivision node) => new(new Routes(node, static () => NodeRegistry.Reference), _after[node].Door, new Sealing(_after[node]), _after[node].Desk);

    private static async Task Credit(Country country)
    {
        var account = PersonalAccount.Stream(Person.ToString());
        (await country[Guizhou].Door.Execute(new Command(His, "credit", [account], states => Decision.Accept(new Append(account, states.Of(account).Credit("opening", Money.Yuan(900m), Money.Zero)))))).OrThrow();
    }

    private static PersonalAccount Account(Country country) => country.State(Guizhou, PersonalAccount.Stream(Person.ToString()));

    [Fact]
    public async Task Home_takes_back_what_it_signed_with_its_draws_on_benefit_year_and_account()
    {
        await Credit(_before);
        await Credit(_after);
        await _before.Admit();
        await _before.Treatment.Desk.Settle("s1", Terms(useAccount: true), null, His);
        Account(_before).Account.Balance.ShouldBeLessThan(Money.Yuan(900m));

        (await At(Guizhou).AtHome(Outcome(), Intent(), Reconciliation)).ShouldBe(National("s1"));

        var (lost, found) = (_before.State(Guizhou, HomeSettlement.Stream(National("s1"))), _after.State(Guizhou, HomeSettlement.Stream(National("s1"))));
        found.Outcome!.Hash().ShouldBe(lost.Outcome!.Hash());
        found.Outcome.DecidedAt.ShouldBe(lost.Outcome.DecidedAt);
        found.Request!.Hash().ShouldBe(lost.Request!.Hash());
        _after.Year(Guizhou, Guiyang).Accumulators.ShouldBe(_before.Year(Guizhou, Guiyang).Accumulators);
        Account(_after).Account.ShouldBe(Account(_before).Account);
    }

    [Fact]
    public async Task A_second_time_changes_nothing_and_the_late_intent_is_answered_with_what_was_taken_back()
    {
        await _before.Admit();
        await _before.Settle();
        await At(Guizhou).AtHome(Outcome(), null, Reconciliation);
        var facts = _after.Facts;

        await At(Guizhou).AtHome(Outcome(), Intent(), Reconciliation);
        var answer = await _after[Nation].Send(Guizhou, Intent());

        Sealing.Read<SettlementOutcome>(answer).Hash().ShouldBe(Sealing.Read<SettlementOutcome>(Outcome()).Hash());
        answer.Signature.ToArray().ShouldBe(Outcome().Signature.ToArray());
        _after.Facts.ShouldBe(facts);
        _after.Year(Guizhou, Guiyang).Live.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_reversed_one_comes_back_with_its_negative_and_leaves_the_year_as_it_was()
    {
        await Credit(_before);
        await Credit(_after);
        await _before.Admit();
        await _before.Treatment.Desk.Settle("s1", Terms(useAccount: true), null, His);
        var granted = Outcome();
        await _before.Reverse();

        await At(Guizhou).AtHome(Outcome(), Intent(), Reconciliation);

        _after.State(Guizhou, HomeSettlement.Stream(National("s1"))).Outcome!.State.ShouldBe(OutcomeState.Reversed);
        _after.Year(Guizhou, Guiyang).Accumulators.ShouldBe(Accumulators.Empty);
        _after.Year(Guizhou, Guiyang).Restored.Keys.ShouldBe([National("s1")]);
        Account(_after).Account.ShouldBe(new Account(Money.Yuan(900m)));
        _after[Guizhou].Door.Facts(HomeSettlement.Stream(National("s1")).Id).Select(stored => stored.Fact.GetType().Name).ShouldBe(["OriginalAdopted", "SettlementAdopted"]);

        // The older outcome, late: dropped, as everywhere.
        var facts = _after.Facts;
        await At(Guizhou).AtHome(granted, null, Reconciliation);
        _after.Facts.ShouldBe(facts);
    }

    [Fact]
    public async Task A_home_that_lost_only_the_reversal_restores_the_year_then()
    {
        await _before.Admit();
        await _before.Settle();
        await At(Guizhou).AtHome(Outcome(), null, Reconciliation);
        _after.Year(Guizhou, Guiyang).Live.Count.ShouldBe(1);
        await _before.Reverse();

        await At(Guizhou).AtHome(Outcome(), null, Reconciliation);

        _after.Year(Guizhou, Guiyang).Live.ShouldBeEmpty();
        _after.Year(Guizhou, Guiyang).Accumulators.ShouldBe(Accumulators.Empty);
    }

    [Fact]
    public async Task What_was_taken_back_everywhere_can_be_refunded_like_any_other()
    {
        await _before.Admit();
        await _before.Settle();
        await At(Guizhou).AtHome(Outcome(), Intent(), Reconciliation);
        await At(Nation).AtRelay(Outcome(), Reconciliation);
        await At(Hubei).AtTreatment(Outcome(), Intent(), Reconciliation);

        (await _after.Find()).State.Delivered.ShouldBeFalse("the answer to this very question is its delivery");
        var refunded = (await _after.Refund()).State.Outcome!;

        refunded.State.ShouldBe(OutcomeState.Reversed);
        refunded.Negative!.Total.ShouldBe(Money.Yuan(-20_000m));
        _after.Year(Guizhou, Guiyang).Accumulators.ShouldBe(Accumulators.Empty);
        _after.State(Nation, RelaySettlement.Stream(National("s1"))).Outcome!.Number.ShouldBe(2);
    }

    [Fact]
    public async Task Treatment_that_lost_everything_is_rebuilt_and_recognises_id_visit_and_bill()
    {
        await _before.Admit();
        await _before.Settle();
        var outcome = Outcome();

        await At(Hubei).AtTreatment(outcome, Intent(), Reconciliation);

        var rebuilt = _after.State(Hubei, TreatmentSettlement.Stream(National("s1")));
        rebuilt.Outcome!.Hash().ShouldBe(Sealing.Read<SettlementOutcome>(outcome).Hash());
        rebuilt.IsUndelivered.ShouldBeTrue("nobody knows any more whether the institution holds it");
        var facts = _after.Facts;
        await At(Hubei).AtTreatment(outcome, Intent(), Reconciliation);
        _after.Facts.ShouldBe(facts);

        // The hospital registers the visit again and settles under the old id, then the same bill under a new one.
        await _after.Admit();
        (await _after.Settle("s1")).State.Outcome!.Content!.SettlementId.ShouldBe(National("s1"));
        (await _after.Settle("s2")).SettlementId.ShouldBe(National("s1"));
        _after.Hops.ShouldBeEmpty();
        (await Should.ThrowAsync<RefusedException>(() => _after.Settle("s1", "v2"))).Error.Code.ShouldBe("SETTLEMENT_ID_REUSED");
    }

    [Fact]
    public async Task Where_the_visit_is_still_there_its_lines_are_held_again()
    {
        await _before.Admit();
        await _before.Settle();
        await _after.Admit();

        await At(Hubei).AtTreatment(Outcome(), Intent(), Reconciliation);

        _after.State(Hubei, Visits.Visit.Stream(National("v1"))).HeldLines.Keys.Order(StringComparer.Ordinal).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task An_intent_that_is_still_there_is_completed()
    {
        await _before.Admit();
        await _before.Settle();
        await _after.Admit();
        _after.OnRequest = static (_, _, _) => throw Lost;
        await Should.ThrowAsync<RefusedException>(() => _after.Settle());

        await At(Hubei).AtTreatment(Outcome(), null, Reconciliation);

        _after.State(Hubei, TreatmentSettlement.Stream(National("s1"))).Outcome!.State.ShouldBe(OutcomeState.Granted);
    }

    [Fact]
    public async Task Evidence_that_proves_nothing_is_refused_and_stores_nothing()
    {
        await _before.Admit();
        await _before.Settle();
        await _before.Admit("v2");
        await _before.Settle("s2", "v2");
        async Task Refused(string code, Func<Task> work) => (await Should.ThrowAsync<RefusedException>(work)).Error.Code.ShouldBe(code);

        await Refused("SIGNATURE_INVALID", () => At(Guizhou).AtHome(Outcome() with { KeyId = "forged" }, null, Reconciliation));
        await Refused("WRONG_SIGNER", () => At(Guizhou).AtHome(Outcome() with { From = Nation, KeyId = Nation.Code }, null, Reconciliation));
        await Refused("AREA_UNREACHABLE", () => At(Hubei).AtHome(Outcome(), null, Reconciliation));
        await Refused("OUTCOME_CONFLICT", () => At(Guizhou).AtHome(Outcome(), Intent("s2"), Reconciliation));
        await Refused("FIELD_INVALID", () => At(Guizhou).AtHome(Intent(), null, Reconciliation));
        await Refused("SETTLEMENT_PROOF_INCOMPLETE", () => At(Hubei).AtTreatment(Outcome(), null, Reconciliation));
        await Refused("WRONG_SIGNER", () => At(Hubei).AtTreatment(Outcome(), Intent() with { From = Nation, KeyId = Nation.Code }, Reconciliation));
        var old = _before.State(Hubei, TreatmentSettlement.Stream(National("s1")));
        await Refused("SETTLEMENT_PROOF_INCOMPLETE", () => At(Guizhou).AtHome(Sealing.Restore(old.OutcomeSeal!, SettlementKinds.Outcome, old.Outcome! with { Drawn = null }), null, Reconciliation));
        _after.Facts.ShouldBe(0);

        // Home ended it otherwise: nobody may choose.
        await _after.Admit();
        _after.Ineligible = static _ => SettlementErrors.ResultChanged.With();
        await _after.Settle();
        await Refused("OUTCOME_CONFLICT", () => At(Guizhou).AtHome(Outcome(), null, Reconciliation));
        await Refused("OUTCOME_CONFLICT", () => At(Hubei).AtTreatment(Outcome(), Intent(), Reconciliation));
        _after.Year(Guizhou, Guiyang).Drawn.ShouldBeEmpty();
    }
}
