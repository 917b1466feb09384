using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Trauma;
using Yibao.Settlement.Verification;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.RoundTrip;

/// <summary>What the treatment place stores: intents, home's outcomes, deliveries. It decides nothing about money.</summary>
public static class TreatmentDecider
{
    /// <summary>The institution asks to settle.</summary>
    /// <param name="SettlementId">Its own id, made unique in the nation.</param>
    /// <param name="VisitId">Which visit.</param>
    /// <param name="Serials">Which lines; empty: all that are unsettled.</param>
    /// <param name="Terms">What else it asked for — discharge, account, quote —, canonical.</param>
    /// <param name="Build">Makes the complete request of the bill; throws what forbids it.</param>
    /// <param name="Sign">Signs the intent with this node's key.</param>
    public sealed record Begin(
        string SettlementId, string VisitId, IReadOnlyList<string> Serials, string Terms, Func<Visit, Bill, SettlementRequest> Build, Func<SettlementRequest, Seal> Sign);

    public static Decision Decide(Begin command, Visit visit, TreatmentSettlement settlement)
    {
        var id = command.SettlementId;
        // Another transaction's id, or an id whose reversal came first.
        if (settlement.Negative is not null) return Decision.Refuse(SettlementErrors.IdReused.With(id));
        if (settlement.WithdrawnUnseen) return Decision.Refuse(SettlementErrors.Withdrawn.With(id));
        // Rebuilt from home's copy: the same visit under the same id is answered with what was rebuilt.
        if (settlement is { AskedHash: null, Request: { } rebuilt }) return rebuilt.VisitId == command.VisitId ? Decision.Done : Decision.Refuse(SettlementErrors.IdReused.With(id));
        if (visit.Registration is null) return Decision.Refuse(SettlementErrors.VisitUnknown.With(command.VisitId));
        // Compared as it was asked: "everything unsettled" stays the same question when more lines have come since.
        var form = new CanonicalForm("asked.v1").Text("visitId", command.VisitId).Text("terms", command.Terms).Number("serials", command.Serials.Count);
        foreach (var serial in command.Serials.Order(StringComparer.Ordinal)) form.Text("serial", serial);
        var asked = form.Hash();
        if (settlement.AskedHash is { } before) return before == asked ? Decision.Done : Decision.Refuse(SettlementErrors.IdReused.With(id));
        try
        {
            var bill = Bill.Of(visit, command.Serials, id);
            if (visit.Insured is null) return Decision.Refuse(SettlementErrors.VisitNotInsured.With(command.VisitId));
            if (visit.SelfPaid) return Decision.Refuse(SettlementErrors.VisitSelfPaid.With(command.VisitId));
            if (TraumaRules.Forbids(visit) is { } uncommitted) return Decision.Refuse(uncommitted);
            if (Elsewhere(command, visit, bill, asked) is { } decided) return decided;

            var request = command.Build(visit, bill);
            if (SplitChecks.Identity1(request.Split) is { } broken) return Decision.Refuse(broken);
            if (request.Categories.Count > 0 && SplitChecks.Categories(request.Split, request.Categories) is { } mismatch) return Decision.Refuse(mismatch);
            return Decision.Accept(
                new Append(Visit.Stream(command.VisitId), [new VisitSettlementStarted(id, bill.Hash, [.. bill.Lines.Select(line => line.Serial)])]),
                new Append(TreatmentSettlement.Stream(id), [new SettlementIntended(request, request.Hash(), asked, command.Sign(request))]));
        }
        catch (RefusedException refused)
        {
            return Decision.Refuse(refused.Error);
        }
    }

    /// <summary>One settlement in progress per visit, a line in at most one live settlement, the same bill answered with its first result.</summary>
    private static Decision? Elsewhere(Begin command, Visit visit, Bill bill, string asked)
    {
        if (visit.Settlements.Values.FirstOrDefault(other => other.BillHash == bill.Hash && !other.Withdrawing) is { } same)
            return Decision.Accept(TreatmentSettlement.Stream(command.SettlementId), new SameBillRecognised(same.SettlementId, asked));
        if (visit.Settlements.Values.FirstOrDefault(other => other.InProgress || other.Withdrawing) is { } busy)
            return Decision.Refuse(SettlementErrors.VisitBusy.With(command.VisitId, busy.SettlementId));
        return bill.Lines.FirstOrDefault(line => visit.HeldLines.ContainsKey(line.Serial)) is { } held
            ? Decision.Refuse(SettlementErrors.LineSettled.With(held.Serial, visit.HeldLines[held.Serial]))
            : null;
    }

    /// <summary>Home's outcome arrived: stored only if its number is higher than the one there is.</summary>
    public sealed record Receive(SettlementOutcome Outcome, Seal OutcomeSeal);

    public static Decision Decide(Receive command, TreatmentSettlement settlement, Visit visit)
    {
        var outcome = command.Outcome;
        if (settlement.Request is not { } request) return Decision.Refuse(SettlementErrors.Unknown.With(outcome.SettlementId));
        if (Conflicts(outcome, settlement, request)) return Decision.Refuse(SettlementErrors.OutcomeConflict.With(outcome.SettlementId));
        if (outcome.Number <= (settlement.Outcome?.Number ?? 0)) return Decision.Done;
        if (outcome.Content is { } content && SplitChecks.Identity2(request.Split, content.Figures) is { } broken) return Decision.Refuse(broken);

        // A grant does not end a withdrawal that is under way; everything else does.
        var open = settlement.Withdrawal is not null && outcome.State == OutcomeState.Granted;
        IFact onVisit = outcome.State == OutcomeState.Granted ? new VisitSettlementHeld(request.Id) : new VisitSettlementReleased(request.Id);
        var received = new OutcomeReceived(outcome, command.OutcomeSeal, Delivered: false, open);
        var own = new Append(TreatmentSettlement.Stream(request.Id), outcome is { State: OutcomeState.Reversed, Content: { } original } && settlement.Outcome is null
            ? [new OriginalReceived(original, outcome.DecidedAt), received]
            : [received, .. VerificationRules.After(outcome, request, settlement)]);
        return visit.Settlements.ContainsKey(request.Id)
            ? Decision.Accept(own, new Append(Visit.Stream(request.VisitId), [onVisit]))
            : Decision.Accept(own);
    }

    private static bool Conflicts(SettlementOutcome outcome, TreatmentSettlement settlement, SettlementRequest request) =>
        (outcome.RequestHash is { } hash && hash != settlement.RequestHash)
        || (outcome.Content is { } content && !content.SameAs(request.With(content.Figures, content.PolicyVersion, content.AccumulatorsVersion, settlement.RequestHash!)))
        || (settlement.Outcome is { } known && known.Number == outcome.Number && known.Hash() != outcome.Hash());

    /// <summary>The institution saw the result.</summary>
    public static Decision Deliver(string settlementId, DeliveredBy by, DateTimeOffset now, TreatmentSettlement settlement) =>
        settlement.IsUndelivered ? Decision.Accept(TreatmentSettlement.Stream(settlementId), new SettlementDelivered(by, now)) : Decision.Done;

    /// <summary>The institution confirms what it took from the patient: exactly the result (SET-009).</summary>
    public static Decision Confirm(string settlementId, Kernel.Money cash, DateTimeOffset now, TreatmentSettlement settlement)
    {
        if (settlement.Outcome is not { State: OutcomeState.Granted, Content: { } content } || settlement.Withdrawal is not null)
            return Decision.Refuse(SettlementErrors.NotGranted.With(settlementId));
        if (content.Cash != cash) return Decision.Refuse(SettlementErrors.ResultMismatch.With(cash, content.Cash));
        return settlement.Confirmed ? Decision.Done : Decision.Accept(TreatmentSettlement.Stream(settlementId), new SettlementConfirmed(cash, now));
    }

    /// <summary>申报: only what has its outcome and is known to the institution; whichever is stored first, reversal or declaration, decides.</summary>
    public static Decision Declare(string settlementId, string month, TreatmentSettlement settlement)
    {
        if (settlement.Declared is { } before) return before == month ? Decision.Done : Decision.Refuse(SettlementErrors.NotDeclarable.With(settlementId));
        return settlement.Outcome is { State: OutcomeState.Granted or OutcomeState.Reversed } && !settlement.IsOpen && !settlement.IsUndelivered
            ? Decision.Accept(TreatmentSettlement.Stream(settlementId), new SettlementDeclared(month))
            : Decision.Refuse(SettlementErrors.NotDeclarable.With(settlementId));
    }
}
