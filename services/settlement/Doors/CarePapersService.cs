using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.OutsideServices;
using Yibao.Settlement.Trauma;
using Yibao.Settlement.Visits;
using Domain = Yibao.Contracts.Settlements;

namespace Yibao.Settlement.Doors;

/// <summary>Annex 11 and Annex 12 from the institution: checked, particulars sealed, the fact stored.</summary>
public sealed class CarePapersService(IWriteDoor door, OutsideDesk outside, IPeers peers, ICurrentActor current) : CarePapers.CarePapersBase
{
    public override async Task<TraumaCommitmentAnswer> SignTraumaCommitment(TraumaCommitment request, ServerCallContext context)
    {
        var visitId = Domain.SettlementId.Of(SettlementMapping.Id(request.InstitutionCode, "fixmedins_code"), SettlementMapping.Id(request.VisitId, "visit_id"));
        if (!request.IdentityChecked) throw CareErrors.IdentityNotChecked.With().AsException();
        var paper = new TraumaPaper
        {
            Promisor = request.Promisor,
            Phone = request.Phone,
            DocumentType = request.DocumentType,
            DocumentNumber = request.DocumentNumber,
            InjuredAt = SettlementMapping.Instant(request.InjuredAt, "injured_at"),
            Place = request.Place,
            Course = request.Course,
            NoThirdParty = request.NoThirdParty,
            NoWorkInjury = request.NoWorkInjury,
            Repays = request.Repays,
            SignedOn = Day(request.SignedOn, "signed_on") ?? throw SystemErrors.FieldMissing.With("signed_on").AsException(),
            Relative = request.Relative is { } relative ? new RelativeSigning(relative.Name, relative.IdNumber, relative.Phone) : null,
        };
        paper.Check();
        var stream = Visit.Stream(visitId);
        var visit = await door.Read(stream, context.CancellationToken);
        // Refused before anything is sealed.
        if (TraumaRules.Sign(visitId, new TraumaCommitted(paper.InjuredAt, paper.SignedBy, paper.SignedOn, ""), visit) is Decision.Refused refused) throw refused.Error.AsException();
        if (visit.Insured is not { } insured) throw SettlementErrors.VisitNotInsured.With(visitId).AsException();
        var papers = new Papers.PapersClient(peers.Invoker("filing", CallRules.Repeatable));
        var kept = await papers.KeepAsync(new KeepPaperRequest { Kind = PaperDoors.TraumaKind, Subject = visitId, PersonKey = insured.Person.ToString(), Content = ByteString.CopyFrom(paper.ToBytes()) }, cancellationToken: context.CancellationToken);
        var commitment = new TraumaCommitted(paper.InjuredAt, paper.SignedBy, paper.SignedOn, kept.Reference);
        (await door.Execute(new Command(current.Actor, visitId, [stream], states => TraumaRules.Sign(visitId, commitment, states.Of(stream))))).OrThrow();
        return new TraumaCommitmentAnswer { VisitId = visitId, Reference = kept.Reference };
    }

    public override async Task<OutsideSlipAnswer> IssueOutsideSlip(OutsideSlip request, ServerCallContext context)
    {
        var visitId = Domain.SettlementId.Of(SettlementMapping.Id(request.InstitutionCode, "fixmedins_code"), SettlementMapping.Id(request.VisitId, "visit_id"));
        if (string.IsNullOrWhiteSpace(request.Service) || string.IsNullOrWhiteSpace(request.Reason)) throw FormErrors.FieldRequired.With("住院期间外院检查治疗或定点药店购药单", "外检项目或外购药品、原因").AsException();
        var slip = await outside.Issue(
            new Slip(SettlementMapping.Id(request.Number, "number"), visitId, SettlementMapping.Id(request.OutsideInstitutionCode, "outside_institution_code"), request.Service, request.Reason,
                request.PhysicianCode.Length == 0 ? null : request.PhysicianCode, Day(request.SealedOn, "sealed_on")),
            current.Actor);
        return new OutsideSlipAnswer { Number = slip.Number, Valid = slip.IsValid };
    }

    private static DateOnly? Day(string text, string field) => text.Length == 0 ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw SystemErrors.FieldInvalid.With(field, "yyyy-MM-dd").AsException();
}
