using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Statements;

/// <summary>The statement was printed. A second print is a copy and says so (FRM-039).</summary>
/// <param name="PrintId">The institution's own id of this print: the same id again is the same sheet.</param>
public sealed record StatementPrinted(string PrintId, DateTimeOffset At) : IFact;

/// <summary>Which settlements have a statement, and which print is which.</summary>
public static class StatementRules
{
    /// <summary>Only an inpatient settlement that was ever granted has one (004 Art.52).</summary>
    public static Decision Print(string settlementId, string printId, DateTimeOffset now, TreatmentSettlement settlement) =>
        settlement is not { Request: { } request, Outcome.Content: not null } || !request.CareType.StartsWith('2') ? Decision.Refuse(CareErrors.NoStatement.With(settlementId))
        : CopyOf(printId, settlement) is not null ? Decision.Done
        : Decision.Accept(TreatmentSettlement.Stream(settlementId), new StatementPrinted(printId, now));

    /// <summary>0: the original; 1: the first copy, and so on. Null: never printed.</summary>
    public static (int Copy, DateTimeOffset At)? CopyOf(string printId, TreatmentSettlement settlement) =>
        settlement.Prints.FindIndex(print => print.PrintId == printId) is >= 0 and var index ? (index, settlement.Prints[index].At) : null;
}
