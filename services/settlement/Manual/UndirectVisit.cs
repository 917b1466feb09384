using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Details;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Manual;

/// <summary>The visit could not be settled directly; its fees and diagnoses are complete and go to the home place (SET-021, SET-022, INS-015).</summary>
/// <param name="CareUntil">结束时间 (endtime): discharge.</param>
/// <param name="Total">Of all its lines.</param>
/// <param name="ReportedAt">By the treatment place's clock.</param>
public sealed record VisitUndirect(UndirectFault Fault, DateTimeOffset CareUntil, IReadOnlyList<Diagnosis> Diagnoses, Money Total, DateTimeOffset ReportedAt) : IFact;

/// <summary>未直接结算: what the institution reports of a visit that a fault kept from direct settlement.</summary>
public static class UndirectVisit
{
    /// <summary>Most diagnoses of one visit.</summary>
    public const int MostDiagnoses = 50;

    /// <param name="VisitId">Which visit.</param>
    /// <param name="Fault">Without a code: the reason that was known when the visit was registered (FIL-048).</param>
    public sealed record Report(string VisitId, UndirectFault Fault, DateTimeOffset CareUntil, IReadOnlyList<Diagnosis> Diagnoses, DateTimeOffset Now);

    /// <summary>The same report again changes nothing; another one is refused: details that were sent are not sent otherwise.</summary>
    public static Decision Decide(Report command, Visit visit, DetailDuty duty)
    {
        if (visit.Registration is not { } registration) return Decision.Refuse(SettlementErrors.VisitUnknown.With(command.VisitId));
        if (command.Fault.Code.Length == 0 && registration.NotDirect is { } reason) command = command with { Fault = command.Fault with { Code = reason } };
        if (visit.Undirect is { } known)
            return known.Fault == command.Fault && known.CareUntil == command.CareUntil && known.Diagnoses.SequenceEqual(command.Diagnoses) ? Decision.Done : Decision.Refuse(ManualErrors.UndirectDiffers.With(command.VisitId));
        if (visit.Insured is not { } insured) return Decision.Refuse(SettlementErrors.VisitNotInsured.With(command.VisitId));
        if (!UndirectFaults.All.Contains(command.Fault.Code)) return Decision.Refuse(ManualErrors.FaultUnknown.With(command.Fault.Code));
        if (command.Fault.At < registration.CareFrom || command.Fault.At > command.Now) return Decision.Refuse(SystemErrors.FieldInvalid.With("fault_at", "应在开始时间之后、当前时间之前"));
        if (command.CareUntil < registration.CareFrom || command.CareUntil > command.Now) return Decision.Refuse(SystemErrors.FieldInvalid.With("endtime", "应在开始时间之后、当前时间之前"));
        if (command.Diagnoses.Count is 0 or > MostDiagnoses || command.Diagnoses.Count(diagnosis => diagnosis.Main) != 1) return Decision.Refuse(ManualErrors.DiagnosesInvalid);
        if (visit.Settlements.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } settlement) return Decision.Refuse(ManualErrors.VisitHasSettlement.With(command.VisitId, settlement));
        if (visit.Lines.Count == 0) return Decision.Refuse(FeeErrors.NoLines);

        var total = visit.Lines.Values.Aggregate(Money.Zero, static (sum, line) => sum + line.Amount);
        var owed = DetailDuty.Owe(new DetailsPending(FeeDetails.ReferenceOf(command.VisitId), DetailsKind.Undirect, command.VisitId, registration.Institution, registration.TreatmentArea, insured.HomeArea, command.Now.BusinessDate(), null), duty);
        return Decision.Accept([
            new Append(Visit.Stream(command.VisitId), [new VisitUndirect(command.Fault, command.CareUntil, command.Diagnoses, total, command.Now)]),
            .. owed is Decision.Accepted accepted ? accepted.Appends : []]);
    }
}
