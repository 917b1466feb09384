using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Grpc;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Manual;
using Yibao.Settlement.RoundTrip;
using CareType = Yibao.Contracts.Filings.CareType;

namespace Yibao.Settlement.Local;

/// <summary>One gRPC call to this node's filing service, and its answer in the benefit engine's terms.</summary>
public sealed class FilingEligibility(IPeers peers, NodeRegistry registry) : IEligibility, IManualStanding
{
    public Task<RoundTrip.Eligibility> Check(SettlementRequest request, CancellationToken cancellation = default) => Ask(request, manual: false, cancellation);

    public Task<RoundTrip.Eligibility> ForManual(SettlementRequest request, CancellationToken cancellation = default) => Ask(request, manual: true, cancellation);

    private async Task<RoundTrip.Eligibility> Ask(SettlementRequest request, bool manual, CancellationToken cancellation)
    {
        var (care, emergencyCode) = NationalCodes.Care(request.CareType);
        var filing = new Contracts.Filing.V1.Eligibility.EligibilityClient(peers.Invoker("filing", CallRules.Repeatable));
        var answer = await filing.CheckAsync(new CheckRequest
        {
            PersonKey = request.Person.ToString(),
            HomeArea = request.HomeArea.Code,
            InsuranceType = ((int)request.Insurance).ToString(System.Globalization.CultureInfo.InvariantCulture),
            TreatmentArea = request.TreatmentArea.Code,
            InstitutionCode = request.Institution,
            CareType = care.ToWire(),
            DiseaseCode = request.Disease ?? "",
            AdmittedAt = Timestamp.FromDateTimeOffset(request.CareFrom),
            AskedAt = Timestamp.FromDateTimeOffset(request.Instant),
            ManualReimbursement = manual,
            OutpatientFlag = emergencyCode && care == CareType.GeneralOutpatient ? OutpatientFlag.Emergency : (OutpatientFlag)request.OutpatientFlag,
            InpatientType = emergencyCode && care == CareType.Inpatient ? InpatientType.Emergency : request.InpatientType == 2 ? InpatientType.Emergency : InpatientType.Ordinary,
        }, cancellationToken: cancellation);

        if (!answer.Eligible) return new RoundTrip.Eligibility.Refused(new Refusal(answer.Code, [.. answer.Details]).ToError());
        return new RoundTrip.Eligibility.Granted(Standing(answer, request), Case(answer, request, care, emergencyCode));
    }

    private static Benefits.Standing Standing(CheckAnswer answer, SettlementRequest request)
    {
        var standing = answer.Standing;
        return new Benefits.Standing(request.HomeArea, request.Insurance, NationalCodes.Person(standing.PersonType, request.Insurance))
        {
            CivilServant = standing.CivilServant,
            AidClass = standing.SpecialGroups.FirstOrDefault(),
            ChronicDiseases = request.Disease is { } disease ? [disease] : [],
            Filings = [.. Filings(answer)],
        };
    }

    private static IEnumerable<FilingInForce> Filings(CheckAnswer answer)
    {
        if (answer.Filing is { } used) yield return Filing(used, covers: true);
        if (answer.FilingElsewhere is { } elsewhere) yield return Filing(elsewhere, covers: false);
    }

    private static FilingInForce Filing(FilingUsed filing, bool covers) => new(
        filing.Category.ToDomain(), covers, filing.Mode.ToDomain(), filing.Proof.ToDomain(), (filing.Start?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch).BusinessDate());

    private CaseFacts Case(CheckAnswer answer, SettlementRequest request, CareType care, bool emergencyCode)
    {
        var map = registry.At(request.Instant);
        var relation = map.Classify(request.HomeArea, request.TreatmentArea) switch
        {
            VisitClass.Local => Relation.Local,
            VisitClass.IntraProvince => Relation.IntraProvince,
            VisitClass.CrossProvince => Relation.CrossProvince,
        };
        if (relation != Relation.Local && map.SameCity(request.HomeArea, request.TreatmentArea)) relation = Relation.SameCity;
        return new CaseFacts(care, relation, NationalCodes.Level(request.InstitutionLevel), request.CareFrom.BusinessDate(), request.CareUntil.BusinessDate())
        {
            Emergency = emergencyCode || request.OutpatientFlag is 1 or 3 || request.InpatientType == 2,
            Disease = request.Disease,
            AccountUse = request.UseAccount && answer.PersonalAccountOpen ? AccountUse.Own : AccountUse.None,
        };
    }
}
