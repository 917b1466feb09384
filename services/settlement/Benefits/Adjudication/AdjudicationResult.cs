using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Settlement.Benefits.Packs;

namespace Yibao.Settlement.Benefits.Adjudication;

/// <summary>A calculation with the policy it was made under: prints itself in the national interface's names, yuan with two decimals.</summary>
public sealed record AdjudicationResult(AdjudicationRequest Request, ResolvedPolicy Policy, Breakdown Breakdown)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Name, Fund Fund)[] FundFields =
    [
        ("hifp_pay", Fund.Pooled), ("cvlserv_pay", Fund.CivilServant), ("hifes_pay", Fund.Supplementary), ("hifmi_pay", Fund.ResidentCatastrophic),
        ("hifob_pay", Fund.EmployeeLargeSum), ("maf_pay", Fund.MedicalAid), ("oth_pay", Fund.Other), ("acct_pay", Fund.PersonalAccount),
    ];

    public string ToJson() => ToJsonObject().ToJsonString(Readable);

    public JsonObject ToJsonObject()
    {
        var figures = Breakdown.Figures;
        var json = new JsonObject
        {
            ["medfee_sumamt"] = Yuan(figures.Total),
            ["fulamt_ownpay_amt"] = Yuan(Request.Split.SelfFunded),
            ["overlmt_selfpay"] = Yuan(Request.Split.OverLimit),
            ["preselfpay_amt"] = Yuan(Request.Split.ClassBSelfPay),
            ["inscp_scp_amt"] = Yuan(Request.Split.InScope),
            ["act_pay_dedc"] = Yuan(Breakdown.Deductible),
        };
        foreach (var (name, fund) in FundFields) json[name] = Yuan(figures.Of(fund));
        json["fund_pay_sumamt"] = Yuan(figures.FundTotal);
        json["psn_cash_pay"] = Yuan(figures.Cash);
        json["hosp_part_amt"] = Yuan(figures.HospitalBorne);
        json["balc"] = Yuan(figures.AccountBalance);
        json["funds"] = new JsonArray([.. figures.Funds.Select(fund => new JsonObject
        {
            ["fund_pay_type"] = fund.Code,
            ["fund_pay_type_name"] = fund.Name,
            ["fund_payamt"] = Yuan(fund.Amount),
        })]);
        json["treatment_class"] = Breakdown.Class.ToString();
        json["manual_reimbursement"] = Breakdown.ManualOnly;
        json["policy_version"] = Breakdown.PolicyVersion;
        json["warnings"] = new JsonArray([.. Policy.Warnings.Select(warning => JsonValue.Create(warning))]);
        json["steps"] = new JsonArray([.. Breakdown.Steps.Select(StepOf)]);
        json["draws"] = new JsonObject(Breakdown.Draws.Draws.Select(draw => KeyValuePair.Create(draw.Counter, (JsonNode?)Yuan(draw.Amount)))
            .Prepend(KeyValuePair.Create("admissions", (JsonNode?)Breakdown.Draws.Admissions)));
        return json;
    }

    private static JsonObject StepOf(Step step) => new()
    {
        ["step"] = step.Kind.ToString(),
        ["took_in"] = Yuan(step.TookIn),
        ["paid"] = Yuan(step.Paid),
        ["rule"] = step.Rule.Id,
        ["article"] = step.Rule.Article,
        ["source"] = step.Rule.Source,
        ["mark"] = step.Rule.Mark.ToString().ToLowerInvariant(),
        ["origin"] = step.Rule.Origin,
        ["reason"] = step.Reason,
    };

    /// <summary>A number with exactly two decimals, as the interface prints amounts.</summary>
    private static JsonNode Yuan(Money money) => JsonNode.Parse(money.InYuan.ToString("0.00", CultureInfo.InvariantCulture))!;
}
