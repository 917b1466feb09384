using System.Globalization;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Identify;
using Yibao.Settlement.Local;

namespace Yibao.Settlement.Doors;

/// <summary>What an institution may know of a person before it treats him: the home place answers, nothing is stored.</summary>
public sealed partial class SettlementsService
{
    public override async Task<PersonAnswer> IdentifyPerson(IdentifyPersonRequest request, ServerCallContext context)
    {
        if (request.CredentialType.Length == 0) throw SystemErrors.FieldMissing.With("mdtrt_cert_type").AsException();
        if (request.CredentialValue.Length == 0) throw SystemErrors.FieldMissing.With("mdtrt_cert_no").AsException();
        var home = Area(request.HomeArea);
        var person = await Authenticated(home, new IdentifyQuestion(request.CredentialType, request.CredentialValue)
        {
            DocumentType = request.DocumentType,
            DocumentNumber = request.DocumentNumber,
            Name = request.Name,
            WithAccount = true,
        }, await AreaOf(request.InstitutionCode, context.CancellationToken) ?? home, time.GetUtcNow(), context.CancellationToken);
        var answer = new PersonAnswer { PersonKey = person.Person.ToString(), AccountBalanceFen = person.AccountBalance?.Fen ?? 0 };
        answer.Standings.AddRange(person.Standings.Select(standing => new PersonStanding
        {
            HomeArea = standing.HomeArea.Code,
            InsuranceType = ((int)standing.Insurance).ToString(CultureInfo.InvariantCulture),
            PersonType = standing.PersonType,
            CivilServant = standing.CivilServant,
            SpecialGroups = { standing.SpecialGroups ?? [] },
            Entitlement = standing.Entitlement ?? "",
            EnrolledFrom = standing.EnrolledFrom is { } from ? SettlementMapping.Iso(from) : "",
        }));
        return answer;
    }

    public override async Task<HomeAnswer> AskHome(AskHomeRequest request, ServerCallContext context)
    {
        if (!PersonKey.TryParse(request.PersonKey, out var person)) throw SystemErrors.FieldInvalid.With("psn_no", "不是人员编号").AsException();
        var question = new HomeQuestion(person, Area(request.HomeArea), NationalCodes.Insurance(request.InsuranceType));
        question = request.QuestionCase switch
        {
            AskHomeRequest.QuestionOneofCase.Entitlement => question with { Entitlement = await Entitlement(request) },
            AskHomeRequest.QuestionOneofCase.AccumulationsOf => question with { AccumulationsOf = request.AccumulationsOf },
            AskHomeRequest.QuestionOneofCase.Chronic => question with { Chronic = true },
            _ => throw SystemErrors.FieldMissing.With("question").AsException(),
        };
        var known = await questions.Ask(question, context.CancellationToken);
        var answer = new HomeAnswer { Eligible = known.Eligible, Admissions = known.Accumulators?.Admissions ?? 0 };
        if (known.Refusal?.ToError() is { } refusal) (answer.RefusalCode, answer.RefusalMessage, answer.RefusalNextStep) = (refusal.Code, refusal.Message, refusal.NextStep);
        if (known.Accumulators is { } sums) answer.Accumulations.AddRange(sums.Sums.Select(sum => new Accumulation { Counter = sum.Key, AmountFen = sum.Value.Fen }));
        answer.Chronic.AddRange(known.Chronic.Select(c => new ChronicStanding { DiseaseCode = c.Disease, DiseaseName = c.Name, From = c.From, Until = c.Until }));
        return answer;
    }

    private async Task<EntitlementAsked> Entitlement(AskHomeRequest request)
    {
        var from = SettlementMapping.Instant(request.Entitlement.CareFrom, "begntime");
        var institution = await institutions.InForce(request.InstitutionCode, request.Entitlement.CareType, Area(request.HomeArea), from);
        return new EntitlementAsked(institution.Area, request.InstitutionCode, request.Entitlement.CareType, from, request.Entitlement.DiseaseCode.Length == 0 ? null : request.Entitlement.DiseaseCode);
    }

    /// <summary>Where the institution is today, by treatment's own copy; null: not heard of yet.</summary>
    private async Task<AdminDivision?> AreaOf(string institution, CancellationToken cancellation) =>
        (await door.Read(InstitutionCopy.Stream(institution), cancellation)).Institution?.AreaOn(time.GetUtcNow().BusinessDate());

    private static AdminDivision Area(string code) =>
        AdminDivision.TryParse(code, out var area) ? area : throw SystemErrors.FieldInvalid.With("insuplc_admdvs", "须为六位医保区划").AsException();
}
