using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Eligibility;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Domain = Yibao.Contracts.Filings;

namespace Yibao.Filing.Doors;

/// <summary>The settlement side: one answer with reasons.</summary>
public sealed class EligibilityService(EligibilityDesk desk, ICurrentActor current) : Contracts.Filing.V1.Eligibility.EligibilityBase
{
    public override async Task<CheckAnswer> Check(CheckRequest request, ServerCallContext context) =>
        Answered(await desk.Ask(Asked(request), current.Actor, current.Correlation, context.CancellationToken));

    internal static Question Asked(CheckRequest r)
    {
        var admitted = Instant(r.AdmittedAt, "admitted_at");
        var asked = Instant(r.AskedAt, "asked_at");
        if (asked < admitted) throw SystemErrors.FieldInvalid.With("asked_at", "早于 admitted_at").AsException();
        if (!PersonKey.TryParse(r.PersonKey, out var person)) throw SystemErrors.FieldInvalid.With("person_key", "不是参保人标识").AsException();
        return new Question(
            person, Area(r.HomeArea, "home_area"), Insurance(r.InsuranceType), Area(r.TreatmentArea, "treatment_area"), r.InstitutionCode,
            r.CareType switch
            {
                CareType.Inpatient => Domain.CareType.Inpatient,
                CareType.GeneralOutpatient => Domain.CareType.GeneralOutpatient,
                CareType.ChronicOutpatient => Domain.CareType.ChronicOutpatient,
                CareType.Pharmacy => Domain.CareType.Pharmacy,
                _ => throw SystemErrors.FieldMissing.With("care_type").AsException(),
            },
            r.DiseaseCode is "" ? null : r.DiseaseCode, admitted, asked,
            r.OutpatientFlag is OutpatientFlag.Emergency or OutpatientFlag.EmergencyAndReferral || r.InpatientType == InpatientType.Emergency,
            r.SelfPaid);
    }

    private static AdminDivision Area(string code, string field) =>
        AdminDivision.TryParse(code, out var area) ? area : throw SystemErrors.FieldInvalid.With(field, "须为六位医保区划").AsException();

    private static InsuranceType Insurance(string code) => code switch
    {
        "310" => InsuranceType.Employee,
        "390" => InsuranceType.Resident,
        _ => throw PolicyErrors.InsuranceTypeUnsupported.With(code).AsException(),
    };

    private static DateTimeOffset Instant(Timestamp? at, string field) => at?.ToDateTimeOffset() ?? throw SystemErrors.FieldMissing.With(field).AsException();

    internal static CheckAnswer Answered(Answer a)
    {
        var answer = new CheckAnswer
        {
            Eligible = a.Eligible,
            Code = a.Refusal?.Code ?? "",
            Message = a.Refusal?.Message ?? "",
            NextStep = a.Refusal?.NextStep ?? "",
            Details = { a.Refusal?.Details ?? [] },
            Scope = a.Scope switch { Domain.Scope.Local => "LOCAL", Domain.Scope.IntraProvince => "INTRA_PROVINCE", Domain.Scope.CrossProvince => "CROSS_PROVINCE" },
            BenefitSet = a.BenefitSet ?? "",
            PersonalAccountOpen = a.PersonalAccountOpen,
            PolicySource = a.Policy.Source,
            PolicyWarnings = { a.Policy.Warnings },
            Reasons = { a.Reasons },
        };
        if (a.Standing is { } standing)
        {
            answer.Standing = new Standing
            {
                HomeArea = standing.Area.Code,
                InsuranceType = $"{(int)standing.Insurance}",
                PersonType = standing.PersonType,
                CivilServant = standing.CivilServant,
                SpecialGroups = { a.SpecialGroups },
                EnrolledFrom = standing.From.ToTimestamp(),
            };
        }

        if (a.Filing is { } filing) answer.Filing = Used(filing);
        if (a.FilingElsewhere is { } elsewhere) answer.FilingElsewhere = Used(elsewhere);
        if (a.Guidance is { } guidance)
        {
            answer.Guidance = new Contracts.Filing.V1.Guidance
            {
                Channels = { guidance.Channels.Select(channel => channel.Name) },
                Categories = { guidance.Categories.Select(rule => new GuidedCategory { Category = (FilingCategory)(int)rule.Category, Name = rule.Name, Materials = { rule.Materials.Select(material => material.Name) } }) },
            };
        }

        return answer;
    }

    private static FilingUsed Used(FilingInUse f)
    {
        var used = new FilingUsed
        {
            Number = f.Number ?? "",
            Category = (FilingCategory)(int)f.Category,
            LongTerm = f.Class == Domain.FilingClass.LongTerm,
            Mode = f.Mode switch
            {
                Domain.FilingMode.Advance => FilingMode.Advance,
                Domain.FilingMode.RetroBeforeDischarge => FilingMode.RetroBeforeDischarge,
                Domain.FilingMode.RetroAfterDischarge => FilingMode.RetroAfterDischarge,
                Domain.FilingMode.Deemed => FilingMode.Deemed,
            },
            Proof = f.Proof switch
            {
                Domain.ProofBasis.NotRequired => ProofBasis.NotRequired,
                Domain.ProofBasis.Document => ProofBasis.Document,
                Domain.ProofBasis.Commitment => ProofBasis.Commitment,
                Domain.ProofBasis.Certificate => ProofBasis.Certificate,
                Domain.ProofBasis.Deemed => ProofBasis.Deemed,
            },
            Place = f.Place.Code,
            Start = f.Start.ToTimestamp(),
        };
        if (f.End is { } end) used.End = end.ToTimestamp();
        return used;
    }
}
