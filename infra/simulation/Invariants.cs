using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Simulation;

/// <summary>What must hold when the schedule is over and everything has healed, whatever happened before.</summary>
internal static class Invariants
{
    public static string? Broken(World world, HospitalRecord record) =>
        world.Bugs.FirstOrDefault()
        ?? Agreement(world)
        ?? Histories(world)
        ?? Money(world)
        ?? Bills(world, record)
        ?? Deliveries(world, record)
        ?? Promises(world, record);

    /// <summary>Every node on a path holds the same outcome, and nothing is left open.</summary>
    private static string? Agreement(World world)
    {
        foreach (var (node, id) in Settlements(world, "/treatment"))
        {
            var own = State(node, TreatmentSettlement.Stream(id));
            if (own.Request is not { } request) continue;
            if (own.Outcome is not { } outcome) return $"{id}: no outcome at treatment";
            if (own.Withdrawal is not null) return $"{id}: a withdrawal without an end";
            var map = SimulatedCountry.Registry.At(request.Instant);
            var path = map.PathBetween(node.Code, request.HomeArea);
            var home = State(world.Node(map.HostOf(request.HomeArea)), HomeSettlement.Stream(id));
            if (home.Outcome?.Hash() != outcome.Hash()) return $"{id}: treatment has {outcome.Number} {outcome.State}, home {home.Outcome?.Number} {home.Outcome?.State}";
            foreach (var code in path.Skip(1).SkipLast(1))
            {
                var relay = State(world.Node(code), RelaySettlement.Stream(id)).Outcome;
                if (relay?.Hash() != outcome.Hash()) return $"{id}: treatment has {outcome.Number} {outcome.State}, relay {code} {relay?.Number} {relay?.State}";
            }

            if (outcome.Content is { } content && !(content.Figures.Holds && content.Split.Holds && content.Total == content.Split.Total)) return $"{id}: the sums do not hold";
            if (outcome is { Negative: { } negative, Content: { } original } && (negative.Total != -original.Total || negative.FundTotal != -original.FundTotal || negative.Cash != -original.Cash || !negative.Figures.Holds))
                return $"{id}: the negative is not the original's";
        }

        foreach (var (node, id) in Settlements(world, "/home"))
        {
            // Home may hold a tombstone or a grant that treatment knows; never one that it does not.
            var home = State(node, HomeSettlement.Stream(id)).Outcome;
            if (home is null) continue;
            var treatment = world.Nodes.Select(other => State(other, TreatmentSettlement.Stream(id))).SingleOrDefault(state => state.Request is not null);
            if (treatment is null) return $"{id}: {home.State} at home, unknown at treatment";
        }

        return null;
    }

    /// <summary>Numbers only rise and a final state is final, fact by fact.</summary>
    private static string? Histories(World world)
    {
        foreach (var node in world.Nodes)
        {
            foreach (var stream in node.Disk.Streams().Where(name => name.StartsWith("settlement/", StringComparison.Ordinal)))
            {
                SettlementOutcome? last = null;
                foreach (var stored in node.Disk.Facts(stream))
                {
                    var outcome = stored.Fact switch
                    {
                        SettlementGranted granted => granted.Outcome,
                        SettlementRefused refused => refused.Outcome,
                        SettlementTombstoned tombstoned => tombstoned.Outcome,
                        SettlementReversed reversed => reversed.Outcome,
                        OutcomeReceived received => received.Outcome,
                        OutcomeRelayed relayed => relayed.Outcome,
                        _ => null,
                    };
                    if (outcome is null) continue;
                    if (last is not null && (outcome.Number <= last.Number || last.State != OutcomeState.Granted)) return $"{stream} at {node.Code}: {last.Number} {last.State} became {outcome.Number} {outcome.State}";
                    last = outcome;
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Drawn once, restored once, and the sums are those of the live contributions: over all hosts of an area, for years and accounts go along
    /// when it is handed over. Where they went from, nothing moves them any more.
    /// </summary>
    private static string? Money(World world)
    {
        var outcomes = Settlements(world, "/home").Select(entry => (entry.Node, State: State(entry.Node, HomeSettlement.Stream(entry.Id)))).Where(entry => entry.State.Outcome?.Content is not null).ToList();
        foreach (var name in world.Nodes.SelectMany(node => node.Disk.Streams()).Where(name => name.StartsWith("benefit-year/", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal))
        {
            var years = world.Nodes.Select(node => (Node: node, Facts: node.Disk.Facts(name).Select(stored => stored.Fact).ToList())).Where(entry => entry.Facts.Count > 0)
                .Select(entry => (entry.Node, entry.Facts, Year: entry.Facts.Aggregate(BenefitYear.Empty, static (state, fact) => state.Evolve(fact)))).ToList();
            var mine = outcomes.Where(entry => HomeDecider.Streams(entry.State.Outcome!.Content!, entry.State.DrawnYear!.Value).Year.Id == name).ToList();
            foreach (var (node, facts, year) in years)
            {
                var live = year.Drawn.Where(drawn => !year.Restored.ContainsKey(drawn.Key)).Aggregate(Accumulators.Empty, static (sum, drawn) => sum.Plus(drawn.Value));
                if (live.Admissions != year.Accumulators.Admissions || !live.Sums.SequenceEqual(year.Accumulators.Sums)) return $"{name} at {node.Code}: the sums are not those of the live contributions";
                if (year.Accumulators.Of(Counters.AnnualCap) > SimulatedCountry.AnnualCap) return $"{name} at {node.Code}: over the annual cap";
                if (year.HandedOver is not null && facts[^1] is not BenefitHandedOver) return $"{name} at {node.Code}: moved after it was handed over";
                if (facts.OfType<BenefitHandedOver>().Count() > 1 || facts.OfType<BenefitTakenOver>().Count() > 1) return $"{name} at {node.Code}: handed over twice";
                if (!facts.OfType<BenefitDrawn>().Select(drawn => drawn.SettlementId).Order(StringComparer.Ordinal).SequenceEqual(mine.Where(entry => entry.Node == node).Select(entry => entry.State.Outcome!.SettlementId).Order(StringComparer.Ordinal)))
                    return $"{name} at {node.Code}: drawn by others than were granted";
            }

            var here = years.Where(entry => entry.Year.HandedOver is null).ToList();
            // Given away, and the new host has not stored it yet: it asks again before it decides anything.
            var current = here.Count switch { 0 => years.Single(), 1 => here[0], _ => default };
            if (current.Year is not { } now) return $"{name}: kept at {string.Join(" and ", here.Select(entry => entry.Node.Code))}";
            if (!now.Drawn.Keys.Order(StringComparer.Ordinal).SequenceEqual(mine.Select(entry => entry.State.Outcome!.SettlementId).Order(StringComparer.Ordinal))) return $"{name} at {current.Node.Code}: drawn by others than were granted";
            if (!now.Restored.Keys.Order(StringComparer.Ordinal).SequenceEqual(mine.Where(entry => entry.State.Outcome!.State == OutcomeState.Reversed).Select(entry => entry.State.Outcome!.SettlementId).Order(StringComparer.Ordinal)))
                return $"{name} at {current.Node.Code}: restored by others than were reversed";
            var paid = mine.Where(entry => entry.State.Outcome!.State == OutcomeState.Granted).Aggregate(Kernel.Money.Zero, static (sum, entry) => sum + entry.State.Outcome!.Content!.Figures.Of(Fund.Pooled));
            if (paid != now.Accumulators.Of(Counters.AnnualCap)) return $"{name} at {current.Node.Code}: the pooled fund paid {paid}, the year says {now.Accumulators.Of(Counters.AnnualCap)}";
        }

        foreach (var person in SimulatedCountry.Persons)
        {
            var accounts = world.Nodes.Select(node => State(node, PersonalAccount.Stream(person.Key.ToString()))).ToList();
            if (accounts.Any(account => account.Account.Balance.IsNegative)) return $"account of {person.Key}: overdrawn";
            // On its way while one gave it and the other has not stored it: it is in the record that will be answered again.
            var given = accounts.SelectMany(account => account.HandedOver.Values).SingleOrDefault();
            var underWay = given is not null && !accounts.Any(account => account.TakenOver.ContainsKey(given.Area.Code)) ? given.Account.Balance : Kernel.Money.Zero;
            var balance = accounts.Aggregate(underWay, static (sum, account) => sum + account.Account.Balance);
            var paid = outcomes.Where(entry => entry.State.Outcome!.State == OutcomeState.Granted && entry.State.Outcome.Content!.Person == person.Key)
                .Aggregate(Kernel.Money.Zero, static (sum, entry) => sum + entry.State.Outcome!.Content!.Figures.Of(Fund.PersonalAccount));
            if (balance != SimulatedCountry.OpeningBalance - paid) return $"account of {person.Key}: {balance} after paying {paid}";
        }

        return null;
    }

    /// <summary>One live settlement per bill.</summary>
    private static string? Bills(World world, HospitalRecord record)
    {
        var granted = Settlements(world, "/treatment").Select(entry => State(entry.Node, TreatmentSettlement.Stream(entry.Id)))
            .Where(state => state.Outcome is { State: OutcomeState.Granted }).ToLookup(state => state.Request!.VisitId, StringComparer.Ordinal);
        foreach (var visitId in record.VisitIds)
        {
            if (granted[visitId].Count() > 1) return $"{visitId}: {granted[visitId].Count()} live settlements of one bill";
            var visit = world.Nodes.Select(node => State(node, Visit.Stream(visitId))).SingleOrDefault(state => state.Registration is not null);
            if (visit is null) continue;
            if (visit.Settlements.Count != granted[visitId].Count() || visit.Settlements.Values.Any(settlement => settlement.InProgress || settlement.Withdrawing)) return $"{visitId}: the visit holds other settlements than are live";
        }

        return null;
    }

    /// <summary>Rows say what the streams say.</summary>
    private static string? Deliveries(World world, HospitalRecord record)
    {
        foreach (var node in world.Nodes)
        {
            if (node.Rows.Open.Count > 0) return $"{node.Rows.Open.First()} at {node.Code}: open for ever";
            var undelivered = Settlements(world, "/treatment").Where(entry => entry.Node == node && State(node, TreatmentSettlement.Stream(entry.Id)).IsUndelivered).Select(entry => entry.Id).Order(StringComparer.Ordinal);
            if (!undelivered.SequenceEqual(node.Rows.UndeliveredIds)) return $"{node.Code}: the list of undelivered settlements is wrong";
            foreach (var (_, id) in Settlements(world, "/treatment").Where(entry => entry.Node == node))
            {
                if (State(node, TreatmentSettlement.Stream(id)) is { Delivered: true } && !record.Replied.Contains(id)) return $"{id} at {node.Code}: delivered, and no reply ever carried it";
            }
        }

        return null;
    }

    /// <summary>Nothing that an institution was told is lost, and nothing is taken back that it did not ask back.</summary>
    private static string? Promises(World world, HospitalRecord record)
    {
        var states = Settlements(world, "/treatment").ToDictionary(entry => entry.Id, entry => State(entry.Node, TreatmentSettlement.Stream(entry.Id)), StringComparer.Ordinal);
        foreach (var told in record.Told)
        {
            var now = states.GetValueOrDefault(told.SettlementId)?.Outcome;
            var kept = told.State switch
            {
                OutcomeState.Granted => now is { State: OutcomeState.Granted or OutcomeState.Reversed } && now.Content!.Hash() == told.OriginalHash,
                OutcomeState.Reversed => now is { State: OutcomeState.Reversed } && now.Negative!.Hash() == told.NegativeHash,
                _ => now?.State == told.State,
            };
            if (!kept) return $"{told.SettlementId}: the institution was told {told.State}, now it is {now?.State}";
        }

        foreach (var (id, state) in states)
        {
            if (state.Outcome is { State: OutcomeState.Reversed or OutcomeState.Tombstoned } && !record.Withdrawn.Contains(id)) return $"{id}: {state.Outcome.State}, and nobody asked for it";
            if (state.Request is not null && !record.Asked.Contains(id)) return $"{id}: settled, and nobody asked for it";
        }

        return null;
    }

    public static SimulationTally Tally(World world)
    {
        var states = Settlements(world, "/treatment").Select(entry => State(entry.Node, TreatmentSettlement.Stream(entry.Id))).ToList();
        long Ended(OutcomeState state) => states.LongCount(settlement => settlement.Outcome?.State == state);
        return new SimulationTally
        {
            Granted = Ended(OutcomeState.Granted),
            Refused = Ended(OutcomeState.Refused),
            Tombstoned = Ended(OutcomeState.Tombstoned) + states.LongCount(static settlement => settlement.WithdrawnUnseen),
            Reversed = Ended(OutcomeState.Reversed),
            Denied = states.Sum(static settlement => (long)settlement.Denials.Count),
            SameBill = states.LongCount(static settlement => settlement.FirstId is not null),
            Undelivered = states.LongCount(static settlement => settlement.IsUndelivered),
            Crashes = world.Crashes,
            HandedOver = world.Nodes.Sum(static node => node.Disk.Streams().LongCount(name => name.StartsWith("benefit-year/", StringComparison.Ordinal) && node.Disk.Facts(name).Any(stored => stored.Fact is BenefitTakenOver { Year.Drawn.Count: > 0 }))),
            RestoredThere = world.Nodes.Sum(static node => node.Disk.Streams().Where(name => name.StartsWith("benefit-year/", StringComparison.Ordinal))
                .Sum(name => node.Disk.Facts(name).Select(stored => stored.Fact).SkipWhile(fact => fact is not BenefitTakenOver).OfType<BenefitRestored>()
                    .LongCount(restored => State(node, HomeSettlement.Stream(restored.SettlementId)).Outcome is null))),
            RefusedHandedOver = states.LongCount(static settlement => settlement.Outcome?.Refusal?.Code == "AREA_HANDED_OVER"),
        };
    }

    private static IEnumerable<(SimulatedNode Node, string Id)> Settlements(World world, string role) => world.Nodes.SelectMany(node => node.Disk.Streams()
        .Where(name => name.StartsWith("settlement/", StringComparison.Ordinal) && name.EndsWith(role, StringComparison.Ordinal))
        .Select(name => (node, name["settlement/".Length..^role.Length])));

    private static TState State<TState>(SimulatedNode node, StreamKey<TState> stream) where TState : class, IState<TState> => node.Disk.Read(stream).GetAwaiter().GetResult();
}
