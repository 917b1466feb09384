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
        ?? Deliveries(world)
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

    /// <summary>Drawn once, restored once, and the sums are those of the live contributions.</summary>
    private static string? Money(World world)
    {
        foreach (var node in world.Nodes)
        {
            var outcomes = Settlements(world, "/home").Where(entry => entry.Node == node).Select(entry => State(node, HomeSettlement.Stream(entry.Id))).Where(state => state.Outcome?.Content is not null).ToList();
            foreach (var name in node.Disk.Streams().Where(name => name.StartsWith("benefit-year/", StringComparison.Ordinal)))
            {
                var facts = node.Disk.Facts(name).Select(stored => stored.Fact).ToList();
                var year = facts.Aggregate(BenefitYear.Empty, static (state, fact) => state.Evolve(fact));
                var mine = outcomes.Where(state => HomeDecider.Streams(state.Outcome!.Content!, state.DrawnYear!.Value).Year.Id == name).ToList();
                if (!year.Drawn.Keys.Order(StringComparer.Ordinal).SequenceEqual(mine.Select(state => state.Outcome!.SettlementId).Order(StringComparer.Ordinal))) return $"{name} at {node.Code}: drawn by others than were granted";
                if (!year.Restored.Keys.Order(StringComparer.Ordinal).SequenceEqual(mine.Where(state => state.Outcome!.State == OutcomeState.Reversed).Select(state => state.Outcome!.SettlementId).Order(StringComparer.Ordinal))) return $"{name} at {node.Code}: restored by others than were reversed";
                var live = year.Drawn.Where(drawn => !year.Restored.ContainsKey(drawn.Key)).Aggregate(Accumulators.Empty, static (sum, drawn) => sum.Plus(drawn.Value));
                if (live.Admissions != year.Accumulators.Admissions || !live.Sums.SequenceEqual(year.Accumulators.Sums)) return $"{name} at {node.Code}: the sums are not those of the live contributions";
                if (year.Accumulators.Of(Counters.AnnualCap) > SimulatedCountry.AnnualCap) return $"{name} at {node.Code}: over the annual cap";
                var paid = mine.Where(state => state.Outcome!.State == OutcomeState.Granted).Aggregate(Kernel.Money.Zero, static (sum, state) => sum + state.Outcome!.Content!.Figures.Of(Fund.Pooled));
                if (paid != year.Accumulators.Of(Counters.AnnualCap)) return $"{name} at {node.Code}: the pooled fund paid {paid}, the year says {year.Accumulators.Of(Counters.AnnualCap)}";
            }

            foreach (var person in SimulatedCountry.Persons)
            {
                var account = State(node, PersonalAccount.Stream(person.Key.ToString())).Account.Balance;
                var paid = outcomes.Where(state => state.Outcome!.State == OutcomeState.Granted && state.Outcome.Content!.Person == person.Key)
                    .Aggregate(Kernel.Money.Zero, static (sum, state) => sum + state.Outcome!.Content!.Figures.Of(Fund.PersonalAccount));
                if (account != SimulatedCountry.OpeningBalance - paid) return $"account of {person.Key} at {node.Code}: {account} after paying {paid}";
                if (account.IsNegative) return $"account of {person.Key} at {node.Code}: overdrawn";
            }
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
    private static string? Deliveries(World world)
    {
        foreach (var node in world.Nodes)
        {
            if (node.Rows.Open.Count > 0) return $"{node.Rows.Open.First()} at {node.Code}: open for ever";
            var undelivered = Settlements(world, "/treatment").Where(entry => entry.Node == node && State(node, TreatmentSettlement.Stream(entry.Id)).IsUndelivered).Select(entry => entry.Id).Order(StringComparer.Ordinal);
            if (!undelivered.SequenceEqual(node.Rows.UndeliveredIds)) return $"{node.Code}: the list of undelivered settlements is wrong";
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
        };
    }

    private static IEnumerable<(SimulatedNode Node, string Id)> Settlements(World world, string role) => world.Nodes.SelectMany(node => node.Disk.Streams()
        .Where(name => name.StartsWith("settlement/", StringComparison.Ordinal) && name.EndsWith(role, StringComparison.Ordinal))
        .Select(name => (node, name["settlement/".Length..^role.Length])));

    private static TState State<TState>(SimulatedNode node, StreamKey<TState> stream) where TState : class, IState<TState> => node.Disk.Read(stream).GetAwaiter().GetResult();
}
