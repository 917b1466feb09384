using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Refunds;

/// <summary>Two ways back, one kind of record: what the treatment place lets through to home.</summary>
public static class WithdrawalDecider
{
    /// <summary>The institution withdraws an outcome it does not hold (冲正), or undoes one it holds (退费).</summary>
    /// <param name="OriginalId">The settlement.</param>
    /// <param name="NegativeId">The negative settlement's own id.</param>
    /// <param name="Way">冲正 or 退费.</param>
    /// <param name="Total">Of a refund: what is given back, when the institution says so; must be all of it.</param>
    /// <param name="Now">The treatment place's clock.</param>
    /// <param name="Sign">Signs the request with this node's key.</param>
    public sealed record Withdraw(string OriginalId, string NegativeId, WayBack Way, Money? Total, DateTimeOffset Now, Func<ReversalRequest, Seal> Sign);

    /// <param name="negative">The stream under the negative's own id.</param>
    /// <param name="visit">Null while there is no intent.</param>
    public static Decision Decide(Withdraw command, TreatmentSettlement settlement, TreatmentSettlement negative, Visit? visit)
    {
        var id = command.OriginalId;
        if (command.NegativeId == id || negative.Request is not null || negative.FirstId is not null || negative.WithdrawnUnseen) return Decision.Refuse(SettlementErrors.IdReused.With(command.NegativeId));
        if (negative.Negative is { } used && (used.OriginalId != id || used.Way != command.Way)) return Decision.Refuse(SettlementErrors.IdReused.With(command.NegativeId));
        if (settlement.Negative is not null) return Decision.Refuse(SettlementErrors.Unknown.With(id));
        if (settlement.FirstId is { } first) return Decision.Refuse(SettlementErrors.RepeatOf.With(id, first));
        if (settlement.Request is not { } request)
        {
            if (command.Way == WayBack.Refund) return Decision.Refuse(SettlementErrors.Unknown.With(id));
            return settlement.WithdrawnUnseen ? Decision.Done : Decision.Accept(TreatmentSettlement.Stream(id), new WithdrawnUnseen(command.NegativeId, command.Now));
        }

        if (Answered(command, settlement) is { } decided) return decided;
        if (command.Way == WayBack.Reversal ? ForbidsReversal(command, settlement, request) is { } error : (error = ForbidsRefund(command, settlement)) is not null) return Decision.Refuse(error);

        var reversal = new ReversalRequest(command.NegativeId, id, command.Way, request.TreatmentArea, request.HomeArea, request.Instant, command.Now.BusinessDate(), command.Now);
        var own = new Append(TreatmentSettlement.Stream(id), [new WithdrawalIntended(reversal, command.Sign(reversal), request.Institution)]);
        var itsId = new Append(TreatmentSettlement.Stream(command.NegativeId), [new NegativeOf(id, command.Way)]);
        return visit?.Settlements.ContainsKey(id) == true
            ? Decision.Accept(own, itsId, new Append(Visit.Stream(request.VisitId), [new VisitWithdrawalStarted(id)]))
            : Decision.Accept(own, itsId);
    }

    /// <summary>What was asked before, or came to its end before.</summary>
    private static Decision? Answered(Withdraw command, TreatmentSettlement settlement)
    {
        if (settlement.Denials.ContainsKey(command.NegativeId)) return Decision.Done;
        if (settlement.Outcome?.Negative is { } taken)
        {
            // Withdrawing what is withdrawn changes nothing; giving back twice is another matter.
            return command.Way == WayBack.Reversal || taken.SettlementId == command.NegativeId ? Decision.Done : Decision.Refuse(SettlementErrors.AlreadyReversed.With(command.OriginalId));
        }

        if (settlement.Outcome is { State: OutcomeState.Refused or OutcomeState.Tombstoned })
            return command.Way == WayBack.Reversal ? Decision.Done : Decision.Refuse(SettlementErrors.NotGranted.With(command.OriginalId));
        if (settlement.Withdrawal is not { } underWay) return null;
        return underWay.NegativeId == command.NegativeId || (command.Way == WayBack.Reversal && underWay.Way == WayBack.Reversal)
            ? Decision.Done
            : Decision.Refuse(SettlementErrors.ReversalInProgress.With(command.OriginalId, underWay.NegativeId));
    }

    /// <summary>冲正: the same business date, undeclared, not confirmed by the institution.</summary>
    private static Error? ForbidsReversal(Withdraw command, TreatmentSettlement settlement, SettlementRequest request) =>
        settlement.Confirmed ? SettlementErrors.ReversalOfConfirmed.With(command.OriginalId)
        : settlement.Declared is not null ? SettlementErrors.ReversalOfDeclared.With(command.OriginalId)
        : command.Now.BusinessDate() != request.BusinessDate ? SettlementErrors.ReversalOtherDay.With(command.OriginalId, request.BusinessDate.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))
        : null;

    /// <summary>退费: what the institution holds, whole, and by the rules of its kind of care.</summary>
    private static Error? ForbidsRefund(Withdraw command, TreatmentSettlement settlement) =>
        settlement.Outcome is not { Content: { } content } ? SettlementErrors.NotGranted.With(command.OriginalId)
        : !settlement.Delivered ? SettlementErrors.RefundUndelivered.With(command.OriginalId)
        : command.Total is { } total && total != content.Total ? SettlementErrors.PartialRefund.With(total, content.Total)
        : RefundRules.AtTreatment(content, settlement.Declared is not null);

    /// <summary>Home denied: the settlement stands.</summary>
    public static Decision Deny(ReversalDenial denial, Seal seal, TreatmentSettlement settlement, Visit visit)
    {
        if (settlement.Withdrawal?.NegativeId != denial.NegativeId) return Decision.Done;
        var own = new Append(TreatmentSettlement.Stream(denial.SettlementId), [new WithdrawalDenied(denial, seal)]);
        return visit.Settlements.ContainsKey(denial.SettlementId)
            ? Decision.Accept(own, new Append(Visit.Stream(settlement.Request!.VisitId), [new VisitWithdrawalEnded(denial.SettlementId)]))
            : Decision.Accept(own);
    }
}
