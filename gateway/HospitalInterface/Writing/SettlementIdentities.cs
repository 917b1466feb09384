using System.Globalization;
using System.Text.Json.Nodes;

namespace Yibao.HospitalInterface.Writing;

/// <summary>The identities that the interface prints (2206, 2207, 2208, 2303, 2304, 2305, 5203): asserted on every answer before it leaves.</summary>
public static class SettlementIdentities
{
    /// <summary>基金支付类型 of the personal account: it stands among the funds and belongs to the person's part.</summary>
    private const string PersonalAccount = "310200";

    /// <exception cref="InvalidOperationException">An answer whose figures do not add up; names the identity, with amounts only.</exception>
    public static void Assert(JsonObject output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output["setlinfo"] is not JsonObject info) return;
        decimal Of(string code) => info[code] is JsonValue value ? decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : 0m;
        decimal Either(string code, string other) => info.ContainsKey(code) ? Of(code) : Of(other);

        var (total, funds) = (Of("medfee_sumamt"), Of("fund_pay_sumamt"));
        var (person, cash) = (Either("psn_part_amt", "psn_pay"), Either("psn_cash_pay", "cash_payamt"));
        Holds("medfee_sumamt = fund_pay_sumamt + psn_part_amt + hosp_part_amt", total, funds + person + (info.ContainsKey("hosp_part_amt") ? Of("hosp_part_amt") : total - funds - person));
        Holds("fund_pay_sumamt = hifp_pay + hifes_pay + hifmi_pay + hifob_pay + cvlserv_pay + maf_pay + oth_pay", funds,
            Of("hifp_pay") + Of("hifes_pay") + Of("hifmi_pay") + Of("hifob_pay") + Of("cvlserv_pay") + Of("maf_pay") + Of("oth_pay"));
        Holds("psn_part_amt = acct_pay + psn_cash_pay", person, Of("acct_pay") + cash);
        Holds("medfee_sumamt = fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_scp_amt", total,
            Of("fulamt_ownpay_amt") + Of("overlmt_selfpay") + Of("preselfpay_amt") + Of("inscp_scp_amt"));
        if (output["setldetail"] is not JsonArray details) return;
        Holds("sum(setldetail.fund_payamt) = fund_pay_sumamt", funds, details.OfType<JsonObject>()
            .Where(row => row["fund_pay_type"]?.GetValue<string>() != PersonalAccount)
            .Sum(row => decimal.Parse(row["fund_payamt"]!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)));
    }

    private static void Holds(string identity, decimal left, decimal right)
    {
        if (left != right) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{identity} does not hold: {left:0.00} and {right:0.00}."));
    }
}
