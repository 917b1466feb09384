using Yibao.Contracts.Settlements;
using Yibao.Forms;
using Yibao.Forms.Hubei;
using Yibao.Forms.Printing;
using Yibao.HospitalInterface.Fields;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Explained = Yibao.Contracts.Settlements.Explained;
using ExplanationLine = Yibao.Contracts.Settlements.ExplanationLine;
using Figures = Yibao.Contracts.Settlements.Figures;
using FundAmount = Yibao.Contracts.Settlements.FundAmount;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.Demos;

/// <summary>What the patient gets at discharge: the statement (Annex 13) and the page that says why. The identity is the HIS's own.</summary>
internal sealed record PatientPages(string Text, string Html)
{
    /// <param name="level">医院等级 (hosp_lv) of the institution, as it knows it itself.</param>
    public static PatientPages Of(InterfaceRequest message, Settled settled, string level)
    {
        var data = message.Input.One("data")!;
        var visit = message.Input.One("mdtrtinfo")!;
        var places = NodeRegistry.Reference.Latest;
        var citizen = CitizenId.Parse(data.Text("certno")!);
        var admitted = visit.Date("begntime")!.Value;
        var discharged = data.Date("dscgTime") ?? admitted;
        var split = new SplitTotals(new Money(settled.Split.TotalFen), new Money(settled.Split.InScopeFen), new Money(settled.Split.ClassBSelfPayFen), new Money(settled.Split.OverLimitFen), new Money(settled.Split.SelfFundedFen));
        var figures = new Figures(new Money(settled.Figures.TotalFen),
            [.. settled.Figures.Funds.Select(fund => new FundAmount(Enum.Parse<Fund>(fund.Fund), fund.Name, new Money(fund.AmountFen)))],
            new Money(settled.Figures.CashFen), new Money(settled.Figures.HospitalBorneFen), new Money(settled.Figures.AccountBalanceFen));
        var deductible = new Money(settled.Explanation.DeductibleFen);
        var statement = new InpatientStatement
        {
            SettlementId = settled.NationalId,
            TreatmentArea = new AdminDivision(settled.TreatmentArea),
            ContentHash = settled.ContentHash[..16],
            Patient = data.Text("psn_name")!,
            Sex = citizen.Sex == Sex.Male ? "男" : "女",
            Age = discharged.Year - citizen.BirthDate.Year - (discharged < citizen.BirthDate.AddYears(discharged.Year - citizen.BirthDate.Year) ? 1 : 0),
            SocialSecurityNumber = citizen.Reveal(),
            TreatmentPlace = places.FullName(new AdminDivision(settled.TreatmentArea)),
            Hospital = message.InstitutionName,
            HomePlace = places.FullName(new AdminDivision(settled.HomeArea)),
            Insurance = Enum.Parse<InsuranceType>(settled.InsuranceType),
            HospitalLevel = CodeLists.Name("hosp_lv", level) ?? level,
            AdmissionKind = CodeLists.Name("med_type", settled.CareType) ?? "普通住院",
            InpatientNumber = visit.Text("ipt_no") ?? visit.Text("mdtrt_id")!,
            Department = visit.Text("adm_dept_name") ?? "门诊",
            MainDiagnosis = visit.Text("dscg_maindiag_name") ?? visit.Text("dise_name") ?? "—",
            Admitted = admitted,
            Discharged = discharged,
            Split = split,
            Figures = figures,
            Deductible = deductible,
        };
        var explanation = new SettlementExplanation
        {
            SettlementId = settled.NationalId,
            HomeArea = new AdminDivision(settled.HomeArea),
            HomePlace = statement.HomePlace,
            TreatmentPlace = statement.TreatmentPlace,
            Split = split,
            Figures = figures,
            PolicyVersion = settled.PolicyVersion,
            Explained = new Explained(deductible, [.. settled.Explanation.Lines.Select(line => new ExplanationLine(new Money(line.TookInFen), new Money(line.ResultFen), line.Reason, line.Rule, line.Article, line.Source, line.Worth))]),
        };
        var form = statement.Issue();
        return new PatientPages(FormText.Render(form), FormHtml.Render([form, explanation.Issue()]));
    }
}
