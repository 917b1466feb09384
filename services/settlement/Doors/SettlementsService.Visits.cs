using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Identify;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Trauma;
using Yibao.Settlement.Visits;
using Wire = Yibao.Contracts.Settlement.V1;

namespace Yibao.Settlement.Doors;

/// <summary>The life of a visit before and after its fees.</summary>
public sealed partial class SettlementsService
{
    public override async Task<RegisterVisitAnswer> RegisterVisit(RegisterVisitRequest request, ServerCallContext context)
    {
        // INS-008: who comes from somewhere shows who he is; without a credential a visit is self-pay and of nowhere.
        if (request.CredentialType.Length == 0 && request.HomeArea.Length > 0) throw SettlementErrors.IdentityNotVerified.With("未出示就诊凭证").AsException();
        if (request.CredentialType.Length > 0 && request.CredentialValue.Length == 0) throw SettlementErrors.IdentityNotVerified.With("缺少就诊凭证编号").AsException();
        var began = Began(request);
        AdminDivision? home = request.CredentialType.Length == 0 ? null : Area(request.HomeArea);
        var registration = await Registration(request, began, home);
        var (insured, standing) = home is null ? (null, null) : await InsuredOf(request, home.Value, registration, context.CancellationToken);
        var stream = Visit.Stream(registration.VisitId);
        var visit = (await door.Execute(new Command(current.Actor, registration.VisitId, [stream], states => VisitDecider.Register(registration, insured, states.Of(stream), standing)))).OrThrow().State(stream);
        if (visit.Insured is { } patient) await telling.Tell(visit.Registration!, patient, context.CancellationToken);
        return new RegisterVisitAnswer
        {
            VisitId = registration.VisitId,
            PersonKey = visit.Insured?.Person.ToString() ?? "",
            TreatmentArea = registration.TreatmentArea.Code,
            HomeArea = visit.Insured?.HomeArea.Code ?? "",
            InsuranceType = visit.Insured is { } known ? ((int)known.Insurance).ToString(CultureInfo.InvariantCulture) : "",
        };
    }

    public override async Task<VisitAnswer> ChangeVisit(RegisterVisitRequest request, ServerCallContext context)
    {
        var began = Began(request);
        var id = VisitId(request.InstitutionCode, request.VisitId);
        var visit = await door.Read(Visit.Stream(id), context.CancellationToken);
        if (visit.Registration is null) throw SettlementErrors.VisitUnknown.With(request.VisitId).AsException();
        var registration = await Registration(request, began, visit.Insured?.HomeArea);
        var changed = await OnVisit(id, state => VisitDecider.Change(registration, state));
        if (changed.Insured is { } patient) await telling.Tell(changed.Registration!, patient, context.CancellationToken);
        return Shown(id, changed);
    }

    public override async Task<VisitAnswer> CancelVisit(VisitRequest request, ServerCallContext context)
    {
        var (id, now) = (VisitId(request.InstitutionCode, request.VisitId), time.GetUtcNow());
        return Shown(id, await OnVisit(id, visit => VisitDecider.Cancel(id, now, visit)));
    }

    public override async Task<VisitAnswer> EndVisit(EndVisitRequest request, ServerCallContext context)
    {
        var (id, now) = (VisitId(request.InstitutionCode, request.VisitId), time.GetUtcNow());
        var until = SettlementMapping.Instant(request.CareUntil, "endtime");
        if (request.Way.Length > 3) throw SystemErrors.FieldInvalid.With("dscg_way", "最多 3 位").AsException();
        return Shown(id, await OnVisit(id, visit => VisitDecider.End(id, until, request.Way, now, visit)));
    }

    public override async Task<VisitAnswer> ReopenVisit(VisitRequest request, ServerCallContext context)
    {
        var (id, now) = (VisitId(request.InstitutionCode, request.VisitId), time.GetUtcNow());
        return Shown(id, await OnVisit(id, visit => VisitDecider.Reopen(id, now, visit)));
    }

    public override async Task<VisitAnswer> GetVisit(VisitRequest request, ServerCallContext context)
    {
        var id = VisitId(request.InstitutionCode, request.VisitId);
        var visit = await door.Read(Visit.Stream(id), context.CancellationToken);
        return visit.Registration is null && !visit.Cancelled ? throw SettlementErrors.VisitUnknown.With(request.VisitId).AsException() : Shown(id, visit);
    }

    public override async Task<ListFeeLinesAnswer> ListFeeLines(ListFeeLinesRequest request, ServerCallContext context)
    {
        var id = VisitId(request.InstitutionCode, request.VisitId);
        var visit = await door.Read(Visit.Stream(id), context.CancellationToken);
        if (visit.Registration is not { } registration) throw SettlementErrors.VisitUnknown.With(request.VisitId).AsException();
        IEnumerable<FeeSplit.FeeLine> lines = visit.Lines.Values;
        if (request.SettlementId.Length > 0)
        {
            var settlement = SettlementId.Of(request.InstitutionCode, SettlementMapping.Id(request.SettlementId, "setl_id"));
            lines = lines.Where(line => visit.HeldLines.GetValueOrDefault(line.Serial) == settlement);
        }

        if (request.Serials.Count > 0)
        {
            var asked = request.Serials.ToHashSet(StringComparer.Ordinal);
            lines = lines.Where(line => asked.Contains(line.Serial));
        }

        var answer = new ListFeeLinesAnswer();
        answer.Lines.AddRange(lines.Select(line => SplitOf(registration, visit.Insured, line)));
        return answer;
    }

    public override async Task<ListInpatientsAnswer> ListInpatients(ListInpatientsRequest request, ServerCallContext context)
    {
        var limit = request.Limit is > 0 and <= 500 ? request.Limit : 500;
        var found = await inpatients.Of(request.InstitutionCode, request.PersonKey.Length == 0 ? null : request.PersonKey,
            SettlementMapping.Instant(request.From, "begntime"), SettlementMapping.Instant(request.Until, "endtime"), limit);
        var answer = new ListInpatientsAnswer();
        answer.Inpatients.AddRange(found.Select(patient => new Inpatient
        {
            VisitId = SettlementMapping.OwnId(patient.VisitId),
            PersonKey = patient.Person,
            HomeArea = patient.HomeArea,
            InsuranceType = patient.Insurance,
            CareType = patient.CareType,
            CareFrom = Timestamp.FromDateTimeOffset(patient.CareFrom),
        }));
        return answer;
    }

    private DateTimeOffset Began(RegisterVisitRequest request)
    {
        var began = SettlementMapping.Instant(request.CareFrom, "begntime");
        if (began > time.GetUtcNow() + TimeSpan.FromDays(1)) throw SystemErrors.FieldInvalid.With("begntime", "晚于当前时间").AsException();
        _ = NationalCodes.Care(request.CareType);
        // INS-013: the two flags of a trauma.
        if (request is { ThirdParty: true, Trauma: false }) throw SystemErrors.FieldInvalid.With("rel_ttp_flag", "涉及第三方须同时填写外伤标志").AsException();
        if (request.ThirdParty && request.CredentialType.Length > 0) throw CareErrors.ThirdPartyLiability.With().AsException();
        // SET-036: refused before a credential goes anywhere.
        if (request.InsuranceType.Length > 0) _ = NationalCodes.Insurance(request.InsuranceType);
        if (request.OutpatientFlag is < 0 or > 3) throw SystemErrors.FieldInvalid.With("otp_er_refl_flag", "0–3").AsException();
        if (request.InpatientType is < 0 or > 3) throw SystemErrors.FieldInvalid.With("ipt_type", "0–3").AsException();
        return began;
    }

    private async Task<Registration> Registration(RegisterVisitRequest request, DateTimeOffset began, AdminDivision? home)
    {
        var (institution, reason) = await Institution(request, home, began);
        if (EmergencyMarks.Admission(request.CareType, request.InpatientType, home, institution.Area) is { } unmarked) throw unmarked.AsException();
        var trauma = request.Trauma ? policies.At(institution.Area, began.BusinessDate()).Pack.Trauma : TraumaRule.Declared;
        if (trauma == TraumaRule.NotDirect && home is not null) throw CareErrors.TraumaNotDirect.With(institution.Area).AsException();
        return new Registration
        {
            VisitId = VisitId(request.InstitutionCode, request.VisitId),
            Institution = request.InstitutionCode,
            InstitutionLevel = institution.Level,
            TreatmentArea = institution.Area,
            CareType = request.CareType,
            CareFrom = began,
            Disease = request.DiseaseCode.Length == 0 ? null : request.DiseaseCode,
            OutpatientFlag = request.OutpatientFlag,
            InpatientType = request.InpatientType,
            Trauma = request.Trauma,
            Prescriber = request.Prescriber.Length == 0 ? null : SettlementMapping.Id(request.Prescriber, "rxfixmedinsCode"),
            CommitmentRequired = trauma == TraumaRule.Commitment,
            NotDirect = reason,
        };
    }

    /// <summary>Open for it; or, where the institution says so itself, known at least: then with the reason that keeps it from direct settlement (FIL-048).</summary>
    private async Task<(InstitutionInForce Institution, string? Reason)> Institution(RegisterVisitRequest request, AdminDivision? home, DateTimeOffset began)
    {
        try
        {
            return (await institutions.InForce(request.InstitutionCode, request.CareType, home, began), null);
        }
        catch (RefusedException) when (request.WithoutDirectSettlement && home is not null)
        {
            return (await institutions.Known(request.InstitutionCode, began), UndirectFaults.NonNetworkInstitution);
        }
    }

    /// <summary>The home place says who it is; from here on only the opaque key exists.</summary>
    private async Task<(Insured Insured, VisitStanding? Standing)> InsuredOf(RegisterVisitRequest request, AdminDivision home, Registration registration, CancellationToken cancellation)
    {
        if (Gates.NotConnected(registry.At(time.GetUtcNow()), home, registration.TreatmentArea) is { } planned) throw planned.AsException();
        // SET-003, SET-004: the treatment place's list decides, before anybody is asked who it is.
        await patients.MustAccept(registration.TreatmentArea, request.CredentialType, registration.CareFrom, cancellation);
        var person = await Identified(request, home, registration, cancellation);
        if (request.ExpectedPersonKey.Length > 0 && request.ExpectedPersonKey != person.Person.ToString()) throw SettlementErrors.IdentityNotVerified.With("就诊凭证不是该人员编号的参保人的").AsException();
        var standings = person.Standings.Where(standing => standing.HomeArea == home).ToList();
        InsuranceType? asked = request.InsuranceType.Length > 0 ? NationalCodes.Insurance(request.InsuranceType) : null;
        var insurance = asked ?? (standings.Count == 1 ? standings[0].Insurance : throw SystemErrors.FieldMissing.With("insutype").AsException());
        var standing = standings.FirstOrDefault(known => known.Insurance == insurance);
        // What home has confirmed is kept sealed at this node, so that its papers need not ask the institution again.
        var (type, number) = Document(request);
        if (request.Name.Length > 0 && number.Length > 0) await patients.Remember(person.Person, type, number, request.Name, request.Phone, cancellation);
        return (new Insured(person.Person, home, insurance, request.CredentialType), standing is null ? null : new VisitStanding(standing.PersonType, standing.CivilServant));
    }

    private async Task<IdentifiedPerson> Identified(RegisterVisitRequest request, AdminDivision home, Registration registration, CancellationToken cancellation)
    {
        var (type, number) = Document(request);
        var question = new IdentifyQuestion(request.CredentialType, request.CredentialValue) { DocumentType = type, DocumentNumber = number, Name = request.Name };
        return await Authenticated(home, question, registration.TreatmentArea, registration.CareFrom, cancellation);
    }

    /// <summary>跨省用卡鉴权 (SET-003, SEC-009): a social security card of another province that its home place does not know has failed there.</summary>
    private async Task<IdentifiedPerson> Authenticated(AdminDivision home, IdentifyQuestion question, AdminDivision treatment, DateTimeOffset at, CancellationToken cancellation)
    {
        try
        {
            return await identification.Ask(home, question, cancellation);
        }
        catch (RefusedException refused) when (refused.Error.Definition == FilingErrors.CredentialUnknown && question.CredentialType == "03" && registry.At(at).Classify(home, treatment) == VisitClass.CrossProvince)
        {
            throw SettlementErrors.CardAuthFailed.With().AsException();
        }
    }

    /// <summary>An identity card shown as the credential is the document too.</summary>
    private static (string Type, string Number) Document(RegisterVisitRequest request) =>
        request.DocumentNumber.Length > 0 ? (request.DocumentType, request.DocumentNumber)
        : request is { CredentialType: "02", Name.Length: > 0 } ? ("01", request.CredentialValue)
        : ("", "");

    private static VisitAnswer Shown(string id, Visit visit)
    {
        var answer = new VisitAnswer { VisitId = SettlementMapping.OwnId(id), InstitutionCode = id[..id.IndexOf(':', StringComparison.Ordinal)], Cancelled = visit.Cancelled };
        if (visit.Registration is not { } registration) return answer;
        answer.InstitutionLevel = registration.InstitutionLevel;
        answer.TreatmentArea = registration.TreatmentArea.Code;
        answer.CareType = registration.CareType;
        answer.CareFrom = Timestamp.FromDateTimeOffset(registration.CareFrom);
        answer.DiseaseCode = registration.Disease ?? "";
        answer.OutpatientFlag = registration.OutpatientFlag;
        answer.InpatientType = registration.InpatientType;
        answer.Trauma = registration.Trauma;
        answer.Prescriber = registration.Prescriber ?? "";
        answer.UndirectReason = visit.Undirect?.Fault.Code ?? registration.NotDirect ?? "";
        answer.Mark = visit.Undirect is null ? "" : UndirectFaults.Mark;
        if (visit.CareUntil is { } until) answer.CareUntil = Timestamp.FromDateTimeOffset(until);
        if (visit.Insured is { } insured)
        {
            answer.PersonKey = insured.Person.ToString();
            answer.HomeArea = insured.HomeArea.Code;
            answer.InsuranceType = ((int)insured.Insurance).ToString(CultureInfo.InvariantCulture);
            answer.CredentialType = insured.CredentialType;
        }

        answer.PersonType = visit.Standing?.PersonType ?? "";
        answer.CivilServant = visit.Standing?.CivilServant ?? false;
        answer.Lines.AddRange(visit.Lines.Values.Select(line => new VisitLine { Serial = line.Serial, Batch = line.Batch ?? "", Held = visit.HeldLines.ContainsKey(line.Serial), AmountFen = line.Amount.Fen }));
        answer.TotalFen = visit.Lines.Values.Aggregate(Money.Zero, static (sum, line) => sum + line.Amount).Fen;
        return answer;
    }

    private SplitFeeLine SplitOf(Registration registration, Insured? insured, FeeSplit.FeeLine line)
    {
        var shown = new SplitFeeLine { Line = line.ToWire() };
        if (insured is null)
        {
            shown.Fault = SettlementErrors.VisitNotInsured.With(SettlementMapping.OwnId(registration.VisitId)).Message;
            return shown;
        }

        try
        {
            // One at a time: a line that cannot be split is told with its reason and does not hide the others.
            var split = splits.Split(registration.For([line]), insured, [line]).Lines[0];
            shown.Split = split.Totals.ToWire();
            shown.ItemClass = $"0{(int)split.Item.Class}";
            shown.Category = ChargeCategories.Code(split.Category);
            shown.ItemName = split.Item.Name;
            shown.SelfPayRatio = split.Item.SelfPayRatio.ToString(CultureInfo.InvariantCulture);
            shown.LimitPriceFen = split.Item.LimitPrice?.Fen ?? 0;
            shown.Limited = split.Item.Limited;
        }
        catch (RefusedException refused)
        {
            shown.Fault = $"[{refused.Error.Code}]{refused.Error.Message}";
        }

        return shown;
    }
}
