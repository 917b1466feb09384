using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Filing.Eligibility;
using Yibao.Filing.People;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;
using Domain = Yibao.Contracts.Filings;

namespace Yibao.Filing.Doors;

/// <summary>The settlement side: one answer with reasons.</summary>
public sealed class EligibilityService(EligibilityDesk desk, PersonRegistry registry, PersonDesk persons, ICurrentActor current, TimeProvider time) : Contracts.Filing.V1.Eligibility.EligibilityBase
{
    public override async Task<CheckAnswer> Check(CheckRequest request, ServerCallContext context) =>
        Answered(await desk.Ask(Asked(request), current.Actor, current.Correlation, context.CancellationToken));

    public override async Task<IdentifyAnswer> Identify(IdentifyRequest request, ServerCallContext context)
    {
        var key = await registry.Identify(request.CredentialType, Desk.Need(request.CredentialValue, "credential_value"), context.CancellationToken);
        var person = PersonsService.Reply(key, await persons.Get(key, context.CancellationToken), time.Now());
        return new IdentifyAnswer { PersonKey = person.PersonKey, Standings = { person.Standings } };
    }

    internal static Question Asked(CheckRequest r)
    {
        var admitted = Desk.Instant(r.AdmittedAt, "admitted_at");
        var asked = Desk.Instant(r.AskedAt, "asked_at");
        if (asked < admitted) throw SystemErrors.FieldInvalid.With("asked_at", "早于 admitted_at").AsException();
        return new Question(
            Desk.Person(r.PersonKey), Desk.Area(r.HomeArea, "home_area"), Desk.Insurance(r.InsuranceType), Desk.Area(r.TreatmentArea, "treatment_area"), r.InstitutionCode, Of(r.CareType),
            r.DiseaseCode is "" ? null : r.DiseaseCode, admitted, asked,
            r.OutpatientFlag is OutpatientFlag.Emergency or OutpatientFlag.EmergencyAndReferral || r.InpatientType == InpatientType.Emergency,
            r.SelfPaid);
    }

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
            answer.Standing = StandingOf(standing, a.SpecialGroups);
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
            Mode = Of(f.Mode),
            Proof = Of(f.Proof),
            Place = f.Place.Code,
            Start = f.Start.ToTimestamp(),
        };
        if (f.End is { } end) used.End = end.ToTimestamp();
        return used;
    }

    internal static Standing StandingOf(Enrolment enrolment, IEnumerable<string> groups) => new()
    {
        HomeArea = enrolment.Area.Code,
        InsuranceType = $"{(int)enrolment.Insurance}",
        PersonType = enrolment.PersonType,
        CivilServant = enrolment.CivilServant,
        SpecialGroups = { groups },
        EnrolledFrom = enrolment.From.ToTimestamp(),
    };

    internal static Domain.CareType Of(CareType care) => care switch
    {
        CareType.Inpatient => Domain.CareType.Inpatient,
        CareType.GeneralOutpatient => Domain.CareType.GeneralOutpatient,
        CareType.ChronicOutpatient => Domain.CareType.ChronicOutpatient,
        CareType.Pharmacy => Domain.CareType.Pharmacy,
        _ => throw SystemErrors.FieldMissing.With("care_type").AsException(),
    };

    internal static CareType Of(Domain.CareType care) => care switch
    {
        Domain.CareType.Inpatient => CareType.Inpatient,
        Domain.CareType.GeneralOutpatient => CareType.GeneralOutpatient,
        Domain.CareType.ChronicOutpatient => CareType.ChronicOutpatient,
        Domain.CareType.Pharmacy => CareType.Pharmacy,
    };

    internal static FilingMode Of(Domain.FilingMode mode) => mode switch
    {
        Domain.FilingMode.Advance => FilingMode.Advance,
        Domain.FilingMode.RetroBeforeDischarge => FilingMode.RetroBeforeDischarge,
        Domain.FilingMode.RetroAfterDischarge => FilingMode.RetroAfterDischarge,
        Domain.FilingMode.Deemed => FilingMode.Deemed,
    };

    internal static ProofBasis Of(Domain.ProofBasis proof) => proof switch
    {
        Domain.ProofBasis.NotRequired => ProofBasis.NotRequired,
        Domain.ProofBasis.Document => ProofBasis.Document,
        Domain.ProofBasis.Commitment => ProofBasis.Commitment,
        Domain.ProofBasis.Certificate => ProofBasis.Certificate,
        Domain.ProofBasis.Deemed => ProofBasis.Deemed,
    };
}
