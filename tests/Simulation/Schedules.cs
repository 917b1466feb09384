using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;
using Yibao.Simulation;

namespace Yibao.Simulation.Tests;

/// <summary>Thousands of hostile schedules; and proof that a broken rule would be noticed.</summary>
public sealed class Schedules
{
    [Fact]
    public void Every_schedule_ends_with_all_nodes_agreeing()
    {
        var (last, ran, tally) = Simulator.RunMany(from: 1, count: Count);
        last.Failure.ShouldBeNull($"seed {last.Seed}:\n{string.Join('\n', last.Trace)}");
        ran.ShouldBe(Count);
        // A simulator that never gets into trouble proves nothing.
        foreach (var seen in (long[])[tally.Granted, tally.Refused, tally.Tombstoned, tally.Reversed, tally.SameBill, tally.Undelivered, tally.Denied, tally.HandedOver, tally.RestoredThere, tally.RefusedHandedOver]) seen.ShouldBeGreaterThan(Count / 300);
        tally.Crashes.ShouldBeGreaterThan(Count / 3);
    }

    [Fact]
    public void A_seed_is_the_same_schedule_every_time()
    {
        var options = new SimulationOptions { Trace = true };
        foreach (var seed in (ulong[])[3, 77, 4_242])
        {
            var (first, second) = (Simulator.Run(seed, options), Simulator.Run(seed, options));
            first.Trace.Count.ShouldBeGreaterThan(5);
            second.Trace.ShouldBe(first.Trace);
            second.Events.ShouldBe(first.Events);
        }
    }

    [Fact]
    public void A_relay_without_the_check_of_numbers_is_found_out() =>
        Caught((key, state) => state is RelaySettlement ? RelaySettlement.Empty : state);

    [Fact]
    public void A_home_that_forgets_its_tombstones_is_found_out() =>
        Caught((key, state) => state is HomeSettlement { Outcome.State: Contracts.Settlements.OutcomeState.Tombstoned } ? HomeSettlement.Empty : state);

    [Fact]
    public void A_home_that_grants_the_same_id_twice_is_found_out() =>
        Caught((key, state) => state is HomeSettlement { Outcome.State: Contracts.Settlements.OutcomeState.Granted } ? HomeSettlement.Empty : state);

    [Fact]
    public void A_visit_that_does_not_recognise_its_bill_is_found_out() =>
        Caught((key, state) => state is Visit { Settlements.Count: > 0 } visit ? Visit.Empty.Evolve(new VisitRegistered(visit.Registration!, visit.Insured)).Evolve(new FeesUploaded([.. visit.Lines.Values])) : state);

    [Fact]
    public void Accumulators_that_are_forgotten_are_found_out() =>
        Caught((key, state) => state is BenefitYear ? BenefitYear.Empty : state);

    [Fact]
    public void A_host_that_forgets_what_it_handed_over_is_found_out() => Caught((key, state) => state switch
    {
        BenefitYear { HandedOver: { } given } year => BenefitYear.Empty.Evolve(new BenefitTakenOver(given.To, given.Since, year.Record(), given.RequestSeal)),
        PersonalAccount { HandedOver.IsEmpty: false } account => account.HandedOver.Values.Aggregate(account, (now, given) => now.Evolve(new AccountTakenOver(given.Area, given.To, given.Since, given.Account, given.RequestSeal))),
        _ => state,
    });

    [Fact]
    public void A_new_host_that_takes_nothing_over_is_found_out() => Caught((key, state) =>
        state is BenefitYear { HandedOver: null, TakenOver: null, Drawn.IsEmpty: true } ? new BenefitYear { TakenOver = DateTimeOffset.MaxValue } : state);

    /// <summary>CI runs some thousand; <c>simulate</c> as many as one likes.</summary>
    private const long Count = 3_000;

    private static void Caught(Func<Kernel.Deciding.StreamKey, object, object> sabotage)
    {
        var (last, _, _) = Simulator.RunMany(from: 1, count: 3_000, options: new SimulationOptions { Sabotage = sabotage });
        last.Failure.ShouldNotBeNull();
        last.Trace.ShouldNotBeEmpty();
    }
}
