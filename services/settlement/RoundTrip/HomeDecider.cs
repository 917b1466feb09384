using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.Manual;
using Yibao.Settlement.Refunds;

namespace Yibao.Settlement.RoundTrip;

/// <summary>Home decides; the others learn. Grant, draw on the benefit year and on the account are one decision.</summary>
public static class HomeDecider
{
    /// <summary>The settlement, the benefit year of the discharge date (SET-014, SET-015) and the account.</summary>
    public static (StreamKey<HomeSettlement> Settlement, StreamKey<BenefitYear> Year, StreamKey<PersonalAccount> Account) Streams(SettlementRequest request) => (
        HomeSettlement.Stream(request.Id),
        BenefitYear.Stream(request.HomeArea, request.Person.ToString(), request.Insurance, request.CareUntil.BusinessDate().Year),
        PersonalAccount.Stream(request.Person.ToString()));

    public static (StreamKey<HomeSettlement> Settlement, StreamKey<BenefitYear> Year, StreamKey<PersonalAccount> Account) Streams(SettlementContent content, int year) => (
        HomeSettlement.Stream(content.SettlementId),
        BenefitYear.Stream(content.HomeArea, content.Person.ToString(), content.Insurance, year),
        PersonalAccount.Stream(content.Person.ToString()));

    /// <summary>An intent arrived.</summary>
    /// <param name="Request">What treatment signed.</param>
    /// <param name="RequestHash">Its canonical hash.</param>
    /// <param name="IntentSeal">Treatment's signature.</param>
    /// <param name="Eligibility">What filing said, as of the instants in the request.</param>
    /// <param name="Policy">The policy in force as of the decisive date; null when not eligible.</param>
    /// <param name="Now">Home's clock.</param>
    /// <param name="Sign">Signs an outcome with home's key.</param>
    public sealed record Grant(
        SettlementRequest Request, string RequestHash, Seal IntentSeal, Eligibility Eligibility, PolicyPack? Policy, DateTimeOffset Now, Func<SettlementOutcome, Seal> Sign);

    /// <param name="manual">The visit's manual reimbursement: once it is paid, nothing else is (SET-022).</param>
    public static Decision Decide(Grant command, HomeSettlement settlement, BenefitYear year, PersonalAccount account, long yearVersion, ManualCase manual)
    {
        var request = command.Request;
        // The same id again is answered with what is stored: a tombstone whatever was asked for, else only the same request.
        if (settlement.Outcome is { } known)
        {
            return known.RequestHash is null || known.RequestHash == command.RequestHash
                ? Decision.Done
                : Decision.Refuse(SettlementErrors.IdReused.With(request.Id));
        }

        // What was handed over cannot be drawn on here again: a new id goes to the new host.
        if (MovedTo.Of(year, account, request.HomeArea) is not null) return Refuse(command, SettlementErrors.AreaHandedOver.With(request.HomeArea), null);
        if (manual.Paid is not null) return Refuse(command, ManualErrors.AlreadyReimbursed.With(request.VisitId), null);
        if (command.Eligibility is Eligibility.Refused ineligible) return Refuse(command, ineligible.Error, null);
        var (standing, facts) = (Eligibility.Granted)command.Eligibility;
        Breakdown breakdown;
        try
        {
            breakdown = BenefitEngine.Adjudicate(command.Policy!, standing, year.Accumulators, account.Account, request.Split, facts);
        }
        catch (RefusedException refused)
        {
            return Refuse(command, refused.Error, null);
        }

        // SET-010: what does not add up is not accepted, whoever computed it.
        if (SplitChecks.Identity2(request.Split, breakdown.Figures) is { } broken) return Refuse(command, broken, null);
        if (request.Quoted is { } quoted && !Quotes.SamePayments(quoted, breakdown.Figures)) return Refuse(command, SettlementErrors.ResultChanged, breakdown.Figures);

        var content = request.With(breakdown.Figures, breakdown.PolicyVersion, yearVersion, command.RequestHash);
        var outcome = new SettlementOutcome(request.Id, 1, OutcomeState.Granted, request.TreatmentArea, request.HomeArea, command.RequestHash, content, null, null, null, command.Now) { Explanation = breakdown.Explained, Drawn = Adopting.Drawn(facts.BenefitYear, breakdown) };
        var streams = Streams(request);
        return Appending(
            new Append(streams.Settlement, [new SettlementGranted(request, command.IntentSeal, standing, facts, outcome, command.Sign(outcome))]),
            new Append(streams.Year, year.Draw(request.Id, breakdown.Draws)),
            new Append(streams.Account, account.Draw(request.Id, breakdown.Account)));
    }

    /// <summary>A reversal or refund arrived.</summary>
    /// <param name="Reversal">What treatment signed.</param>
    /// <param name="ReversalSeal">Treatment's signature.</param>
    /// <param name="Now">Home's clock.</param>
    /// <param name="Sign">Signs an outcome with home's key.</param>
    /// <param name="SignDenial">Signs a denial with home's key.</param>
    public sealed record Reverse(ReversalRequest Reversal, Seal ReversalSeal, DateTimeOffset Now, Func<SettlementOutcome, Seal> Sign, Func<ReversalDenial, Seal> SignDenial)
    {
        /// <summary>What the node said to which benefit year or account went: it has restored them, or denies. Null while they lie here.</summary>
        public RestoreAnswer? There { get; init; }
    }

    /// <param name="year">Null while there is nothing to restore: the settlement was never granted here.</param>
    /// <param name="account">Null like <paramref name="year"/>.</param>
    public static Decision Decide(Reverse command, HomeSettlement settlement, BenefitYear? year, PersonalAccount? account)
    {
        var reversal = command.Reversal;
        var stream = HomeSettlement.Stream(reversal.OriginalId);
        if (settlement.Outcome is not { } known)
        {
            var tombstone = new SettlementOutcome(reversal.OriginalId, 1, OutcomeState.Tombstoned, reversal.TreatmentArea, reversal.HomeArea, null, null, null, null, null, command.Now);
            return Decision.Accept(stream, new SettlementTombstoned(reversal, command.ReversalSeal, tombstone, command.Sign(tombstone)));
        }

        if (known.State != OutcomeState.Granted || settlement.Denials.ContainsKey(reversal.NegativeId)) return Decision.Done;
        if (year is null || account is null) throw new InvalidOperationException("A granted settlement is reversed together with its benefit year and account.");

        var original = known.Content!;
        var moved = MovedTo.Of(year, account, original.HomeArea) is not null;
        if (moved && command.There is null) throw new InvalidOperationException("A benefit year that was handed over is restored where it went, before the settlement is reversed.");
        var denied = moved ? command.There!.Denied
            : reversal.Way == WayBack.Refund && RefundRules.AtHome(original.SettlementId, original.CareType, year) is { } error ? Contracts.Settlements.Refusal.Of(error) : null;
        if (denied is not null)
        {
            var denial = new ReversalDenial(reversal.OriginalId, reversal.NegativeId, denied, command.Now);
            return Decision.Accept(stream, new ReversalDenied(reversal, denial, command.SignDenial(denial)));
        }

        var restored = moved ? [] : account.Restore(original.SettlementId, reversal.NegativeId);
        var balance = moved ? command.There!.AccountBalance : restored.Aggregate(account, static (state, fact) => state.Evolve(fact)).Account.Balance;
        var negative = original.Negate(reversal.NegativeId, reversal.BusinessDate, reversal.Instant, balance);
        var outcome = known with { Number = 2, State = OutcomeState.Reversed, Negative = negative, DecidedAt = command.Now };
        var streams = Streams(original, settlement.DrawnYear!.Value);
        return Appending(
            new Append(stream, RefundRules.Correction(original, year) is { } correction
                ? [new SettlementReversed(reversal, command.ReversalSeal, outcome, command.Sign(outcome)), correction]
                : [new SettlementReversed(reversal, command.ReversalSeal, outcome, command.Sign(outcome))]),
            new Append(streams.Year, moved ? [] : year.Restore(original.SettlementId, reversal.NegativeId)),
            new Append(streams.Account, restored));
    }

    private static Decision Refuse(Grant command, Error error, Figures? changed)
    {
        var request = command.Request;
        var outcome = new SettlementOutcome(request.Id, 1, OutcomeState.Refused, request.TreatmentArea, request.HomeArea, command.RequestHash, null, null,
            Contracts.Settlements.Refusal.Of(error), changed, command.Now);
        return Decision.Accept(HomeSettlement.Stream(request.Id), new SettlementRefused(request, command.IntentSeal, outcome, command.Sign(outcome)));
    }

    private static Decision.Accepted Appending(params Append[] appends) => new([.. appends.Where(append => append.Facts.Count > 0)]);
}
