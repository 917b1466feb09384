using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Details;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.RoundTrip;

/// <summary>Reconciliation's repairs: checks whose signatures the evidence carries, then stores it where it is missing. A repeat changes nothing.</summary>
public sealed class Adoption(Routes routes, IWriteDoor door, Sealing sealing, TreatmentDesk desk, DirectDetails? details = null)
{
    /// <summary>Completes an intent with home's outcome; where the intent is lost too, rebuilds both from what home kept.</summary>
    /// <exception cref="RefusedException"><c>SIGNATURE_INVALID</c>, <c>WRONG_SIGNER</c>, <c>OUTCOME_CONFLICT</c>, <c>SETTLEMENT_PROOF_INCOMPLETE</c>.</exception>
    /// <returns>Which settlement.</returns>
    public async Task<string> AtTreatment(Envelope signedOutcome, Envelope? signedIntent, Actor actor)
    {
        var outcome = Outcome(signedOutcome);
        var own = TreatmentSettlement.Stream(outcome.SettlementId);
        if ((await door.Read(own)).Request is { } asked)
        {
            await desk.Store(signedOutcome, asked);
            return outcome.SettlementId;
        }

        if (signedIntent is null) throw SettlementErrors.ProofIncomplete.With(outcome.SettlementId).AsException();
        var request = Intent(signedIntent, outcome);
        if (routes.HostOf(request.TreatmentArea, request.Instant) != routes.Node) throw SettlementErrors.NotRouted.With(request.TreatmentArea).AsException();
        var visit = Visit.Stream(request.VisitId);
        var command = new Adopting.AtTreatment(outcome, Sealing.SealOf(signedOutcome), request, Sealing.SealOf(signedIntent));
        (await door.Execute(details?.StreamOf(request) is { } duty
            ? new Command(actor, outcome.SettlementId, [own, visit, duty], states => details.Along(Adopting.Decide(command, states.Of(own), states.Of(visit)), duty, states.Of(duty)))
            : new Command(actor, outcome.SettlementId, [own, visit], states => Adopting.Decide(command, states.Of(own), states.Of(visit))))).OrThrow();
        return outcome.SettlementId;
    }

    /// <summary>A relay catches up.</summary>
    /// <exception cref="RefusedException">As <see cref="AtTreatment"/>.</exception>
    public async Task<string> AtRelay(Envelope signedOutcome, Actor actor)
    {
        var outcome = Outcome(signedOutcome);
        var at = InstantOf(outcome);
        var stream = RelaySettlement.Stream(outcome.SettlementId);
        var (treatment, home) = (Neighbour(outcome.TreatmentArea, at), Neighbour(outcome.HomeArea, at));
        (await door.Execute(new Command(actor, outcome.SettlementId, [stream],
            states => RelaySettlement.Store(states.Of(stream), outcome, Sealing.SealOf(signedOutcome), treatment, home)))).OrThrow();
        return outcome.SettlementId;
    }

    /// <summary>Home takes back what it had signed itself, with its draws on benefit year and account.</summary>
    /// <exception cref="RefusedException">As <see cref="AtTreatment"/>.</exception>
    public async Task<string> AtHome(Envelope signedOutcome, Envelope? signedIntent, Actor actor)
    {
        var outcome = Outcome(signedOutcome);
        if (signedOutcome.From != routes.Node) throw SettlementErrors.NotRouted.With(outcome.HomeArea).AsException();
        var request = signedIntent is null || outcome.RequestHash is null ? null : Intent(signedIntent, outcome);
        var command = new Adopting.AtHome(outcome, Sealing.SealOf(signedOutcome), request, request is null ? null : Sealing.SealOf(signedIntent!));
        var own = HomeSettlement.Stream(outcome.SettlementId);
        if (outcome is { Content: { } content, Drawn: { } drawn })
        {
            var streams = HomeDecider.Streams(content, drawn.Year);
            (await door.Execute(new Command(actor, outcome.SettlementId, [streams.Settlement, streams.Year, streams.Account], states =>
                Adopting.Decide(command, states.Of(streams.Settlement), states.Of(streams.Year), states.Of(streams.Account))))).OrThrow();
        }
        else
        {
            (await door.Execute(new Command(actor, outcome.SettlementId, [own], states => Adopting.Decide(command, states.Of(own), null, null)))).OrThrow();
        }

        return outcome.SettlementId;
    }

    /// <summary>Only the node that hosted the home place then speaks for it.</summary>
    private SettlementOutcome Outcome(Envelope envelope)
    {
        sealing.Verify(envelope);
        if (envelope.Kind != SettlementKinds.Outcome) throw SystemErrors.FieldInvalid.With("kind", envelope.Kind).AsException();
        var outcome = Sealing.Read<SettlementOutcome>(envelope);
        var host = routes.HostOf(outcome.HomeArea, InstantOf(outcome));
        return envelope.From == host ? outcome : throw SettlementErrors.WrongSigner.With(envelope.From, host).AsException();
    }

    /// <summary>The intent that this outcome answers, signed by its treatment place.</summary>
    private SettlementRequest Intent(Envelope envelope, SettlementOutcome outcome)
    {
        sealing.Verify(envelope);
        if (envelope.Kind != SettlementKinds.Intent) throw SystemErrors.FieldInvalid.With("kind", envelope.Kind).AsException();
        var request = Sealing.Read<SettlementRequest>(envelope);
        var host = routes.HostOf(request.TreatmentArea, request.Instant);
        if (envelope.From != host) throw SettlementErrors.WrongSigner.With(envelope.From, host).AsException();
        return request.Id == outcome.SettlementId && request.Hash() == outcome.RequestHash ? request : throw SettlementErrors.OutcomeConflict.With(outcome.SettlementId).AsException();
    }

    private static DateTimeOffset InstantOf(SettlementOutcome outcome) => outcome.Content?.Instant ?? outcome.DecidedAt;

    private AdminDivision Neighbour(AdminDivision area, DateTimeOffset at) => routes.At(at).Route(routes.Node, area, [routes.Node]).NextHop ?? routes.Node;
}
