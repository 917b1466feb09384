using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Doors;

/// <summary>就诊登记, for the agencies of the treatment place and its province.</summary>
public sealed class RegisteredVisitsService(VisitTelling visits, ICurrentActor current) : RegisteredVisits.RegisteredVisitsBase
{
    public override async Task<RegisteredVisit> Get(GetRegisteredVisitRequest request, ServerCallContext context)
    {
        if (request.VisitId.Split(':') is not [var institution, var own] || !SettlementId.IsWellFormed(institution) || !SettlementId.IsWellFormed(own))
            throw SystemErrors.FieldInvalid.With("mdtrt_id", "医药机构编号:就诊标识").AsException();
        var seen = await visits.Find(request.VisitId, context.CancellationToken) ?? throw SettlementErrors.VisitUnknown.With(request.VisitId).AsException();
        current.MustSee(seen.Registration.TreatmentArea);
        return new RegisteredVisit
        {
            VisitId = request.VisitId,
            InstitutionCode = seen.Registration.Institution,
            TreatmentArea = seen.Registration.TreatmentArea.Code,
            HomeArea = seen.Insured?.HomeArea.Code ?? "",
            InsuranceType = seen.Insured is { } insured ? ((int)insured.Insurance).ToString(CultureInfo.InvariantCulture) : "",
            PersonKey = seen.Insured?.Person.ToString() ?? "",
            CredentialType = seen.Insured?.CredentialType ?? "",
            CareType = seen.Registration.CareType,
            CareFrom = Timestamp.FromDateTimeOffset(seen.Registration.CareFrom),
            DiseaseCode = seen.Registration.Disease ?? "",
            OutpatientFlag = seen.Registration.OutpatientFlag,
            InpatientType = seen.Registration.InpatientType,
            Trauma = seen.Registration.Trauma,
            RegisteredAt = Timestamp.FromDateTimeOffset(seen.RegisteredAt),
            RegisteredBy = seen.By.Code,
        };
    }
}
