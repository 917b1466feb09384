using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.RoundTrip;

/// <summary>
/// What a node does with a message of the round trip that another node handed over: if it hosts the target it answers as home, else it
/// relays. A relay never answers from its own copy: it asks onward, and stores an outcome before passing it back.
/// </summary>
public sealed class NodeDesk(Routes routes, IWriteDoor door, INodeLink link, HomeDesk home, IFaultPoint faults) : INodeHandler
{
    /// <exception cref="RefusedException">Refused here or further on; travels back as it is.</exception>
    public Task<Envelope> Answer(Envelope message, CancellationToken cancellation) =>
        routes.Next(message) is { } next ? Relay(message, next) : home.Answer(message);

    private async Task<Envelope> Relay(Envelope message, AdminDivision next)
    {
        faults.Reached(FaultPoints.RelayBeforeForward);
        var answer = await link.Send(next, routes.Passing(message), CancellationToken.None);
        if (answer.Kind != SettlementKinds.Outcome) return answer;

        var outcome = Sealing.Read<SettlementOutcome>(answer);
        var host = routes.HostOf(outcome.HomeArea, message.Instant);
        if (answer.From != host) throw SettlementErrors.WrongSigner.With(answer.From, host).AsException();
        var stream = RelaySettlement.Stream(outcome.SettlementId);
        faults.Reached(FaultPoints.RelayBeforeStore);
        (await door.Execute(new Command(new Actor($"{answer.From}/settlement", Role.Node, routes.Node, answer.From.Code), outcome.SettlementId, [stream],
            states => RelaySettlement.Store(states.Of(stream), outcome, Sealing.SealOf(answer), routes.Before(message) ?? message.From, next))
            { LikelyNew = outcome.Number == 1 ? [stream] : [] })).OrThrow();
        faults.Reached(FaultPoints.RelayAfterStore);
        return answer;
    }
}

/// <summary>The way from this node to wherever a message is meant for: directly to its own home desk, or to the next neighbour.</summary>
public sealed class Onward(Routes routes, INodeLink link, HomeDesk home)
{
    /// <exception cref="RefusedException">Refused on the way or at home; <c>OUTCOME_UNKNOWN</c> when no definite answer came.</exception>
    public Task<Envelope> Send(Envelope message) =>
        routes.Next(message) is { } next ? link.Send(next, routes.Passing(message), CancellationToken.None) : home.Answer(message);
}
