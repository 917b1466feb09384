using System.Text.Json.Serialization;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Settlements;

/// <summary>
/// One settlement as every node on its path holds it: what is reconciled, declared, cleared and audited. Home makes it and signs it
/// within its outcome; a negative settlement (冲正, 退费) is one of these too, with its own id and business date.
/// </summary>
/// <param name="SettlementId">国家结算号 (setl_id): one in the nation (SET-034).</param>
/// <param name="OriginalId">Of a negative settlement: the one it takes back.</param>
/// <param name="VisitId">就诊 (mdtrt_id), unique per institution.</param>
/// <param name="TreatmentArea">就医地统筹区 (mdtrtarea_admvs).</param>
/// <param name="HomeArea">参保地统筹区 (insuplc_admdvs).</param>
/// <param name="Institution">定点医药机构编号 (fixmedins_code).</param>
/// <param name="Person">The person's opaque key, never a number or name.</param>
/// <param name="Insurance">险种 (insutype).</param>
/// <param name="CareType">医疗类别 (med_type), national code.</param>
/// <param name="BusinessDate">业务日期: stamped once by treatment in the intent, Asia/Shanghai; travels and never changes.</param>
/// <param name="Instant">When treatment made the intent, UTC; it selects registry and policy.</param>
/// <param name="Split">The four parts of the fees; negative in a negative settlement.</param>
/// <param name="Figures">Who pays what; negative in a negative settlement.</param>
/// <param name="RequestHash">The canonical hash of the complete request: decisive dates, categories, lines, catalogue.</param>
/// <param name="PolicyVersion">The policy that home applied.</param>
/// <param name="AccumulatorsVersion">Of the benefit year at the decision: how many facts it held.</param>
public sealed record SettlementContent(
    string SettlementId,
    string? OriginalId,
    string VisitId,
    AdminDivision TreatmentArea,
    AdminDivision HomeArea,
    string Institution,
    PersonKey Person,
    InsuranceType Insurance,
    string CareType,
    DateOnly BusinessDate,
    DateTimeOffset Instant,
    SplitTotals Split,
    Figures Figures,
    string RequestHash,
    string PolicyVersion,
    long AccumulatorsVersion)
{
    /// <summary>总费用 (medfee_sumamt).</summary>
    [JsonIgnore]
    public Money Total => Figures.Total;

    /// <summary>基金支付合计 (fund_pay_sumamt).</summary>
    [JsonIgnore]
    public Money FundTotal => Figures.FundTotal;

    /// <summary>个人现金支付 (psn_cash_pay).</summary>
    [JsonIgnore]
    public Money Cash => Figures.Cash;

    /// <summary>冲正 or 退费.</summary>
    [JsonIgnore]
    public bool IsNegative => OriginalId is not null;

    /// <summary>
    /// The one hash of a settlement's content; reconciliation and audit compare it. Names of funds and the account balance are print
    /// only and stay out of it.
    /// </summary>
    public string Hash(IDigest? digest = null) => Form().Hash(digest);

    /// <summary>Whether two nodes hold the same settlement, to the fen: what would be hashed is the same.</summary>
    public bool SameAs(SettlementContent other) => Form().Bytes.SequenceEqual(other.Form().Bytes);

    private CanonicalForm Form() => new CanonicalForm("settlement-content.v1")
        .Text("settlementId", SettlementId)
        .Text("originalId", OriginalId)
        .Text("visitId", VisitId)
        .Text("treatmentArea", TreatmentArea.Code)
        .Text("homeArea", HomeArea.Code)
        .Text("institution", Institution)
        .Text("person", Person.ToString())
        .Number("insurance", (int)Insurance)
        .Text("careType", CareType)
        .Date("businessDate", BusinessDate)
        .Instant("instant", Instant)
        .Split("split", Split)
        .Figures("figures", Figures)
        .Text("requestHash", RequestHash)
        .Text("policyVersion", PolicyVersion)
        .Number("accumulatorsVersion", AccumulatorsVersion);

    /// <summary>The negative settlement that takes this one back, whole (partial is refused).</summary>
    /// <param name="negativeId">Its own id.</param>
    /// <param name="businessDate">Its own business date.</param>
    /// <param name="instant">When treatment asked for it.</param>
    /// <param name="accountBalance">结算后个人账户余额, after the account got its part back.</param>
    public SettlementContent Negate(string negativeId, DateOnly businessDate, DateTimeOffset instant, Money accountBalance) => this with
    {
        SettlementId = negativeId,
        OriginalId = SettlementId,
        BusinessDate = businessDate,
        Instant = instant,
        Split = new SplitTotals(-Split.Total, -Split.InScope, -Split.ClassBSelfPay, -Split.OverLimit, -Split.SelfFunded),
        Figures = new Figures(-Figures.Total, [.. Figures.Funds.Select(fund => fund with { Amount = -fund.Amount })], -Figures.Cash, -Figures.HospitalBorne, accountBalance),
    };
}
