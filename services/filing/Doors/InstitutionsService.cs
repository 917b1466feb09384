using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Filing.Desks;
using Yibao.Filing.Institutions;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Domain = Yibao.Contracts.Filings;
using StepCase = Yibao.Contracts.Filing.V1.InstitutionRequest.StepOneofCase;

namespace Yibao.Filing.Doors;

/// <summary>定点医药机构, for agencies and for the institutions themselves.</summary>
public sealed class InstitutionsService(InstitutionDesk desk, ICurrentActor current, TimeProvider time) : Contracts.Filing.V1.Institutions.InstitutionsBase
{
    public override async Task<InstitutionReply> Do(InstitutionRequest request, ServerCallContext context) =>
        Reply(await desk.Do(Read(request, current.Actor, time.Now()), context.CancellationToken), time.Now());

    public override async Task<InstitutionReply> Get(GetInstitutionRequest request, ServerCallContext context) =>
        Reply(await desk.Get(request.Code, context.CancellationToken), time.Now());

    public override async Task<InstitutionReply> Look(GetInstitutionRequest request, ServerCallContext context)
    {
        var shown = Reply(await desk.Look(request.Code, context.CancellationToken), time.Now());
        shown.MaintenanceDue.Clear();
        shown.UploadsDue.Clear();
        return shown;
    }

    internal static InstitutionCommand Read(InstitutionRequest r, Actor actor, DateTimeOffset now)
    {
        var code = Desk.Need(r.Code, "code");
        return r.StepCase switch
        {
            StepCase.Apply => new ApplyInstitution(actor, code, Desk.Need(r.Apply.Name, "name"), Desk.Of<InstitutionKind>(r.Apply.Kind, "kind"), r.Apply.Ownership, Desk.Area(r.Apply.Seat, "seat"), Desk.Need(r.Apply.Level, "level"), now),
            StepCase.Accept => new AcceptInstitution(actor, code, now),
            StepCase.Evaluate => new EvaluateInstitution(actor, code, r.Evaluate, now),
            StepCase.Announce => new AnnounceInstitution(actor, code, Desk.Day(r.Announce.From, "from"), Desk.Day(r.Announce.Until, "until"), now),
            StepCase.SignAgreement => new SignAgreement(actor, code, new Agreement(
                Desk.Need(r.SignAgreement.Version, "version"), Desk.Day(r.SignAgreement.ValidFrom, "valid_from"), Desk.DayOrNone(r.SignAgreement.ValidUntil, "valid_until"), [.. r.SignAgreement.Clauses]), now),
            StepCase.OpenService => new OpenService(actor, code, Desk.Of<Domain.Scope>(r.OpenService.Scope, "scope"), r.OpenService.CareType.ToDomain(), Desk.Day(r.OpenService.From, "from"), r.OpenService.Internet, now),
            StepCase.ReportToProvince => new ReportToProvince(actor, code, now),
            StepCase.Select => new SelectForCrossProvince(actor, code, now),
            StepCase.Decide => new DecideCrossProvince(actor, code, now),
            StepCase.PublishFrom => new PublishInstitution(actor, code, r.PublishFrom.ToDateTimeOffset(), now),
            StepCase.Suspend => new SuspendInstitution(actor, code, Desk.Instant(r.Suspend.From, "from"), Desk.Need(r.Suspend.Reason, "reason"), now),
            StepCase.ResumeFrom => new ResumeInstitution(actor, code, r.ResumeFrom.ToDateTimeOffset(), now),
            StepCase.Cancel => new CancelInstitution(actor, code, Desk.Instant(r.Cancel.From, "from"), Desk.Need(r.Cancel.Reason, "reason"), now),
            StepCase.ChangeLevel => new ChangeLevel(actor, code, Desk.Need(r.ChangeLevel.Level, "level"), Desk.Day(r.ChangeLevel.From, "from"), now),
            StepCase.FinishMaintenance => new FinishMaintenance(actor, code, Desk.Need(r.FinishMaintenance, "finish_maintenance"), now),
            StepCase.ApplyChange => new ApplyChange(
                actor, code, Desk.Need(r.ApplyChange.ChangeId, "change_id"), Desk.Of<InstitutionAttribute>(r.ApplyChange.Attribute, "attribute"), Desk.Need(r.ApplyChange.Value, "value"), Desk.Day(r.ApplyChange.ApprovedOn, "approved_on"), now),
            StepCase.ConfirmChange => new ConfirmInstitutionChange(actor, code, Desk.Need(r.ConfirmChange, "confirm_change"), now),
            StepCase.MoveManagement => new MoveManagement(actor, code, Desk.Area(r.MoveManagement.Area, "area"), Desk.Day(r.MoveManagement.From, "from"), now),
            StepCase.Designate => new Designate(actor, code, Desk.Area(r.Designate.Area, "area"), Desk.Day(r.Designate.From, "from"), now),
            StepCase.UndirectVisit => new NoteUndirectVisit(actor, code, Desk.Need(r.UndirectVisit.Visit, "visit"), Desk.Day(r.UndirectVisit.DischargedOn, "discharged_on"), Desk.Need(r.UndirectVisit.Reason, "reason"), now),
            StepCase.UrgeUpload => new UrgeUpload(actor, code, Desk.Need(r.UrgeUpload, "urge_upload"), now),
            StepCase.UploadDone => new MeetUploadDuty(actor, code, Desk.Need(r.UploadDone, "upload_done"), now),
            StepCase.ReportChange => new ReportChange(actor, code, Desk.Need(r.ReportChange, "report_change"), now),
            _ => throw SystemErrors.FieldMissing.With("step").AsException(),
        };
    }

    internal static InstitutionReply Reply(Institution i, DateTimeOffset now)
    {
        var day = now.BusinessDate();
        return new InstitutionReply
        {
            Code = i.Code, Name = i.Name, Step = Desk.Word(i.Step), Area = i.AreaOn(day)?.Code ?? "", Level = i.Levels.Where(l => l.From <= day).OrderBy(l => l.From).LastOrDefault()?.Level ?? "",
            Suspended = i.IsSuspended, Reported = i.ReportedAt is not null, Published = i.PublishedFrom <= now, Version = i.Version,
            Openings = { i.Openings.Select(o => new OpeningStep { Scope = Desk.Word(o.Scope), CareType = o.Care.ToWire(), From = Filings.ApplyForFilingDecider.Day(o.From), Internet = o.Internet }) },
            MaintenanceDue = { i.Maintenance.Keys.Order(StringComparer.Ordinal) },
            UploadsDue = { i.Duties.Keys.Order(StringComparer.Ordinal) },
        };
    }
}
