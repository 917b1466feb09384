using System.Globalization;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.HandOvers;

/// <summary>
/// A pooling area gets another host: before the new host first looks at a benefit year it takes it over from the former one; what the former
/// one decided before stays answered there, and what is taken back of it is restored at the new host. Every message is derived from what it
/// is about, so that a repeat is the same message.
/// </summary>
public sealed class HandOverDesk(Routes routes, IWriteDoor door, Sealing sealing, INodeLink link, TimeProvider time)
{
    /// <summary>How far the clocks of two nodes may differ at a hand-over.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    /// <summary>Takes the year and the account over if the area came from another node and these have not come yet.</summary>
    /// <param name="at">The instant whose registry names this node.</param>
    /// <exception cref="RefusedException"><c>OUTCOME_UNKNOWN</c>: the former host does not answer; nothing may be decided.</exception>
    public async Task TakeOver(AdminDivision area, PersonKey person, InsuranceType insurance, int year, DateTimeOffset at)
    {
        if (routes.CameFrom(area, at) is not { } handOver) return;
        var request = new TakeOverRequest(area, person, insurance, year, handOver.Since);
        var streams = HandOverDecider.Streams(request);
        if ((await door.Read(streams.Year)).TakenOver >= handOver.Since) return;

        var message = sealing.Make(handOver.From, $"{streams.Year.Id}/{Stamp(handOver.Since)}/takeover", routes.Meeting(handOver.From, handOver.Since), SettlementKinds.TakeOver, request);
        var answer = await Send(message, handOver.From, SettlementKinds.HandedOver);
        var given = Sealing.Read<HandedOver>(answer);
        if (given.Request != request) throw SystemErrors.FieldInvalid.With("payload", answer.Kind).AsException();
        (await door.Execute(new Command(Actor(answer), streams.Year.Id, [streams.Year, streams.Account],
            states => HandOverDecider.Decide(new HandOverDecider.TakeOver(given, Sealing.SealOf(answer), answer.From), states.Of(streams.Year), states.Of(streams.Account))))).OrThrow();
    }

    /// <summary>The former host's side: gives year and account away, once, and answers the same for ever.</summary>
    /// <exception cref="RefusedException"><c>WRONG_SIGNER</c>, <c>AREA_UNREACHABLE</c>: not handed over to the signer, or not yet; <c>AREA_HANDED_OVER</c>: it has moved on since.</exception>
    public async Task<Envelope> HandOver(Envelope message)
    {
        var request = Sealing.Read<TakeOverRequest>(message);
        var host = routes.HostOf(request.Area, request.Since);
        if (message.From != host) throw SettlementErrors.WrongSigner.With(message.From, host).AsException();
        if (message.Instant != routes.Meeting(host, request.Since) || routes.CameFrom(request.Area, request.Since, host) is not { } handOver || handOver.Since != request.Since || handOver.From != routes.Node || request.Since > time.GetUtcNow() + ClockDifference)
            throw SettlementErrors.NotRouted.With(request.Area).AsException();
        // It may itself be waiting at whoever hosted the area before this node.
        await TakeOver(request.Area, request.Person, request.Insurance, request.Year, request.Since.AddTicks(-1));
        var streams = HandOverDecider.Streams(request);
        var executed = (await door.Execute(new Command(Actor(message), streams.Year.Id, [streams.Year, streams.Account],
            states => HandOverDecider.Decide(new HandOverDecider.HandOver(request, Sealing.SealOf(message), message.From), states.Of(streams.Year), states.Of(streams.Account))))).OrThrow();
        var given = new HandedOver(request, executed.State(streams.Year).Record(), executed.State(streams.Account).HandedOver[request.Area.Code].Account);
        return sealing.Make(message.From, message.Id + "/answer", message.Instant, SettlementKinds.HandedOver, given);
    }

    /// <summary>The former host's side of a reversal or refund: asks the new host to restore what it took over.</summary>
    /// <exception cref="RefusedException"><c>OUTCOME_UNKNOWN</c>: the new host does not answer; nothing is taken back, whoever asked asks again.</exception>
    public async Task<RestoreAnswer> RestoreThere(MovedTo moved, SettlementContent original, int year, ReversalRequest reversal)
    {
        var request = new RestoreRequest(original.SettlementId, reversal.NegativeId, reversal.Way, original.CareType, original.HomeArea, original.Person, original.Insurance, year, moved.Since);
        return await Ask(moved, request);
    }

    /// <summary>The new host's side: takes over what is not here yet, then restores or says why not.</summary>
    public async Task<Envelope> Restore(Envelope message)
    {
        var request = Sealing.Read<RestoreRequest>(message);
        if (routes.CameFrom(request.Area, request.Since) is not { } handOver || handOver.Since != request.Since || message.Instant != routes.Meeting(handOver.From, request.Since)) throw SettlementErrors.NotRouted.With(request.Area).AsException();
        if (message.From != handOver.From) throw SettlementErrors.WrongSigner.With(message.From, handOver.From).AsException();

        await TakeOver(request.Area, request.Person, request.Insurance, request.Year, request.Since);
        var streams = HandOverDecider.Streams(request);
        MovedTo? moved = null;
        var executed = await door.Execute(new Command(Actor(message), request.SettlementId, [streams.Year, streams.Account], states =>
        {
            var (year, account) = (states.Of(streams.Year), states.Of(streams.Account));
            moved = MovedTo.Of(year, account, request.Area);
            return moved is null ? HandOverDecider.Decide(request, year, account) : Decision.Done;
        }));
        RestoreAnswer answer;
        if (moved is not null)
        {
            // Handed over once more since: further along the same way.
            answer = await Ask(moved, request with { Since = moved.Since });
        }
        else
        {
            var (year, account) = (executed.OrThrow().State(streams.Year), executed.State(streams.Account));
            answer = new RestoreAnswer(request.SettlementId, request.NegativeId, year.Restored.ContainsKey(request.SettlementId) ? null : year.Denied[request.NegativeId], account.Account.Balance);
        }

        return sealing.Make(message.From, message.Id + "/answer", message.Instant, SettlementKinds.Restored, answer);
    }

    private async Task<RestoreAnswer> Ask(MovedTo moved, RestoreRequest request)
    {
        var message = sealing.Make(moved.To, $"{request.NegativeId}/{Stamp(moved.Since)}/restore", routes.Meeting(moved.To, moved.Since), SettlementKinds.Restore, request);
        var answer = Sealing.Read<RestoreAnswer>(await Send(message, moved.To, SettlementKinds.Restored));
        return answer.SettlementId == request.SettlementId && answer.NegativeId == request.NegativeId ? answer : throw SystemErrors.FieldInvalid.With("payload", SettlementKinds.Restored).AsException();
    }

    private async Task<Envelope> Send(Envelope message, AdminDivision host, string kind)
    {
        var next = routes.Next(message) ?? throw SettlementErrors.NotRouted.With(message.To).AsException();
        var answer = await link.Send(next, routes.Passing(message), CancellationToken.None);
        if (answer.From != host) throw SettlementErrors.WrongSigner.With(answer.From, host).AsException();
        return answer.Kind == kind ? answer : throw SystemErrors.FieldInvalid.With("kind", answer.Kind).AsException();
    }

    private Actor Actor(Envelope message) => new($"{message.From}/settlement", Role.Node, routes.Node, message.From.Code);

    private static string Stamp(DateTimeOffset since) => since.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
}

/// <summary>Where a benefit year or an account went.</summary>
public sealed record MovedTo(AdminDivision To, DateTimeOffset Since)
{
    /// <summary>Null while both lie here.</summary>
    public static MovedTo? Of(BenefitYear year, PersonalAccount account, AdminDivision area) =>
        year.HandedOver is { } went ? new MovedTo(went.To, went.Since)
        : account.HandedOver.GetValueOrDefault(area.Code) is { } gone ? new MovedTo(gone.To, gone.Since)
        : null;
}
