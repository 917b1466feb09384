using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Reading;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.HospitalInterface.Mapping;

/// <summary>结算 (2303/2304, 2206/2207) and its ways back (2305, 2208, 2601) in the words of the settlement service, and its answers in the interface's.</summary>
public static class SettlementMapping
{
    private static readonly TimeSpan Shanghai = TimeSpan.FromHours(8);

    /// <summary>预结算 and 结算; msgid is the idempotency key.</summary>
    /// <param name="request">Envelope.</param>
    /// <param name="data">Node data.</param>
    /// <param name="outpatientUntil">When the care ended where the message does not say it (outpatients).</param>
    public static SettleRequest Settle(InterfaceRequest request, InputNode data, DateTimeOffset outpatientUntil) => new()
    {
        InstitutionCode = request.Institution,
        SettlementId = request.MessageId,
        VisitId = VisitMapping.OwnId(request.Institution, VisitMapping.Need(data, "mdtrt_id", "就诊ID")),
        CareUntil = Discharge(data) ?? Timestamp.FromDateTimeOffset(outpatientUntil),
        UseAccount = data.Text("acct_used_flag") is not (null or "0"),
        Channel = Channel(request),
    };

    /// <summary>支付渠道 from the envelope's opter_type; what else a HIS sends there says nothing of it.</summary>
    public static PaymentChannel Channel(InterfaceRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.OperatorType.TrimStart('0') switch
        {
            "1" => PaymentChannel.Counter,
            "2" => PaymentChannel.SelfService,
            "3" => PaymentChannel.Mobile,
            _ => PaymentChannel.Unspecified,
        };
    }

    /// <summary>结算撤销 (2305, 2208), named by the settlement it takes back.</summary>
    public static WithdrawRequest Refund(InterfaceRequest request, InputNode data) => new()
    {
        InstitutionCode = request.Institution,
        SettlementId = VisitMapping.OwnId(request.Institution, VisitMapping.Need(data, "setl_id", "结算ID")),
        NegativeId = request.MessageId,
    };

    /// <summary>冲正 (2601), named by the message it takes back.</summary>
    public static WithdrawRequest Reverse(InterfaceRequest request, InputNode data) => new()
    {
        InstitutionCode = request.Institution,
        SettlementId = VisitMapping.Need(data, "omsgid", "原发送方报文ID"),
        NegativeId = request.MessageId,
    };

    /// <summary>Checks what HIS and platform must agree on before anything is asked of home: the total the HIS charges.</summary>
    /// <exception cref="RefusedException"><c>TOTAL_MISMATCH</c>.</exception>
    public static void CheckTotal(InputNode data, Split split)
    {
        ArgumentNullException.ThrowIfNull(split);
        if (data.Amount("medfee_sumamt") is { } total && total.Fen != split.TotalFen) throw InterfaceErrors.TotalMismatch.With(total, new Money(split.TotalFen)).AsException();
    }

    /// <summary>The output nodes of 2304, 2207 (a settlement), 2305 and 2208 (its negative).</summary>
    /// <param name="infno">Whose tables.</param>
    /// <param name="settlement">As the settlement service answered.</param>
    /// <param name="data">The request's node data: the identity is the HIS's own and goes back to it, nothing of it is stored.</param>
    /// <param name="negative">Whether the negative's figures are asked for.</param>
    /// <param name="visit">What is known of the person's standing; null: what the HIS said of it.</param>
    /// <param name="more">Further fields of setlinfo.</param>
    /// <exception cref="InvalidOperationException">The figures do not add up.</exception>
    public static JsonObject Output(string infno, Settlement settlement, InputNode data, bool negative = false, VisitAnswer? visit = null, Action<OutputNode>? more = null)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        var figures = (negative ? settlement.Negative?.Figures : settlement.Figures) ?? throw new InvalidOperationException("Only what was granted has figures.");
        var sign = negative ? -1 : 1;
        var fields = Fields.FieldTable.Output(infno).Where(field => field.Node == "setlinfo").Select(field => field.Code).ToHashSet(StringComparer.Ordinal);
        var node = new OutputNode(infno, "setlinfo");
        void Set(string code, Money amount) { if (fields.Contains(code)) node.Set(code, amount); }
        void Text(string code, string? text) { if (fields.Contains(code)) node.Set(code, text); }

        Text("mdtrt_id", settlement.VisitId);
        // The sender's msgid names the settlement: thirty characters that begin with the institution's code.
        Text("setl_id", negative ? settlement.Negative!.SettlementId : settlement.SettlementId);
        Text("psn_no", PersonNumber.Write(settlement.PersonKey));
        foreach (var own in new[] { "psn_name", "psn_cert_type", "certno", "psn_type", "mdtrt_cert_type" }) Text(own, data.Text(own));
        if (visit is { PersonType.Length: > 0 }) Text("psn_type", visit.PersonType);
        if (visit is not null) Text("cvlserv_flag", visit.CivilServant ? "1" : "0");
        Text("insutype", settlement.InsuranceType);
        Text("med_type", settlement.CareType);
        Text("medins_setl_id", negative ? settlement.Negative!.SettlementId : settlement.SettlementId);
        Text("clr_optins", settlement.TreatmentArea);
        Text("clr_way", "1");
        Text("clr_type", ClearingType(settlement.CareType));
        if (fields.Contains("setl_time") && settlement.DecidedAt is { } decided) node.Set("setl_time", decided.ToDateTimeOffset().ToOffset(Shanghai));

        Set("medfee_sumamt", new Money(figures.TotalFen));
        Set("fulamt_ownpay_amt", new Money(sign * settlement.Split.SelfFundedFen));
        Set("overlmt_selfpay", new Money(sign * settlement.Split.OverLimitFen));
        Set("preselfpay_amt", new Money(sign * settlement.Split.ClassBSelfPayFen));
        Set("inscp_scp_amt", new Money(sign * settlement.Split.InScopeFen));
        var deductible = new Money(sign * (settlement.Explanation?.DeductibleFen ?? 0));
        Set("act_pay_dedc", deductible);
        // Despite its name the share that the pooled fund paid of what entered the ratio (a sample shows 0.84).
        var entered = sign * settlement.Split.InScopeFen - deductible.Fen;
        if (fields.Contains("pool_prop_selfpay")) node.Set("pool_prop_selfpay", entered == 0 ? 0m : decimal.Round((decimal)Of(figures, "Pooled").Fen / entered, 4, MidpointRounding.AwayFromZero));
        var account = Of(figures, "PersonalAccount");
        Set("hifp_pay", Of(figures, "Pooled"));
        Set("hifob_pay", Of(figures, "EmployeeLargeSum"));
        Set("hifmi_pay", Of(figures, "ResidentCatastrophic"));
        Set("hifes_pay", Of(figures, "Supplementary"));
        Set("cvlserv_pay", Of(figures, "CivilServant"));
        Set("hifdm_pay", Of(figures, "DisabledServicemen"));
        Set("maf_pay", Of(figures, "MedicalAid"));
        // The interface's identity: the funds' total has the servicemen's inside "other", and the account beside it, in the person's part.
        Set("oth_pay", Of(figures, "Other") + Of(figures, "DisabledServicemen"));
        Set("fund_pay_sumamt", new Money(figures.FundTotalFen) - account);
        Set("acct_pay", account);
        Set("psn_cash_pay", new Money(figures.CashFen));
        // 2208's table misprints the field; HIS read either.
        Set("pdn_cash_pay", new Money(figures.CashFen));
        Set("psn_part_amt", account + new Money(figures.CashFen));
        // 5203 and 3202 call the same two by other names.
        Set("psn_pay", account + new Money(figures.CashFen));
        Set("cash_payamt", new Money(figures.CashFen));
        Set("hosp_part_amt", new Money(figures.HospitalBorneFen));
        Set("balc", new Money(figures.AccountBalanceFen));
        more?.Invoke(node);
        var output = new JsonObject { ["setlinfo"] = node.Build(), ["setldetail"] = Details(infno, figures, settlement, sign) };
        SettlementIdentities.Assert(output);
        return output;
    }

    /// <summary>A trial's figures in the shape of a settlement, so that 2206 and 2303 answer like 2207 and 2304.</summary>
    public static Settlement Trial(PreSettleAnswer trial, VisitAnswer visit, string messageId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(visit);
        return new Settlement
        {
            SettlementId = messageId,
            VisitId = visit.VisitId,
            Figures = trial.Figures,
            Split = trial.Split,
            Explanation = trial.Explanation,
            PersonKey = visit.PersonKey,
            HomeArea = visit.HomeArea,
            TreatmentArea = visit.TreatmentArea,
            InsuranceType = visit.InsuranceType,
            CareType = visit.CareType,
            InstitutionCode = visit.InstitutionCode,
            DecidedAt = Timestamp.FromDateTimeOffset(now),
        };
    }

    private static JsonArray Details(string infno, Figures figures, Settlement settlement, int sign) =>
        [.. figures.Funds.Where(fund => fund.AmountFen != 0).Select(fund => (JsonNode)new OutputNode(infno, "setldetail")
            .Set("fund_pay_type", fund.Code)
            .Set("fund_pay_type_name", fund.Name)
            .Set("fund_payamt", new Money(fund.AmountFen))
            .Set("crt_payb_lmt_amt", new Money(fund.AmountFen))
            .Set("inscp_scp_amt", new Money(sign * settlement.Split.InScopeFen))
            .Build())];

    private static Money Of(Figures figures, string fund) => new(figures.Funds.Where(f => f.Fund == fund).Sum(f => f.AmountFen));

    /// <summary>清算类别 (clr_type).</summary>
    public static string ClearingType(string careType) => careType switch
    {
        "14" => "14",
        "13" => "13",
        "41" => "41",
        ['2', ..] => "21",
        null => throw new ArgumentNullException(nameof(careType)),
        _ => "11",
    };

    /// <summary>dscgTime is a date in the tables; the care ends with that day's discharge, so its last second is meant.</summary>
    public static Timestamp? Discharge(InputNode data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var code = data.Text("dscgTime") is null ? "endtime" : "dscgTime";
        if (data.DateTime(code) is not { } time) return null;
        if (data.Text(code)!.Length == 10) time = time.AddDays(1).AddSeconds(-1);
        return Timestamp.FromDateTimeOffset(new DateTimeOffset(time, Shanghai));
    }
}
