using Yibao.Contracts.Nodes;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Visits;

/// <summary>
/// 实时上传 (INS-010): a visit from outside is at its province's node before the institution has the answer. Where a city has a node of its
/// own, it tells the province in the same exchange; everywhere else the province is the node.
/// </summary>
public sealed class VisitTelling(Routes routes, Sealing sealing, INodeLink link, IWriteDoor door, IHistory history, TimeProvider time) : INodeHandler
{
    public const string Kind = "visit.registered.v1";

    public const string Stored = "visit.stored.v1";

    /// <exception cref="RefusedException">Transient: the province was not reached. The visit stands, and the same registration again tells it again.</exception>
    public async Task Tell(Registration registration, Insured insured, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(registration);
        ArgumentNullException.ThrowIfNull(insured);
        var now = Sealing.Truncate(time.GetUtcNow());
        if (insured.HomeArea == registration.TreatmentArea || Province(routes.At(now)) is not { } province) return;
        var message = sealing.Make(province, Guid.NewGuid().ToString("N"), now, Kind, new VisitTold(registration, insured, routes.Node, now));
        var answer = await Answer(message, cancellation);
        if (answer.From != province) throw SettlementErrors.WrongSigner.With(answer.From, province).AsException();
    }

    public async Task<Envelope> Answer(Envelope message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (routes.Next(message) is { } next) return await link.Send(next, routes.Passing(message), cancellation);
        var told = Sealing.Read<VisitTold>(message);
        var host = routes.HostOf(told.Registration.TreatmentArea, message.Instant);
        if (message.From != host || told.By != host) throw SettlementErrors.WrongSigner.With(message.From, host).AsException();
        var stream = VisitCopy.Stream(told.Registration.VisitId);
        (await door.Execute(new Command(new Actor($"{message.From}/settlement", Role.Node, routes.Node, message.From.Code), told.Registration.VisitId, [stream],
            states => VisitCopy.Decide(told, states.Of(stream))), cancellation)).OrThrow();
        return sealing.Make(message.From, message.Id + "/stored", Sealing.Truncate(time.GetUtcNow()), Stored, new VisitStored(told.Registration.VisitId));
    }

    /// <summary>As this node has it, of its own institutions or told from below; null when it has not heard of it.</summary>
    public async Task<VisitSeen?> Find(string visitId, CancellationToken cancellation)
    {
        var visit = await door.Read(Visit.Stream(visitId), cancellation);
        if (visit.Registration is { } own)
        {
            var registered = (await history.Of(Visit.Stream(visitId).Id, cancellation)).Last(stored => stored.Fact is VisitRegistered).Context.At;
            return new VisitSeen(own, visit.Insured, routes.Node, registered);
        }

        return (await door.Read(VisitCopy.Stream(visitId), cancellation)).Told is { } told ? new VisitSeen(told.Registration, told.Insured, told.By, told.RegisteredAt) : null;
    }

    /// <summary>The node above this one, unless that is the nation.</summary>
    private AdminDivision? Province(NodeMap map) => map.ParentNode(routes.Node) is { } above && above != map.HostOf(map.Root.Code) ? above : null;

    private sealed record VisitStored(string VisitId);
}

/// <summary>A registered visit as an agency sees it.</summary>
/// <param name="By">The node where the institution registered it.</param>
public sealed record VisitSeen(Registration Registration, Insured? Insured, AdminDivision By, DateTimeOffset RegisteredAt);
