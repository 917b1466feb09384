using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Outages;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.Manual;

namespace Yibao.Settlement.RoundTrip;

/// <summary>The home place's steps: asks filing once, decides, stores grant and draws together, signs, answers.</summary>
public sealed class HomeDesk(
    Routes routes, IWriteDoor door, Sealing sealing, HandOverDesk handOvers, IEligibility eligibility, IPolicies policies, TimeProvider time, IFaultPoint faults, IOutages? outages = null)
{
    /// <summary>Answers an intent, a trial or a reversal for an area of this node. Nobody's cancellation stops it.</summary>
    /// <exception cref="RefusedException">Nothing was decided: a forged or malformed message, another content under a known id, filing out of reach.</exception>
    public Task<Envelope> Answer(Envelope message) => message.Kind switch
    {
        SettlementKinds.Intent => Grant(message, Sealing.Read<SettlementRequest>(message)),
        SettlementKinds.Trial => Quote(message, Sealing.Read<SettlementRequest>(message)),
        SettlementKinds.Reversal => Reverse(message, Sealing.Read<ReversalRequest>(message)),
        SettlementKinds.TakeOver => handOvers.HandOver(message),
        SettlementKinds.Restore => handOvers.Restore(message),
        _ => throw SystemErrors.FieldInvalid.With("kind", message.Kind).AsException(),
    };

    private async Task<Envelope> Grant(Envelope message, SettlementRequest request)
    {
        SignedBy(message, request.TreatmentArea, request.Instant);
        Addressed(message, request.HomeArea, request.Instant, request.Instant);
        var hash = request.Hash();
        var streams = HomeDecider.Streams(request);
        var manual = ManualCase.Stream(request.VisitId);
        Eligibility answer;
        PolicyPack? policy;
        try
        {
            // Begun in the outage: decided after it. What was begun before is finished (OPS-002).
            if (outages?.Here(request.Instant, Now()) is { } outage) throw outage.AsException();
            (answer, policy) = await Basis(request);
        }
        catch (Exception)
        {
            // What was decided stays decided, whoever cannot be asked now.
            var known = await door.Read(streams.Settlement);
            if (known.Outcome is not { } outcome) throw;
            return outcome.RequestHash is null || outcome.RequestHash == hash ? Outcome(known) : throw SettlementErrors.IdReused.With(request.Id).AsException();
        }

        faults.Reached(FaultPoints.HomeBeforeCommit);
        Signed? signed = null;
        var command = new HomeDecider.Grant(request, hash, Sealing.SealOf(message), answer, policy, Now(), outcome => (signed = MakeOutcome(outcome)).Seal);
        Task<Executed> Execute() => door.Execute(new Command(Actor(message), request.Id, [streams.Settlement, streams.Year, streams.Account, manual], states =>
            HomeDecider.Decide(command, states.Of(streams.Settlement), states.Of(streams.Year), states.Of(streams.Account), states.VersionOf(streams.Year), states.Of(manual)))
        {
            // Nearly every intent is the first of its id, of a visit that nobody was reimbursed for by hand: the commit finds the few others.
            LikelyNew = [streams.Settlement, manual],
        });
        var executed = await Execute();
        // The constraint's word: the visit was reimbursed by hand a moment ago. Decided once more with that in sight, so that the refusal is stored.
        if (executed.Decision is Decision.Refused { Error: { } error } && error.Definition == ManualErrors.PaidOnce) executed = await Execute();
        faults.Reached(FaultPoints.HomeAfterCommit);
        return Outcome(executed.OrThrow().State(streams.Settlement), signed);
    }

    /// <summary>预结算: the same calculation, nothing stored, no business event anywhere.</summary>
    private async Task<Envelope> Quote(Envelope message, SettlementRequest request)
    {
        SignedBy(message, request.TreatmentArea, request.Instant);
        Addressed(message, request.HomeArea, request.Instant, request.Instant);
        if (outages?.Here(request.Instant, Now()) is { } outage) throw outage.AsException();
        var (answer, policy) = await Basis(request);
        if (answer is Eligibility.Refused refused) throw refused.Error.AsException();
        var eligible = (Eligibility.Granted)answer;
        var streams = HomeDecider.Streams(request);
        var manual = ManualCase.Stream(request.VisitId);
        var breakdown = default(Breakdown);
        var version = 0L;
        (await door.Execute(new Command(Actor(message), request.Id, [streams.Year, streams.Account, manual], states =>
        {
            if (MovedTo.Of(states.Of(streams.Year), states.Of(streams.Account), request.HomeArea) is not null) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(request.HomeArea));
            if (states.Of(manual).Paid is not null) return Decision.Refuse(ManualErrors.AlreadyReimbursed.With(request.VisitId));
            breakdown = BenefitEngine.Adjudicate(policy!, eligible.Standing, states.Of(streams.Year).Accumulators, states.Of(streams.Account).Account, request.Split, eligible.Case);
            version = states.VersionOf(streams.Year);
            return Decision.Done;
        }))).OrThrow();
        var quote = new SettlementQuote(request.VisitId, request.BillHash, breakdown!.Figures, breakdown.PolicyVersion, version, Now()) { Explanation = breakdown.Explained };
        return sealing.Make(request.TreatmentArea, message.Id + "/quote", quote.QuotedAt, SettlementKinds.Quote, quote);
    }

    /// <summary>Everything the decision rests on beside this service's own streams. A transient error decides nothing; any other is home's answer.</summary>
    private async Task<(Eligibility Answer, PolicyPack? Policy)> Basis(SettlementRequest request)
    {
        // Asked for before the area was handed over and not decided then: nothing is decided here any more.
        if (routes.HasLeft(request.HomeArea, request.Instant, Now())) return (new Eligibility.Refused(SettlementErrors.AreaHandedOver.With(request.HomeArea)), null);
        // Whatever keeps the former host from handing over, it is no answer to this request.
        await handOvers.TakeOver(request.HomeArea, request.Person, request.Insurance, request.CareUntil.BusinessDate().Year, request.Instant);
        try
        {
            var answer = await eligibility.Check(request);
            return (answer, answer is Eligibility.Granted ? policies.For(request) : null);
        }
        catch (RefusedException refused) when (!refused.Error.Definition.Transient)
        {
            return (new Eligibility.Refused(refused.Error), null);
        }
    }

    private async Task<Envelope> Reverse(Envelope message, ReversalRequest reversal)
    {
        SignedBy(message, reversal.TreatmentArea, reversal.IntentInstant);
        Addressed(message, reversal.HomeArea, reversal.IntentInstant, reversal.IntentInstant);
        var settlement = HomeSettlement.Stream(reversal.OriginalId);
        var command = new HomeDecider.Reverse(reversal, Sealing.SealOf(message), Now(), Sign, SignDenial(reversal));
        HomeSettlement state;
        MovedTo? moved = null;
        while (true)
        {
            var known = await door.Read(settlement);
            faults.Reached(FaultPoints.HomeBeforeCommit);
            // Which benefit year it drew on stands in the grant. Granted in between: look again.
            if (known.Outcome is { State: OutcomeState.Granted, Content: { } content } && known.DrawnYear is { } year)
            {
                var streams = HomeDecider.Streams(content, year);
                // Restored where they went first: whoever re-drives this until it is answered sees to it that both happen.
                if (moved is not null && !known.Denials.ContainsKey(reversal.NegativeId)) command = command with { There = await handOvers.RestoreThere(moved, content, year, reversal) };
                state = (await door.Execute(new Command(Actor(message), reversal.OriginalId, [streams.Settlement, streams.Year, streams.Account], states =>
                {
                    var (contributions, account) = (states.Of(streams.Year), states.Of(streams.Account));
                    moved = MovedTo.Of(contributions, account, content.HomeArea);
                    return moved is not null && command.There is null ? Decision.Done : HomeDecider.Decide(command, states.Of(streams.Settlement), contributions, account);
                }))).OrThrow().State(settlement);
                if (moved is null || command.There is not null || state.Outcome is not { State: OutcomeState.Granted } || state.Denials.ContainsKey(reversal.NegativeId)) break;
                continue;
            }

            var granted = false;
            var executed = await door.Execute(new Command(Actor(message), reversal.OriginalId, [settlement], states =>
            {
                granted = states.Of(settlement).Outcome is { State: OutcomeState.Granted };
                return granted ? Decision.Done : HomeDecider.Decide(command, states.Of(settlement), null, null);
            }));
            state = executed.OrThrow().State(settlement);
            if (!granted) break;
        }

        faults.Reached(FaultPoints.HomeAfterCommit);
        return state.Outcome is { State: OutcomeState.Granted } && state.Denials.TryGetValue(reversal.NegativeId, out var denied)
            ? Sealing.Restore(denied.Seal, SettlementKinds.Denial, denied.Denial)
            : Outcome(state);
    }

    private static Envelope Outcome(HomeSettlement state, Signed? signed = null) => Sealing.Restore(state.OutcomeSeal!, SettlementKinds.Outcome, state.Outcome!, signed);

    private Seal Sign(SettlementOutcome outcome) => MakeOutcome(outcome).Seal;

    private Signed MakeOutcome(SettlementOutcome outcome) => sealing.Sign(outcome.TreatmentArea, Sealing.OutcomeId(outcome), outcome.DecidedAt, SettlementKinds.Outcome, outcome);

    private Func<ReversalDenial, Seal> SignDenial(ReversalRequest reversal) =>
        denial => sealing.Seal(reversal.TreatmentArea, Sealing.DenialId(denial.NegativeId), denial.DecidedAt, SettlementKinds.Denial, denial);

    /// <summary>Only the treatment place's node speaks for it.</summary>
    private void SignedBy(Envelope message, AdminDivision area, DateTimeOffset at)
    {
        var host = routes.HostOf(area, at);
        if (message.From != host) throw SettlementErrors.WrongSigner.With(message.From, host).AsException();
    }

    /// <summary>The envelope says the same as what it carries: it was routed by what is decided.</summary>
    private void Addressed(Envelope message, AdminDivision home, DateTimeOffset at, DateTimeOffset intent)
    {
        if (message.To != home || message.Instant != at) throw SystemErrors.FieldInvalid.With("envelope", "to, instant").AsException();
        if (routes.HostOf(home, intent) != routes.Node) throw SettlementErrors.NotRouted.With(home).AsException();
    }

    private Actor Actor(Envelope message) => new($"{message.From}/settlement", Role.Node, routes.Node, message.From.Code);

    private DateTimeOffset Now() => Sealing.Truncate(time.GetUtcNow());
}
