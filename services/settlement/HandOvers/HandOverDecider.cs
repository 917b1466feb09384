using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Refunds;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.HandOvers;

/// <summary>
/// Benefit years and accounts move with their area by a fact at both ends: what the one gave away it cannot draw on again, and what the
/// other took over it took once.
/// </summary>
public static class HandOverDecider
{
    /// <summary>At the former host: the new one asks.</summary>
    /// <param name="Request">What for.</param>
    /// <param name="RequestSeal">The new host's signature.</param>
    /// <param name="To">The new host.</param>
    public sealed record HandOver(TakeOverRequest Request, Seal RequestSeal, AdminDivision To);

    public static Decision Decide(HandOver command, BenefitYear year, PersonalAccount account)
    {
        var (request, to) = (command.Request, command.To);
        var given = account.HandedOver.GetValueOrDefault(request.Area.Code);
        // A hand-over from long ago, asked for again when the area has moved on since.
        if (year.HandedOver is { } before && (before.Since != request.Since || before.To != to)) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(request.Area));
        if (given is not null && (given.Since != request.Since || given.To != to)) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(request.Area));
        if (year.TakenOver > request.Since || account.TakenOver.GetValueOrDefault(request.Area.Code) > request.Since) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(request.Area));

        var streams = Streams(request);
        return Appending(
            new Append(streams.Year, year.HandedOver is null ? [new BenefitHandedOver(to, request.Since, command.RequestSeal)] : []),
            new Append(streams.Account, given is null ? [new AccountHandedOver(request.Area, to, request.Since, account.Record(), command.RequestSeal)] : []));
    }

    /// <summary>At the new host: what the former one gave away.</summary>
    /// <param name="Given">Signed by the former host.</param>
    /// <param name="GivenSeal">Its signature.</param>
    /// <param name="From">The former host.</param>
    public sealed record TakeOver(HandedOver Given, Seal GivenSeal, AdminDivision From);

    public static Decision Decide(TakeOver command, BenefitYear year, PersonalAccount account)
    {
        var (request, from) = (command.Given.Request, command.From);
        var streams = Streams(request);
        var known = account.TakenOver.TryGetValue(request.Area.Code, out var since) && since >= request.Since;
        return Appending(
            new Append(streams.Year, year.TakenOver >= request.Since ? [] : [new BenefitTakenOver(from, request.Since, command.Given.Year, command.GivenSeal)]),
            new Append(streams.Account, known ? [] : [new AccountTakenOver(request.Area, from, request.Since, command.Given.Account, command.GivenSeal)]));
    }

    /// <summary>At the new host: a settlement of the former one is taken back. Yes or no is remembered under the negative's id.</summary>
    public static Decision Decide(RestoreRequest request, BenefitYear year, PersonalAccount account)
    {
        if (year.Restored.ContainsKey(request.SettlementId) || year.Denied.ContainsKey(request.NegativeId)) return Decision.Done;
        if (!year.Drawn.ContainsKey(request.SettlementId)) return Decision.Refuse(SettlementErrors.Unknown.With(request.SettlementId));
        var streams = Streams(request);
        if (request.Way == Contracts.Settlements.WayBack.Refund && RefundRules.AtHome(request.SettlementId, request.CareType, year) is { } error)
            return Decision.Accept(streams.Year, new BenefitRestoreDenied(request.SettlementId, request.NegativeId, Contracts.Settlements.Refusal.Of(error)));
        return Appending(
            new Append(streams.Year, year.Restore(request.SettlementId, request.NegativeId)),
            new Append(streams.Account, account.Restore(request.SettlementId, request.NegativeId)));
    }

    public static (StreamKey<BenefitYear> Year, StreamKey<PersonalAccount> Account) Streams(TakeOverRequest request) =>
        (BenefitYear.Stream(request.Area, request.Person.ToString(), request.Insurance, request.Year), PersonalAccount.Stream(request.Person.ToString()));

    public static (StreamKey<BenefitYear> Year, StreamKey<PersonalAccount> Account) Streams(RestoreRequest request) =>
        (BenefitYear.Stream(request.Area, request.Person.ToString(), request.Insurance, request.Year), PersonalAccount.Stream(request.Person.ToString()));

    private static Decision Appending(params Append[] appends) =>
        appends.Where(append => append.Facts.Count > 0).ToList() is { Count: > 0 } facts ? new Decision.Accepted(facts) : Decision.Done;
}
