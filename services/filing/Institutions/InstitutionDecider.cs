using System.Globalization;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Institutions;

/// <summary>What is done to an institution.</summary>
public abstract record InstitutionCommand(Actor Actor, string Code, DateTimeOffset At);

/// <summary>The institution applies on its own initiative; ownership changes nothing (INS-001).</summary>
public sealed record ApplyInstitution(Actor Actor, string Code, string Name, InstitutionKind Kind, string Ownership, AdminDivision Seat, string Level, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record AcceptInstitution(Actor Actor, string Code, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record EvaluateInstitution(Actor Actor, string Code, bool Passed, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record AnnounceInstitution(Actor Actor, string Code, DateOnly From, DateOnly Until, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record SignAgreement(Actor Actor, string Code, Agreement Agreement, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record OpenService(Actor Actor, string Code, Scope Scope, CareType Care, DateOnly From, bool Internet, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record ReportToProvince(Actor Actor, string Code, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record SelectForCrossProvince(Actor Actor, string Code, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

/// <summary>DesignateCrossProvince: only out of those open within the province (INS-004).</summary>
public sealed record DecideCrossProvince(Actor Actor, string Code, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record PublishInstitution(Actor Actor, string Code, DateTimeOffset From, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record SuspendInstitution(Actor Actor, string Code, DateTimeOffset From, string Reason, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record ResumeInstitution(Actor Actor, string Code, DateTimeOffset From, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record CancelInstitution(Actor Actor, string Code, DateTimeOffset From, string Reason, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record ReportChange(Actor Actor, string Code, string Change, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record ChangeLevel(Actor Actor, string Code, string Level, DateOnly From, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record FinishMaintenance(Actor Actor, string Code, string Task, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record ApplyChange(Actor Actor, string Code, string Change, InstitutionAttribute Attribute, string Value, DateOnly ApprovedOn, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record ConfirmInstitutionChange(Actor Actor, string Code, string Change, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record MoveManagement(Actor Actor, string Code, AdminDivision Area, DateOnly From, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record Designate(Actor Actor, string Code, AdminDivision Area, DateOnly From, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

/// <summary>A patient did not settle directly: the details are owed (INS-014, INS-015).</summary>
public sealed record NoteUndirectVisit(Actor Actor, string Code, string Visit, DateOnly DischargedOn, string Reason, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record UrgeUpload(Actor Actor, string Code, string Visit, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

public sealed record MeetUploadDuty(Actor Actor, string Code, string Visit, DateTimeOffset At) : InstitutionCommand(Actor, Code, At);

/// <summary>Admission, openings, suspension, change notices and duties of institutions (lifecycle §10).</summary>
public static class InstitutionDecider
{
    /// <param name="policy">The rules of the institution's province and city (INS-003, INS-006, INS-007, INS-014).</param>
    public static Decision Decide(InstitutionCommand command, Institution state, InstitutionPolicy policy, WorkingCalendar calendar, NodeMap places)
    {
        var decision = Ruled(command, state, policy, calendar, places);
        if (decision is not Decision.Accepted accepted) return decision;
        // What treatment places must learn is written down with the change that made it so.
        var facts = accepted.Appends.SelectMany(append => append.Facts).ToList();
        var after = facts.Aggregate(state, (current, fact) => current.Evolve(fact));
        return Store(command, after.Version > state.Version ? [.. facts, new InstitutionTold(after.Replica(policy.PublicationRequired))] : [.. facts]);
    }

    private static Decision Ruled(InstitutionCommand command, Institution state, InstitutionPolicy policy, WorkingCalendar calendar, NodeMap places)
    {
        if (command is ApplyInstitution application) return Applying(application, state, places);
        if (state.Application is null) return Decision.Refuse(InstitutionErrors.Unknown.With(command.Code));
        if (NotAllowed(command, state, places) is { } wrong) return Decision.Refuse(wrong);
        if (state.CancelledFrom is { } gone && gone <= command.At && command is not (ReportChange or MeetUploadDuty or UrgeUpload)) return command is CancelInstitution ? Decision.Done : Decision.Refuse(InstitutionErrors.AlreadyCancelled.With(command.Code));
        return command switch
        {
            AcceptInstitution c => Next(state, AdmissionStep.Applied, "申请", "受理", c, new InstitutionAccepted(c.Code, c.Actor.Node, c.At)),
            EvaluateInstitution c => Next(state, AdmissionStep.Accepted, "受理", "评估", c, new InstitutionEvaluated(c.Code, c.Passed, c.At)),
            AnnounceInstitution c => state.EvaluationFailed
                ? Decision.Refuse(InstitutionErrors.EvaluationFailed.With(c.Code))
                : Next(state, AdmissionStep.Evaluated, "评估", "公示", c, new InstitutionAnnounced(c.Code, c.From, c.Until, c.At)),
            SignAgreement c => Signing(c, state),
            OpenService c => Opening(c, state),
            ReportToProvince c => state.Step != AdmissionStep.Opened ? OutOfOrder(c, "开通", "报备") : state.ReportedAt is not null ? Decision.Done : Store(c, new InstitutionReported(c.Code, places.ProvinceOf(state.Application.Seat).Code, c.At)),
            SelectForCrossProvince c => state.Selected ? Decision.Done : Store(c, new InstitutionSelected(c.Code, c.Actor.Node, c.At)),
            DecideCrossProvince c => Deciding(c, state, policy),
            PublishInstitution c => state.PublishedFrom is not null ? Decision.Done : !state.Decided ? OutOfOrder(c, "省级确定", "国家公布") : Store(c, new InstitutionPublished(c.Code, c.From, c.At)),
            SuspendInstitution c => state.IsSuspended ? Decision.Done : Store(c, new InstitutionSuspended(c.Code, c.From, c.Reason, c.At), Maintain(c, "协议中止", policy, calendar)),
            ResumeInstitution c => Resuming(c, state, policy, calendar),
            CancelInstitution c => state.CancelledFrom is not null ? Decision.Done : Store(c, new InstitutionCancelled(c.Code, c.From, c.Reason, c.At), Maintain(c, "资格取消", policy, calendar)),
            ReportChange c => state.ToReport.Contains(c.Change) ? Store(c, new InstitutionChangeReported(c.Code, c.Change, c.At)) : Decision.Done,
            ChangeLevel c => state.Levels.Any(l => l.From == c.From && l.Level == c.Level) ? Decision.Done : Store(c, new InstitutionLevelChanged(c.Code, c.Level, c.From, c.At), Maintain(c, "医保结算等级", policy, calendar)),
            FinishMaintenance c => state.Maintenance.ContainsKey(c.Task) ? Store(c, new MaintenanceDone(c.Code, c.Task, c.At)) : Decision.Done,
            ApplyChange c => Changing(c, state, policy, calendar),
            ConfirmInstitutionChange c => state.PendingChanges.ContainsKey(c.Change) ? Store(c, new InstitutionChangeConfirmed(c.Code, c.Change, c.At))
                : state.Changes.Contains(c.Change) ? Decision.Done : Decision.Refuse(InstitutionErrors.ChangeNotFound.With(c.Code, c.Change)),
            MoveManagement c => state.Management.Contains(new ManagedBy(c.Area, c.From)) ? Decision.Done : Store(c, new InstitutionManagementMoved(c.Code, c.Area, c.From, c.At)),
            Designate c => state.Designations.Any(d => d.Area == c.Area) ? Decision.Done : Store(c, new InstitutionDesignated(c.Code, c.Area, c.From, c.At)),
            // INS-014
            NoteUndirectVisit c => state.DutiesSeen.Contains(c.Visit) ? Decision.Done : Store(c, new UploadDutyArose(c.Code, c.Visit, c.DischargedOn, calendar.Add(c.DischargedOn, policy.UndirectUploadWorkingDays), c.Reason, c.At)),
            UrgeUpload c => !state.Duties.ContainsKey(c.Visit) ? Decision.Refuse(InstitutionErrors.DutyUnknown.With(c.Visit)) : state.Urged.Contains(c.Visit) ? Decision.Done : Store(c, new UploadUrged(c.Code, c.Visit, c.At)),
            MeetUploadDuty c => state.Duties.ContainsKey(c.Visit) ? Store(c, new UploadDutyMet(c.Code, c.Visit, c.At)) : state.DutiesSeen.Contains(c.Visit) ? Decision.Done : Decision.Refuse(InstitutionErrors.DutyUnknown.With(c.Visit)),
            _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
        };
    }

    private static Decision Applying(ApplyInstitution c, Institution state, NodeMap places)
    {
        if (c.Actor.Role == Role.Institution && c.Actor.OnBehalfOf != c.Code) return Decision.Refuse(InstitutionErrors.WrongAgency.With(c.Code));
        _ = places.Area(c.Seat);
        // Whoever is out may apply anew; whoever is in or under way is.
        var again = state.Application is null || state.EvaluationFailed || state.CancelledFrom <= c.At;
        return again ? Store(c, new InstitutionApplied(c.Code, c.Name, c.Kind, c.Ownership, c.Seat, c.Level, c.At))
            : state.Application == new InstitutionApplied(c.Code, c.Name, c.Kind, c.Ownership, c.Seat, c.Level, state.Application!.At) ? Decision.Done
            : Decision.Refuse(InstitutionErrors.AlreadyApplied.With(c.Code));
    }

    private static Decision Next(Institution state, AdmissionStep needed, string before, string step, InstitutionCommand c, IFact fact) =>
        state.Step == needed ? Store(c, fact) : state.Step > needed ? Decision.Done : OutOfOrder(c, before, step);

    private static Decision Signing(SignAgreement c, Institution state)
    {
        if (state.Step < AdmissionStep.Announced) return OutOfOrder(c, "公示", "签订协议");
        return state.Agreements.Any(a => a.Version == c.Agreement.Version) ? Decision.Done : Store(c, new AgreementSigned(c.Code, c.Agreement, c.At));
    }

    // INS-002: never before the agreement.
    private static Decision Opening(OpenService c, Institution state)
    {
        if (state.AgreementOn(c.From) is null) return Decision.Refuse(InstitutionErrors.AgreementMissing.With(c.Code, c.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        return state.Openings.Any(o => o.Scope == c.Scope && o.Care == c.Care && o.Internet == c.Internet && o.From <= c.From)
            ? Decision.Done
            : Store(c, new ServiceOpened(c.Code, c.Scope, c.Care, c.From, c.Internet, c.At));
    }

    // INS-003, INS-004
    private static Decision Deciding(DecideCrossProvince c, Institution state, InstitutionPolicy policy)
    {
        if (state.Decided) return Decision.Done;
        if (policy.Admission == InstitutionAdmission.ProvinceDecides && !state.OnIntraProvinceList(c.At.BusinessDate())) return Decision.Refuse(InstitutionErrors.NotOnIntraProvinceList.With(c.Code));
        return policy.Admission == InstitutionAdmission.CitySelects && !state.Selected ? OutOfOrder(c, "市州选择", "省级确定") : Store(c, new InstitutionDecided(c.Code, c.Actor.Node, c.At));
    }

    private static Decision Resuming(ResumeInstitution c, Institution state, InstitutionPolicy policy, WorkingCalendar calendar)
    {
        if (!state.IsSuspended) return Decision.Done;
        return c.From <= state.Interruptions[^1].From ? OutOfOrder(c, "中止生效", "在其之前恢复") : Store(c, new InstitutionResumed(c.Code, c.From, c.At), Maintain(c, "协议恢复", policy, calendar));
    }

    // INS-006: late is accepted and marked.
    private static Decision Changing(ApplyChange c, Institution state, InstitutionPolicy policy, WorkingCalendar calendar)
    {
        if (state.Changes.Contains(c.Change)) return Decision.Done;
        var due = calendar.Add(c.ApprovedOn, policy.ChangeApplyWorkingDays);
        return Store(c, new InstitutionChangeApplied(c.Code, c.Change, c.Attribute, c.Value, c.ApprovedOn, due, c.At >= due.End(), c.At));
    }

    // INS-007
    private static MaintenanceDue Maintain(InstitutionCommand c, string what, InstitutionPolicy policy, WorkingCalendar calendar) => new(
        c.Code, $"{what}@{c.At.BusinessDate():yyyyMMdd}", what, calendar.Add(c.At.BusinessDate(), policy.StatusMaintainWorkingDays), c.At);

    /// <summary>Who may do what: the institution for itself, its agency, the province above it, the nation.</summary>
    private static Error? NotAllowed(InstitutionCommand command, Institution state, NodeMap places)
    {
        if (command.Actor.Role == Role.System) return null;
        var area = state.AreaOn(command.At.BusinessDate()) ?? state.Application!.Seat;
        var province = places.ProvinceOf(area).Code;
        var city = command.Actor.Role is Role.CityOperator or Role.Reviewer or Role.Supervisor && command.Actor.Node == area;
        var above = command.Actor.Role == Role.ProvinceOperator && command.Actor.Node == province;
        var own = command.Actor.Role == Role.Institution && command.Actor.OnBehalfOf == command.Code;
        return command switch
        {
            ApplyChange or MeetUploadDuty or NoteUndirectVisit => own || city ? null : InstitutionErrors.WrongAgency.With(command.Code),
            DecideCrossProvince or ReportChange or MoveManagement => above ? null : InstitutionErrors.WrongAgency.With(province),
            PublishInstitution => command.Actor.Role == Role.NationalOperator ? null : InstitutionErrors.WrongAgency.With(places.Root.Code),
            Designate c => command.Actor.Node == c.Area || above ? null : InstitutionErrors.WrongAgency.With(c.Area),
            SuspendInstitution or ResumeInstitution or CancelInstitution => city || above ? null : InstitutionErrors.WrongAgency.With(area),
            _ => city ? null : InstitutionErrors.WrongAgency.With(area),
        };
    }

    private static Decision OutOfOrder(InstitutionCommand c, string missing, string step) => Decision.Refuse(InstitutionErrors.StepOutOfOrder.With(c.Code, missing, step));

    private static Decision Store(InstitutionCommand c, params ReadOnlySpan<IFact> facts) => Decision.Accept(Institution.Stream(c.Code), facts);
}
