using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Filings;
using Yibao.Filing.Chronic;
using Yibao.Filing.Desks;
using Yibao.Filing.Eligibility;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Domain = Yibao.Contracts.Filings;

namespace Yibao.Filing.Doors;

/// <summary>The settlement side: one answer with reasons.</summary>
public sealed class EligibilityService(EligibilityDesk desk, PersonRegistry registry, PersonDesk persons, IPersonTable table, FilingPolicies policies, IWriteDoor door, ICurrentActor current, TimeProvider time)
    : Contracts.Filing.V1.Eligibility.EligibilityBase
{
    public override async Task<CheckAnswer> Check(CheckRequest request, ServerCallContext context) =>
        Answered(await desk.Ask(Asked(request), current.Actor, current.Correlation, context.CancellationToken));

    public override async Task<IdentifyAnswer> Identify(IdentifyRequest request, ServerCallContext context)
    {
        var key = await registry.Identify(request.CredentialType, Desk.Need(request.CredentialValue, "credential_value"), context.CancellationToken);
        await registry.MustBe(key, request.DocumentType, request.DocumentNumber, request.Name, context.CancellationToken);
        var person = PersonsService.Reply(key, await persons.Get(key, context.CancellationToken), time.Now());
        return new IdentifyAnswer { PersonKey = person.PersonKey, Standings = { person.Standings } };
    }

    public override Task<AcceptCredentialAnswer> AcceptCredential(AcceptCredentialRequest request, ServerCallContext context)
    {
        var accepted = policies.For(Desk.Area(request.TreatmentArea, "treatment_area"), Desk.Instant(request.At, "at").BusinessDate()).CredentialsAccepted;
        var kind = PersonRegistry.KindOf(request.CredentialType);
        return accepted.Contains(kind)
            ? Task.FromResult(new AcceptCredentialAnswer())
            : throw FilingErrors.CredentialNotAccepted.With(Filings.Materials.Name(kind), string.Join('、', accepted.Order(StringComparer.Ordinal).Select(Filings.Materials.Name))).AsException();
    }

    public override async Task<RememberPatientAnswer> RememberPatient(Patient request, ServerCallContext context)
    {
        var identity = new PersonIdentity(new IdentityDocument(request.DocumentType, request.DocumentNumber), request.Name, request.Phone is "" ? null : request.Phone);
        await table.Remember(Desk.Person(request.PersonKey), identity, context.CancellationToken);
        return new RememberPatientAnswer();
    }

    public override async Task<Patient> GetPatient(GetPatientRequest request, ServerCallContext context)
    {
        var identity = await table.Reveal(Desk.Person(request.PersonKey), Desk.Need(request.Purpose, "purpose"), context.CancellationToken);
        return new Patient { PersonKey = request.PersonKey, DocumentType = identity.Document.Type, DocumentNumber = identity.Document.Reveal(), Name = identity.Name, Phone = identity.Phone ?? "" };
    }

    public override async Task<ListChronicAnswer> ListChronic(ListChronicRequest request, ServerCallContext context)
    {
        var (person, area, now) = (Desk.Person(request.PersonKey), Desk.Area(request.HomeArea, "home_area"), time.Now());
        var names = policies.For(area, now.BusinessDate()).ChronicDiseases;
        var state = await door.Read(ChronicQualifications.Stream(person), context.CancellationToken);
        return new ListChronicAnswer
        {
            Chronic =
            {
                state.Qualifications.Where(q => q.HomeArea == area && q.InForceOn(now)).Select(q => new ChronicInForce
                {
                    DiseaseCode = q.Disease,
                    DiseaseName = names.GetValueOrDefault(q.Disease, q.Disease),
                    From = q.From.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
                    Until = q.Until?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "",
                }),
            },
        };
    }

    internal static Question Asked(CheckRequest r)
    {
        var admitted = Desk.Instant(r.AdmittedAt, "admitted_at");
        var asked = Desk.Instant(r.AskedAt, "asked_at");
        if (asked < admitted) throw SystemErrors.FieldInvalid.With("asked_at", "早于 admitted_at").AsException();
        return new Question(
            Desk.Person(r.PersonKey), Desk.Area(r.HomeArea, "home_area"), Desk.Insurance(r.InsuranceType), Desk.Area(r.TreatmentArea, "treatment_area"), r.InstitutionCode, r.CareType.ToDomain(),
            r.DiseaseCode is "" ? null : r.DiseaseCode, admitted, asked,
            r.OutpatientFlag is OutpatientFlag.Emergency or OutpatientFlag.EmergencyAndReferral || r.InpatientType == InpatientType.Emergency,
            r.SelfPaid)
        {
            Manual = r.ManualReimbursement,
        };
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
                Categories = { guidance.Categories.Select(rule => new GuidedCategory { Category = rule.Category.ToWire(), Name = rule.Name, Materials = { rule.Materials.Select(material => material.Name) } }) },
            };
        }

        return answer;
    }

    private static FilingUsed Used(FilingInUse f)
    {
        var used = new FilingUsed
        {
            Number = f.Number ?? "",
            Category = f.Category.ToWire(),
            LongTerm = f.Class == Domain.FilingClass.LongTerm,
            Mode = f.Mode.ToWire(),
            Proof = f.Proof.ToWire(),
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
        Entitlement = Desk.Word(enrolment.Current.Status),
    };
}
