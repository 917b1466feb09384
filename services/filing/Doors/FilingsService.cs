using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Filings;
using Yibao.Filing.Chronic;
using Yibao.Filing.Desks;
using Yibao.Filing.Filings;
using Yibao.Filing.Replication;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Domain = Yibao.Contracts.Filings;

namespace Yibao.Filing.Doors;

/// <summary>备案, for agencies: the whole life of a filing.</summary>
public sealed class FilingsService(FilingDesk desk, FilingLists lists, IWriteDoor door, IPersonTable identities, ICurrentActor current, TimeProvider time) : Contracts.Filing.V1.Filings.FilingsBase
{
    public override async Task<FilingReply> Apply(ApplyFilingRequest request, ServerCallContext context)
    {
        var command = Read(request, current.Actor, time.Now());
        return Reply(command.Person, await desk.Apply(command, await Completed(Form(request.Form), command), context.CancellationToken));
    }

    /// <summary>A hospital that refers a patient (2501) knows him by his number; name and number of the form come from his record, and the sight of it is an event.</summary>
    private async Task<FormFields> Completed(FormFields form, ApplyForFiling command)
    {
        if (command.Actor.Role != Role.Institution || form.Name.Length > 0 || form.SocialSecurityNumber.Length > 0) return form;
        var known = await identities.Reveal(command.Person, "填写转院备案表");
        return form with
        {
            Name = known.Name,
            SocialSecurityNumber = known.Document.Reveal(),
            Phone1 = form.Phone1.Length > 0 ? form.Phone1 : known.Phone ?? "",
            SignedBy = form.SignedBy.Length > 0 ? form.SignedBy : known.Name,
        };
    }

    public override async Task<FilingReply> Handle(HandleFilingRequest request, ServerCallContext context)
    {
        var (person, filing) = request is { StepCase: HandleFilingRequest.StepOneofCase.RequestChange, RequestChange.Form: { } form }
            ? await desk.HandleWith(Form(form), request.Number, (key, _, actor, now, reference) => Step(request, key, actor, now, reference), request.OverrideReason, context.CancellationToken)
            : await desk.Handle(request.Number, (key, _, actor, now) => Step(request, key, actor, now, null), request.OverrideReason, context.CancellationToken);
        return Reply(person, filing);
    }

    public override async Task<FilingReply> Get(GetFilingRequest request, ServerCallContext context)
    {
        var (person, filing) = await desk.Get(request.Number, context.CancellationToken);
        return Reply(person, filing);
    }

    public override async Task<ListFilingsReply> List(ListFilingsRequest request, ServerCallContext context)
    {
        var area = Desk.Area(request.HomeArea, "home_area");
        lists.Known(area);
        var (lines, next) = await lists.Page(area, request.Status, request.PageSize, request.Cursor);
        return Page(lines, next);
    }

    public override async Task<FilingReply> GetReported(GetFilingRequest request, ServerCallContext context)
    {
        var copy = (await door.Read(FilingCopy.Stream(Desk.Need(request.Number, "number")), context.CancellationToken)).Filing ?? throw FilingErrors.FilingNotFound.With(request.Number).AsException();
        return Reported(copy);
    }

    public override async Task<ReportedChronicReply> GetReportedChronic(GetReportedChronicRequest request, ServerCallContext context)
    {
        var (person, area) = (Desk.Person(request.PersonKey), Desk.Area(request.HomeArea, "home_area"));
        var stream = ChronicCopy.Stream(person, area, Desk.Need(request.DiseaseCode, "disease_code"));
        var copy = (await door.Read(stream, context.CancellationToken)).Qualification ?? throw FilingErrors.ChronicNotQualified.With(request.DiseaseCode).AsException();
        return new ReportedChronicReply
        {
            DiseaseCode = copy.DiseaseCode, From = ApplyForFilingDecider.Day(copy.From), Until = copy.Until is { } until ? ApplyForFilingDecider.Day(until) : "", Revoked = copy.Revoked, Version = copy.Version,
            PickedInstitutions = { copy.Institutions },
        };
    }

    public override async Task<ChronicReply> ChangeChronic(ChangeChronicRequest request, ServerCallContext context)
    {
        var (person, area) = (Desk.Person(request.PersonKey), Desk.Area(request.HomeArea, "home_area"));
        var state = await desk.Chronic(person, area, (chronic, policy, actor, now) => request.ChangeCase switch
        {
            ChangeChronicRequest.ChangeOneofCase.Qualify => ChronicDecider.Qualify(
                person, actor, area, Desk.Need(request.Qualify.DiseaseCode, "disease_code"), Desk.Day(request.Qualify.From, "from"), Desk.DayOrNone(request.Qualify.Until, "until"),
                request.Qualify.ByInstitution is "" ? null : request.Qualify.ByInstitution, now, chronic, policy),
            ChangeChronicRequest.ChangeOneofCase.Revoke => ChronicDecider.Revoke(person, actor, area, Desk.Need(request.Revoke.DiseaseCode, "disease_code"), Desk.Need(request.Revoke.Reason, "reason"), now, chronic),
            ChangeChronicRequest.ChangeOneofCase.PickInstitution => ChronicDecider.Pick(person, actor, area, Desk.Need(request.PickInstitution, "pick_institution"), now, chronic, policy),
            ChangeChronicRequest.ChangeOneofCase.DropInstitution => ChronicDecider.Drop(person, actor, area, Desk.Need(request.DropInstitution, "drop_institution"), now, chronic),
            _ => throw SystemErrors.FieldMissing.With("change").AsException(),
        }, context.CancellationToken);
        return new ChronicReply
        {
            PickedInstitutions = { state.PickedAt(area) },
            Qualifications =
            {
                state.Qualifications.Where(q => q.HomeArea == area).Select(q => new ChronicQualification
                {
                    DiseaseCode = q.Disease, From = ApplyForFilingDecider.Day(q.From), Until = q.Until is { } until ? ApplyForFilingDecider.Day(until) : "", Source = q.Source, Revoked = q.RevokedAt is not null,
                }),
            },
        };
    }

    internal static ApplyForFiling Read(ApplyFilingRequest r, Actor actor, DateTimeOffset now) => new(
        actor.Because(r.OverrideReason), Desk.Person(r.PersonKey), Desk.Need(r.ApplicationId, "application_id"), Desk.Area(r.HomeArea, "home_area"), Desk.Insurance(r.InsuranceType),
        r.Category, Desk.Area(r.Place, "place"), Desk.Need(r.Channel, "channel"), [.. r.Materials], now)
    {
        RequestedStart = Desk.DayOrNone(r.RequestedStart, "requested_start"),
        LateFor = r.LateForAdmission is { } admitted ? new Stay(admitted.ToDateTimeOffset(), r.SelfPaidAt?.ToDateTimeOffset()) : null,
        Facts = r.Facts is { } facts
            ? new CategoryFacts(facts.HasRetired ? facts.Retired : null, facts.HasHukouMoved ? facts.HukouMoved : null, Desk.DayOrNone(facts.AwayFrom, "away_from"), Desk.DayOrNone(facts.AwayUntil, "away_until"))
            : new CategoryFacts(),
        Commitment = r.Commitment is { } letter ? new Commitment(letter.Document, letter.Category, letter.Signed, Desk.DayOrNone(letter.SignedOn, "signed_on")) : null,
        Referral = r.ReferralInstitution is "" && r.ReferralDisease is "" ? null : new ReferralCertificate(r.ReferralInstitution, r.ReferralDisease),
        NoticeVersion = r.NoticeVersion is "" ? null : r.NoticeVersion,
        ReplaceExisting = r.ReplaceExisting,
        Follows = r.FollowsNumber is "" ? null : r.FollowsNumber,
        OverrideSoftRules = r.OverrideReason is not "",
    };

    internal static FormFields Form(FilingForm? form) => form is null ? new FormFields() : new FormFields
    {
        Name = form.Name, SocialSecurityNumber = form.SocialSecurityNumber, CardNumber = form.CardNumber is "" ? null : form.CardNumber, HomeAddress = form.HomeAddress,
        ContactAddress = form.ContactAddress, Phone1 = form.Phone1, Phone2 = form.Phone2 is "" ? null : form.Phone2, SignedBy = form.SignedBy,
    };

    private static HandleFiling Step(HandleFilingRequest r, PersonKey person, Actor actor, DateTimeOffset now, string? sealedForm) => r.StepCase switch
    {
        HandleFilingRequest.StepOneofCase.StartReview => new StartReview(actor, person, r.Number, now),
        HandleFilingRequest.StepOneofCase.RequestMaterial => new RequestMaterial(actor, person, r.Number, r.RequestMaterial, now),
        HandleFilingRequest.StepOneofCase.Approve => new ApproveFiling(actor, person, r.Number, now, Desk.DayOrNone(r.Approve.Start, "start"), r.Approve.ReplaceExisting),
        HandleFilingRequest.StepOneofCase.Reject => new RejectFiling(actor, person, r.Number, Desk.Need(r.Reject, "reject"), now),
        HandleFilingRequest.StepOneofCase.Cancel => new CancelFiling(actor, person, r.Number, Desk.Of<CancelReason>(r.Cancel, "cancel"), now),
        HandleFilingRequest.StepOneofCase.RequestChange => new RequestChange(actor, person, r.Number, Desk.Need(r.RequestChange.ChangeId, "change_id"),
            new FilingChange(r.RequestChange.Place is "" ? null : Desk.Area(r.RequestChange.Place, "place"), sealedForm), now),
        HandleFilingRequest.StepOneofCase.ConfirmChange => new ConfirmChange(actor, person, r.Number, r.ConfirmChange, now),
        HandleFilingRequest.StepOneofCase.RefuseChange => new RefuseChange(actor, person, r.Number, r.RefuseChange.ChangeId, Desk.Need(r.RefuseChange.Reason, "reason"), now),
        HandleFilingRequest.StepOneofCase.DestroyCommitment => new DestroyCommitment(actor, person, r.Number, now),
        HandleFilingRequest.StepOneofCase.SelectInstitution => new SelectInstitution(actor, person, r.Number, Desk.Need(r.SelectInstitution, "select_institution"), now),
        HandleFilingRequest.StepOneofCase.DeselectInstitution => new DeselectInstitution(actor, person, r.Number, Desk.Need(r.DeselectInstitution, "deselect_institution"), now),
        _ => throw SystemErrors.FieldMissing.With("step").AsException(),
    };

    internal static FilingReply Reply(PersonKey person, Filings.Filing f)
    {
        var reply = Common(f.Number, person, f.HomeArea, (int)f.Insurance, f.Category, f.Place, f.Status, f.Mode, f.Application.Proof, f.Start, f.End, f.LeftForceAt, f.Version);
        reply.Channel = f.Application.Channel;
        reply.PendingChange = f.Pending?.ChangeId ?? "";
        reply.Due = f.Application.Due is { } due ? ApplyForFilingDecider.Day(due) : "";
        reply.SelectedInstitutions.AddRange(f.Selected);
        reply.ReportedTo.AddRange(f.Forwarded.Where(tier => tier.Value >= f.Version).Select(tier => tier.Key.Code).Order(StringComparer.Ordinal));
        return reply;
    }

    internal static FilingReply Reported(Domain.FilingReplicated f) =>
        Common(f.Number, f.Person, f.HomeArea, (int)f.Insurance, f.Category, f.Place, f.Status, f.Mode, f.Proof, f.Start, f.End, f.LeftForceAt, f.Version);

    private static FilingReply Common(
        string number, PersonKey person, AdminDivision home, int insurance, Domain.FilingCategory category, AdminDivision place, Domain.FilingStatus status,
        Domain.FilingMode mode, Domain.ProofBasis proof, DateTimeOffset? start, DateTimeOffset? end, DateTimeOffset? left, long version)
    {
        var reply = new FilingReply
        {
            Number = number, PersonKey = person.ToString(), HomeArea = home.Code, InsuranceType = $"{insurance}", Category = category.ToWire(), Place = place.Code,
            Status = Desk.Word(status), Mode = mode.ToWire(), Proof = proof.ToWire(), Version = version,
        };
        if (start is { } from) reply.Start = from.ToTimestamp();
        if (end is { } until) reply.End = until.ToTimestamp();
        if (left is { } gone) reply.LeftForceAt = gone.ToTimestamp();
        return reply;
    }

    internal static ListFilingsReply Page(IEnumerable<FilingLine> lines, string next) => new() { Filings = { lines.Select(Row) }, NextCursor = next };

    private static FilingRow Row(FilingLine line)
    {
        var row = new FilingRow
        {
            Number = line.Number, PersonKey = line.Person, InsuranceType = $"{line.Insurance}", Category = line.Category.ToWire(), Place = line.Place, Channel = line.Channel,
            Status = Desk.Word(line.Status), AppliedAt = line.AppliedAt.ToTimestamp(), Due = line.Due is { } due ? ApplyForFilingDecider.Day(due) : "", Version = line.Version,
        };
        if (line.Start is { } start) row.Start = start.ToTimestamp();
        if (line.End is { } end) row.End = end.ToTimestamp();
        return row;
    }
}
