using Yibao.Contracts.Settlements;
using Yibao.Forms;
using Yibao.Forms.Hubei;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Identify;
using Yibao.Settlement.Local;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Statements;

/// <summary>
/// 结算单 and 结算说明 from what this node holds of a settlement. Who the patient is comes from the node's own table, where home confirmed it at
/// registration; else, and for what only the institution knows, from the request.
/// </summary>
public sealed class StatementDesk(IWriteDoor door, Patients patients, NodeRegistry registry, TimeProvider time)
{
    /// <summary>The statement (004 Annex 13): the first print is the original, each later one a copy; of a settlement that was taken back, void.</summary>
    /// <exception cref="RefusedException"><c>STATEMENT_NOT_AVAILABLE</c>, <c>FIELD_REQUIRED</c>, <c>IDENTITY_1</c>, <c>IDENTITY_2</c>.</exception>
    public async Task<Form> Statement(string institution, string ownId, StatementParticulars particulars, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(particulars);
        if (!SettlementId.IsWellFormed(particulars.PrintId)) throw SystemErrors.FieldInvalid.With("print_id", "1–64 位字母、数字、点、横线或下划线").AsException();
        var id = await Original(institution, ownId);
        var stream = TreatmentSettlement.Stream(id);
        // The sheet is made before its print is stored: what cannot be printed was not printed.
        var issued = await Sheet(id, await door.Read(stream), particulars);
        var now = time.GetUtcNow();
        var settlement = (await door.Execute(new Command(actor, id, [stream], states => StatementRules.Print(id, particulars.PrintId, now, states.Of(stream))))).OrThrow().State(stream);
        var (copy, at) = StatementRules.CopyOf(particulars.PrintId, settlement)!.Value;
        if (copy > 0) issued = issued.AsCopy(copy, at);
        return settlement.Outcome!.Negative is { } negative ? issued.AsVoid(negative.SettlementId) : issued;
    }

    /// <summary>"Why this much", for the patient: each step, its rule, its article. Speaks of no person.</summary>
    /// <exception cref="RefusedException"><c>SETTLEMENT_NOT_GRANTED</c>.</exception>
    public async Task<Form> Explanation(string institution, string ownId)
    {
        var id = await Original(institution, ownId);
        var settlement = await door.Read(TreatmentSettlement.Stream(id));
        if (settlement.Outcome is not { Content: { } content, Explanation: { } explained } outcome) throw SettlementErrors.NotGranted.With(ownId).AsException();
        var page = SettlementExplanation.Of(content, explained, registry.At(content.Instant)).Issue();
        return outcome.Negative is { } negative ? page.AsVoid(negative.SettlementId) : page;
    }

    /// <summary>Of a repeat's id: the settlement that was made; of a negative's id: the original.</summary>
    private async Task<string> Original(string institution, string ownId)
    {
        var id = SettlementId.Of(institution, ownId);
        var state = await door.Read(TreatmentSettlement.Stream(id));
        return state.FirstId ?? state.Negative?.OriginalId ?? id;
    }

    private async Task<Form> Sheet(string id, TreatmentSettlement settlement, StatementParticulars particulars)
    {
        if (settlement is not { Request: { } request, Outcome: { Content: { } content, Explanation: { } explained } }) throw CareErrors.NoStatement.With(id).AsException();
        if (!request.CareType.StartsWith('2')) throw CareErrors.NoStatement.With(id).AsException();
        var places = registry.At(request.Instant);
        if (await patients.Of(request.Person, "打印结算单") is { } known) particulars = particulars with { Patient = known.Name, SocialSecurityNumber = known.DocumentNumber };
        var (sex, age) = Person(particulars, request.CareUntil.BusinessDate());
        return new InpatientStatement
        {
            SettlementId = id,
            InvoiceNumber = particulars.InvoiceNumber,
            TreatmentArea = request.TreatmentArea,
            ContentHash = content.Hash()[..16],
            Patient = particulars.Patient,
            Sex = sex,
            Age = age,
            SocialSecurityNumber = particulars.SocialSecurityNumber,
            CardNumber = particulars.CardNumber,
            TreatmentPlace = places.FullName(request.TreatmentArea),
            Hospital = (await door.Read(InstitutionCopy.Stream(request.Institution))).Institution?.Name ?? request.Institution,
            HomePlace = places.FullName(request.HomeArea),
            Insurance = request.Insurance,
            HospitalLevel = NationalCodes.LevelName(request.InstitutionLevel),
            AdmissionKind = request.CareType == "24" || request.InpatientType == 2 ? "急诊入院" : request.InpatientType == 3 ? "转院入院" : "普通住院",
            InpatientNumber = particulars.InpatientNumber,
            Department = particulars.Department,
            MainDiagnosis = particulars.MainDiagnosis,
            OtherDiagnoses = particulars.OtherDiagnoses,
            Admitted = request.CareFrom.BusinessDate(),
            Discharged = request.CareUntil.BusinessDate(),
            Split = request.Split,
            Figures = content.Figures,
            Deductible = explained.Deductible,
        }.Issue();
    }

    private static (string Sex, int Age) Person(StatementParticulars particulars, DateOnly discharged)
    {
        if (particulars is { Sex: { } sex, Age: { } age }) return (sex, age);
        var citizen = CitizenId.Parse(particulars.SocialSecurityNumber);
        var years = discharged.Year - citizen.BirthDate.Year;
        if (discharged < citizen.BirthDate.AddYears(years)) years--;
        return (particulars.Sex ?? (citizen.Sex == Sex.Male ? "男" : "女"), particulars.Age ?? years);
    }
}
