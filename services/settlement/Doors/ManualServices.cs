using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Booking;
using Yibao.Settlement.Manual;
using Domain = Yibao.Settlement.Manual;
using Wire = Yibao.Contracts.Settlement.V1;

namespace Yibao.Settlement.Doors;

/// <summary>未直接结算, for institutions at the treatment place.</summary>
public sealed class UndirectVisitsService(UndirectDesk desk, BookingDesk bookings, Deliveries deliveries, IDetachedWork detached, ICurrentActor current) : UndirectVisits.UndirectVisitsBase
{
    public override Task<ReportUndirectAnswer> Report(ReportUndirectRequest request, ServerCallContext context) => Report(request, context.CancellationToken);

    internal async Task<ReportUndirectAnswer> Report(ReportUndirectRequest request, CancellationToken cancellation)
    {
        var visitId = SettlementId.Of(SettlementMapping.Id(request.InstitutionCode, "fixmedins_code"), SettlementMapping.Id(request.VisitId, "visit_id"));
        var fault = new UndirectFault(request.FaultCode, SettlementMapping.Instant(request.FaultAt, "fault_at"));
        List<Diagnosis> diagnoses = [.. request.Diagnoses.Select(entry => entry.Code.Length is > 0 and <= 20 && entry.Name.Length is > 0 and <= 100
            ? new Diagnosis(entry.Code, entry.Name, entry.Main)
            : throw SystemErrors.FieldInvalid.With("diag_code", "诊断代码 1–20 位，名称 1–100 位").AsException())];
        var (visit, duty) = await desk.Report(visitId, fault, SettlementMapping.Instant(request.CareUntil, "endtime"), diagnoses, cancellation);
        return new ReportUndirectAnswer { VisitId = visitId, Lines = visit.Lines.Count, TotalFen = visit.Undirect!.Total.Fen, DetailsStatus = duty.Status.ToString() };
    }

    public override async Task<BookAnswer> Book(BookRequest request, ServerCallContext context)
    {
        var (institution, settlement, visit, actor) = (SettlementMapping.Id(request.InstitutionCode, "fixmedins_code"), SettlementMapping.Id(request.SettlementId, "settlement_id"), SettlementMapping.Id(request.VisitId, "visit_id"), current.Actor);
        var (answer, booking) = await detached.Run(_ => bookings.Book(institution, settlement, visit, new Money(request.PaidFen), request.UseAccount, actor, context.CancellationToken), context.CancellationToken);
        return new BookAnswer { Settlement = deliveries.Replying(answer, actor, context).ToWire(), RefundFen = booking.Made?.Refund.Fen ?? 0, Booked = booking.Made is not null };
    }
}

/// <summary>线上手工报销, for the home agency.</summary>
public sealed class ManualReimbursementsService(ManualDesk desk) : ManualReimbursements.ManualReimbursementsBase
{
    public override Task<Wire.ManualCase> Open(ManualCaseRequest request, ServerCallContext context) => Open(request, context.CancellationToken);

    internal async Task<Wire.ManualCase> Open(ManualCaseRequest request, CancellationToken cancellation) => Shown(await desk.Open(Visit(request.VisitId), cancellation));

    public override Task<Wire.ManualCase> Calculate(ManualCaseRequest request, ServerCallContext context) => Calculate(request, context.CancellationToken);

    internal async Task<Wire.ManualCase> Calculate(ManualCaseRequest request, CancellationToken cancellation) => Shown(await desk.Calculate(Visit(request.VisitId), cancellation));

    public override Task<Wire.ManualCase> Pay(ManualCaseRequest request, ServerCallContext context) => Pay(request, context.CancellationToken);

    internal async Task<Wire.ManualCase> Pay(ManualCaseRequest request, CancellationToken cancellation) => Shown(await desk.Pay(Visit(request.VisitId), cancellation));

    public override Task<Wire.ManualCase> Revoke(RevokeManualRequest request, ServerCallContext context) => Revoke(request, context.CancellationToken);

    internal async Task<Wire.ManualCase> Revoke(RevokeManualRequest request, CancellationToken cancellation) => Shown(await desk.Revoke(Visit(request.VisitId), request.Reason, cancellation));

    public override Task<Wire.ManualCase> Get(ManualCaseRequest request, ServerCallContext context) => Get(request, context.CancellationToken);

    internal async Task<Wire.ManualCase> Get(ManualCaseRequest request, CancellationToken cancellation) => Shown(await desk.Get(Visit(request.VisitId), cancellation));

    private static string Visit(string id) => id.Split(':') is [var institution, var own] && SettlementId.IsWellFormed(institution) && SettlementId.IsWellFormed(own)
        ? id
        : throw SystemErrors.FieldInvalid.With("mdtrt_id", "医药机构编号:就诊标识").AsException();

    private static Wire.ManualCase Shown(Domain.ManualCase state)
    {
        var opened = state.Opened!;
        var shown = new Wire.ManualCase
        {
            VisitId = opened.VisitId,
            State = state.Paid is not null ? ManualCaseState.Paid : state.Calculated is not null ? ManualCaseState.Calculated : ManualCaseState.Open,
            HomeArea = opened.HomeArea.Code, TreatmentArea = opened.TreatmentArea.Code, InstitutionCode = opened.Institution, PersonKey = opened.Person.ToString(),
            InsuranceType = ((int)opened.Insurance).ToString(CultureInfo.InvariantCulture), CareType = opened.CareType, CareUntil = Timestamp.FromDateTimeOffset(opened.CareUntil),
            Reason = opened.Reason, FaultAt = Timestamp.FromDateTimeOffset(opened.FaultAt), OpenedAt = Timestamp.FromDateTimeOffset(opened.At), Lines = opened.Lines, TotalFen = opened.Total.Fen,
            PaidAt = state.Paid is { } paid ? Timestamp.FromDateTimeOffset(paid.At) : null,
        };
        if (state.Calculated is not { } calculated) return shown;
        shown.Split = calculated.Split.ToWire();
        shown.Figures = calculated.Figures.ToWire();
        shown.PolicyVersion = calculated.PolicyVersion;
        shown.Explanation = calculated.Explanation.ToWire();
        return shown;
    }
}
