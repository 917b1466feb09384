using Yibao.Clearing.Differences;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Differences;

/// <summary>The repair table of the architecture, row by row, and then every combination there is.</summary>
public sealed class RepairTableTests
{
    private static readonly SettlementContent Content = Settlement("A");
    private static readonly SettlementContent Other = Settlement("A", fund: 12092m);

    private static PartyView Home(PartyState state, SettlementContent? content = null) => Of(Guizhou, PartyRole.Home, state, content);

    private static PartyView Relay(PartyState state, SettlementContent? content = null) => Of(Nation, PartyRole.Relay, state, content);

    private static PartyView Treatment(PartyState state, SettlementContent? content = null) => Of(Hubei, PartyRole.Treatment, state, content);

    private static PartyView Of(Kernel.Places.AdminDivision node, PartyRole role, PartyState state, SettlementContent? content)
    {
        var held = state is PartyState.Granted or PartyState.Reversed ? content ?? Content : null;
        return new PartyView(node, role, state, held, held, held is null ? null : Content, state is PartyState.Intent or PartyState.Nothing or PartyState.Unknown ? PartyState.Unknown : state);
    }

    private static PartyView Unproven(PartyView view) => view with { Proven = null, ProvenState = PartyState.Unknown };

    private static (RepairKind, PartyRole)[] Steps(params PartyView[] parties) => [.. RepairTable.Judge(parties).Steps.Select(s => (s.Kind, s.Role))];

    [Fact]
    public void All_agree() => RepairTable.Judge([Home(PartyState.Granted), Relay(PartyState.Granted), Treatment(PartyState.Granted)]).Agrees.ShouldBeTrue();

    [Fact]
    public void Granted_and_intent_complete() =>
        Steps(Home(PartyState.Granted), Relay(PartyState.Granted), Treatment(PartyState.Intent)).ShouldBe([(RepairKind.Complete, PartyRole.Treatment)]);

    [Fact]
    public void Granted_and_nothing_waits_for_the_operator_and_is_then_rebuilt()
    {
        PartyView[] parties = [Home(PartyState.Granted), Relay(PartyState.Granted), Treatment(PartyState.Nothing)];
        var judged = RepairTable.Judge(parties);
        (judged.Kind, judged.Work, judged.Steps.Count).ShouldBe((DifferenceKind.MissingAtTreatment, WorkReason.RebuildAtTreatment, 0));
        var confirmed = RepairTable.Judge(parties, confirmed: true);
        (confirmed.Work, confirmed.Steps.Single().Kind).ShouldBe((WorkReason.None, RepairKind.Rebuild));
    }

    [Fact]
    public void Nothing_and_intent_drive_again() => Steps(Home(PartyState.Nothing), Treatment(PartyState.Intent)).ShouldBe([(RepairKind.Redrive, PartyRole.Treatment)]);

    [Theory]
    [InlineData(PartyState.Tombstone)]
    [InlineData(PartyState.Refused)]
    public void Ended_at_home_and_intent_end_as_refused(PartyState ended) =>
        Steps(Home(ended), Treatment(PartyState.Intent)).ShouldBe([(RepairKind.EndAsRefused, PartyRole.Treatment)]);

    [Fact]
    public void Home_adopts_its_own_signed_figures() =>
        Steps(Home(PartyState.Nothing), Relay(PartyState.Granted), Treatment(PartyState.Granted)).ShouldBe([(RepairKind.AdoptAtHome, PartyRole.Home)]);

    [Fact]
    public void Without_a_signature_home_adopts_nothing() =>
        RepairTable.Judge([Home(PartyState.Nothing), Unproven(Treatment(PartyState.Granted))]).Work.ShouldBe(WorkReason.NoProof);

    [Fact]
    public void Reversed_at_home_reverses_treatment_and_relays() =>
        Steps(Home(PartyState.Reversed), Relay(PartyState.Granted), Treatment(PartyState.Granted)).ShouldBe([(RepairKind.Reverse, PartyRole.Relay), (RepairKind.Reverse, PartyRole.Treatment)]);

    [Fact]
    public void A_relay_behind_adopts() => Steps(Home(PartyState.Granted), Relay(PartyState.Nothing), Treatment(PartyState.Granted)).ShouldBe([(RepairKind.AdoptAtRelay, PartyRole.Relay)]);

    [Fact]
    public void Signed_figures_win_over_stored_ones() =>
        Steps(Home(PartyState.Granted), Relay(PartyState.Granted), Treatment(PartyState.Granted, Other)).ShouldBe([(RepairKind.AdoptSignedFigures, PartyRole.Treatment)]);

    [Fact]
    public void Two_signatures_of_home_that_contradict_each_other_are_never_decided_by_rule()
    {
        var judged = RepairTable.Judge([Home(PartyState.Granted), Treatment(PartyState.Granted, Other) with { Proven = Other }]);
        (judged.Work, judged.Steps.Count, judged.Kind).ShouldBe((WorkReason.TwoProofs, 0, DifferenceKind.AmountDiff));
    }

    [Fact]
    public void A_grant_that_home_ended_is_never_decided_by_rule() =>
        RepairTable.Judge([Home(PartyState.Tombstone), Treatment(PartyState.Granted)]).Work.ShouldBe(WorkReason.TwoProofs);

    [Fact]
    public void A_book_that_was_not_told_takes_what_the_protocol_stores() =>
        Steps(Home(PartyState.Granted), Treatment(PartyState.Granted) with { Booked = null }).ShouldBe([(RepairKind.Rebook, PartyRole.Treatment)]);

    [Fact]
    public void A_record_nobody_granted_is_voided_only_with_a_confirmation()
    {
        PartyView[] parties = [Home(PartyState.Nothing), Relay(PartyState.Nothing) with { Booked = Content }, Treatment(PartyState.Nothing)];
        (RepairTable.Judge(parties).Work, RepairTable.Judge(parties).Kind).ShouldBe((WorkReason.ExtraRecord, DifferenceKind.ExtraRecord));
        RepairTable.Judge(parties, confirmed: true).Steps.Single().Kind.ShouldBe(RepairKind.VoidEntry);
    }

    /// <summary>Whatever the three hold: a verdict, never a repair without proof that adds or removes money, and carrying the repairs out leads to agreement.</summary>
    [Fact]
    public void Every_combination_has_an_answer_and_carrying_it_out_leads_to_agreement()
    {
        var (combinations, automatic) = (0, 0);
        foreach (var home in Enum.GetValues<PartyState>())
            foreach (var relay in Enum.GetValues<PartyState>())
                foreach (var treatment in Enum.GetValues<PartyState>())
                    for (var proofs = 0; proofs < 8; proofs++)
                        for (var altered = 0; altered < 8; altered++)
                            for (var unbooked = 0; unbooked < 8; unbooked++)
                            {
                                combinations++;
                                PartyView Shape(PartyView view, int bit)
                                {
                                    if ((altered & bit) != 0 && view.Content is not null) view = view with { Content = Other, Booked = Other };
                                    if ((unbooked & bit) != 0) view = view with { Booked = null };
                                    return (proofs & bit) != 0 ? view : Unproven(view);
                                }

                                PartyView[] parties = [Shape(Home(home), 1), Shape(Relay(relay), 2), Shape(Treatment(treatment), 4)];
                                var judged = RepairTable.Judge(parties);
                                if (!judged.Automatic) continue;
                                automatic++;
                                judged.Steps.ShouldAllBe(step => step.Kind == RepairKind.Rebook || step.Kind == RepairKind.Redrive || step.Kind == RepairKind.EndAsRefused || step.ProofFrom != null);
                                if (judged.Steps.Any(s => s.Kind == RepairKind.Redrive)) continue;
                                RepairTable.Judge([.. parties.Select(p => Done(p, judged, parties))]).Agrees.ShouldBeTrue($"{home}/{relay}/{treatment} proofs {proofs} altered {altered} unbooked {unbooked}: {string.Join(' ', judged.Steps)}");
                            }

        combinations.ShouldBe(7 * 7 * 7 * 512);
        automatic.ShouldBeGreaterThan(10_000);
    }

    private static PartyView Done(PartyView party, Judgement judged, PartyView[] all)
    {
        foreach (var step in judged.Steps.Where(s => s.Node == party.Node))
        {
            var prover = all.FirstOrDefault(p => p.Node == step.ProofFrom);
            party = step.Kind switch
            {
                RepairKind.Rebook => party with { Booked = party.Content },
                RepairKind.EndAsRefused => party with { State = PartyState.Refused },
                _ => party with { State = prover!.ProvenState, Content = prover.Proven, Booked = prover.Proven, Proven = prover.Proven, ProvenState = prover.ProvenState },
            };
        }

        return party;
    }
}
