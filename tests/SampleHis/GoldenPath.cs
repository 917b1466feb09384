using System.Globalization;
using System.Text.Json.Nodes;

namespace Yibao.SampleHis;

/// <summary>One call of the path, or one thing that must hold.</summary>
/// <param name="Infno">交易编号.</param>
/// <param name="What">In Chinese, for people.</param>
/// <param name="Detail">What came; never who the patient is.</param>
public sealed record PathStep(string Part, string Infno, string What, string MessageId, bool Holds, string Detail, double TookMs);

/// <summary>
/// What a HIS vendor does first against a gateway: an outpatient visit, a reversal, an inpatient stay, each to its end and back again, so
/// that it can be run as often as one likes. Every step says what must hold of the answer.
/// </summary>
public sealed class GoldenPath(HisSystem his)
{
    private readonly List<PathStep> _steps = [];
    private readonly string _run = his.NextMessageId()[^16..];
    private string _part = "";

    public IReadOnlyList<PathStep> Steps => _steps;

    public bool Holds => _steps.Count > 0 && _steps.TrueForAll(step => step.Holds);

    /// <summary>What the patient paid in the last settlement, for a summary: total, funds, cash in yuan.</summary>
    public (decimal Total, decimal Funds, decimal Cash) LastFigures { get; private set; }

    /// <summary>门诊: registration, visit, fees, trial, settlement, its repeat, queries, refund.</summary>
    public async Task Outpatient(Patient patient, IReadOnlyList<Charge> charges, CancellationToken cancellation = default)
    {
        _part = "门诊";
        var sign = await Step("9001", "签到", "", new JsonObject { ["signIn"] = new JsonObject { ["opter_no"] = "op-01", ["mac"] = "00-00-00-00-00-00", ["ip"] = "10.0.0.8" } }, cancellation,
            reply => Text(reply.Node("signinoutb"), "sign_no") is { Length: > 0 and <= 30 } ? null : "没有签到编号");
        if (await Person(patient, cancellation) is not { } person) return;
        await Step("2001", "待遇享受检查", patient.HomeArea, new JsonObject
        {
            ["data"] = new JsonObject { ["psn_no"] = person, ["insutype"] = patient.InsuranceType, ["fixmedins_code"] = his.Account.Institution, ["med_type"] = "11", ["begntime"] = Time(his.Now) },
        }, cancellation, reply => Text(reply.Node("trtinfo"), "trt_enjymnt_flag") == "1" ? null : $"不能享受待遇：{Text(reply.Node("trtinfo"), "trt_chk_rslt")}");

        if (await Outpatient(patient, person, $"MZ{_run}", cancellation) is not { } visit || !await Fees("2204", patient, person, visit, "B1", charges, cancellation)) return;
        var total = charges.Sum(charge => charge.Amount);
        var trial = await Step("2206", "预结算", patient.HomeArea, Settlement(patient, person, visit, "B1", total), cancellation, Figures(total));
        var id = his.NextMessageId();
        var settled = await Step("2207", "结算", patient.HomeArea, Settlement(patient, person, visit, "B1", total), cancellation,
            reply => Figures(total)(reply) ?? Same(reply, trial, "fund_pay_sumamt", "acct_pay", "psn_cash_pay"), id);
        if (Text(settled.Node("setlinfo"), "setl_id") is not { Length: > 0 } settlement) return;
        Keep(settled);
        await Step("2207", "同一报文重发：答复相同，不重复结算", patient.HomeArea, Settlement(patient, person, visit, "B1", total), cancellation,
            reply => Same(reply, settled, "setl_id", "fund_pay_sumamt", "psn_cash_pay") ?? (Text(reply.Body, "inf_refmsgid") == Text(settled.Body, "inf_refmsgid") ? null : "接收方报文ID不同"), id);
        await Refused("2207", "同一报文ID、不同内容：拒绝", patient.HomeArea, Settlement(patient, person, visit, "B1", total + 1), id, cancellation);
        await Queries(patient, person, visit, settlement, charges.Count, settled, cancellation);
        await Back("2208", patient, person, visit, settlement, settled, cancellation);
        await Step("2205", "撤销费用明细", patient.HomeArea, Data(person, visit, ("chrg_bchno", "0000")), cancellation);
        await Step("2202", "挂号撤销", patient.HomeArea, Data(person, visit, ("ipt_otp_no", $"MZ{_run}")), cancellation);
        await Step("9002", "签退", "", new JsonObject { ["signOut"] = new JsonObject { ["sign_no"] = Text(sign.Node("signinoutb"), "sign_no"), ["opter_no"] = "op-01" } }, cancellation);
    }

    /// <summary>冲正: the HIS lost the answer of a settlement and takes it back.</summary>
    public async Task Reversal(Patient patient, IReadOnlyList<Charge> charges, CancellationToken cancellation = default)
    {
        _part = "冲正";
        if (await Person(patient, cancellation) is not { } person) return;
        if (await Outpatient(patient, person, $"CZ{_run}", cancellation) is not { } visit || !await Fees("2204", patient, person, visit, "B1", charges, cancellation)) return;
        var (id, total) = (his.NextMessageId(), charges.Sum(charge => charge.Amount));
        await Step("2207", "结算（假定答复未收到）", patient.HomeArea, Settlement(patient, person, visit, "B1", total), cancellation, Figures(total), id);
        await Step("2601", "冲正", patient.HomeArea, new JsonObject { ["data"] = new JsonObject { ["psn_no"] = person, ["omsgid"] = id, ["oinfno"] = "2207" } }, cancellation);
        await Refused("2207", "冲正之后原报文再到：拒绝", patient.HomeArea, Settlement(patient, person, visit, "B1", total), id, cancellation);
        await Step("2205", "撤销费用明细", patient.HomeArea, Data(person, visit, ("chrg_bchno", "0000")), cancellation);
        await Step("2202", "挂号撤销", patient.HomeArea, Data(person, visit, ("ipt_otp_no", $"CZ{_run}")), cancellation);
    }

    /// <summary>住院: admission, fees, trial, discharge, settlement, refund, everything undone.</summary>
    public async Task Inpatient(Patient patient, IReadOnlyList<Charge> charges, CancellationToken cancellation = default)
    {
        _part = "住院";
        if (await Person(patient, cancellation) is not { } person) return;
        var (admitted, number) = (his.Now.AddDays(-3), $"ZY{_run}");
        var admission = await Step("2401", "入院办理", patient.HomeArea, Admission(patient, person, admitted, number), cancellation,
            reply => Text(reply.Node("result"), "mdtrt_id") is { Length: > 0 and <= 30 } ? null : "没有就诊ID");
        if (Text(admission.Node("result"), "mdtrt_id") is not { Length: > 0 } visit) return;
        await Step("5303", "在院信息查询", patient.HomeArea, new JsonObject { ["data"] = new JsonObject { ["psn_no"] = person, ["begntime"] = Time(admitted.AddDays(-1)), ["endtime"] = Time(his.Now) } }, cancellation,
            reply => reply.Rows("data").Any(row => Text(row, "mdtrt_id") == visit) ? null : "查不到在院记录");
        if (!await Fees("2301", patient, person, visit, null, charges, cancellation, admitted)) return;
        var total = charges.Sum(charge => charge.Amount);
        await Step("2303", "预结算", patient.HomeArea, Settlement(patient, person, visit, null, total), cancellation, Figures(total));
        await Step("2402", "出院办理", patient.HomeArea, DischargeOf(patient, person, visit), cancellation);
        var settled = await Step("2304", "结算", patient.HomeArea, Settlement(patient, person, visit, null, total), cancellation, Figures(total));
        if (Text(settled.Node("setlinfo"), "setl_id") is not { Length: > 0 } settlement) return;
        Keep(settled);
        await Queries(patient, person, visit, settlement, charges.Count, settled, cancellation);
        await Back("2305", patient, person, visit, settlement, settled, cancellation);
        await Step("2405", "出院撤销", patient.HomeArea, Data(person, visit), cancellation);
        await Step("2302", "撤销费用明细", patient.HomeArea, Data(person, visit, ("feedetl_sn", "0000")), cancellation);
        await Step("2404", "入院撤销", patient.HomeArea, Data(person, visit), cancellation);
    }

    private async Task<string?> Person(Patient patient, CancellationToken cancellation)
    {
        var reply = await Step("1101", "人员信息获取", patient.HomeArea, new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["mdtrt_cert_type"] = patient.CredentialType, ["mdtrt_cert_no"] = patient.Credential ?? patient.CertificateNumber, ["card_sn"] = "", ["begntime"] = null,
                ["psn_cert_type"] = patient.CertificateType, ["certno"] = patient.CertificateNumber, ["psn_name"] = patient.Name,
            },
        }, cancellation, answer => Text(answer.Node("baseinfo"), "psn_no") is not { Length: > 0 and <= 30 } ? "没有人员编号"
            : answer.Rows("insuinfo").Any(row => Text(row, "insutype") == patient.InsuranceType && Text(row, "insuplc_admdvs") == patient.HomeArea) ? null : "没有所报参保地和险种的参保信息");
        return Text(reply.Node("baseinfo"), "psn_no") is { Length: > 0 } person ? person : null;
    }

    private async Task<string?> Outpatient(Patient patient, string person, string number, CancellationToken cancellation)
    {
        var registered = await Step("2201", "挂号", patient.HomeArea, new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["psn_no"] = person, ["insutype"] = patient.InsuranceType, ["begntime"] = Time(his.Now), ["mdtrt_cert_type"] = patient.CredentialType, ["mdtrt_cert_no"] = patient.Credential ?? patient.CertificateNumber,
                ["psn_cert_type"] = patient.CertificateType, ["certno"] = patient.CertificateNumber, ["psn_type"] = patient.PersonType, ["psn_name"] = patient.Name, ["ipt_otp_no"] = number,
                ["atddr_no"] = "DR0001", ["dr_name"] = "样例医师", ["dept_code"] = "D01", ["dept_name"] = "内科门诊", ["caty"] = "A03",
            },
        }, cancellation, reply => Text(reply.Node("data"), "mdtrt_id") is { Length: > 0 and <= 30 } ? null : "没有就诊ID");
        if (Text(registered.Node("data"), "mdtrt_id") is not { Length: > 0 } visit) return null;
        await Step("2203", "就诊信息上传", patient.HomeArea, new JsonObject
        {
            ["mdtrtinfo"] = new JsonObject { ["mdtrt_id"] = visit, ["psn_no"] = person, ["med_type"] = "11", ["begntime"] = Time(his.Now), ["dise_codg"] = "I10", ["dise_name"] = "高血压病", ["exp_content"] = "{\"OTP_ER_REFL_FLAG\":\"0\"}" },
            ["diseinfo"] = new JsonArray(new JsonObject
            {
                ["diag_type"] = "1", ["diag_srt_no"] = "1", ["diag_code"] = "I10.x00", ["diag_name"] = "高血压病", ["diag_dept"] = "D01", ["dise_dor_no"] = "DR0001", ["dise_dor_name"] = "样例医师", ["diag_time"] = Time(his.Now), ["vali_flag"] = "1",
            }),
        }, cancellation);
        return visit;
    }

    private async Task<bool> Fees(string infno, Patient patient, string person, string visit, string? batch, IReadOnlyList<Charge> charges, CancellationToken cancellation, DateTimeOffset? at = null)
    {
        var day = at ?? his.Now;
        var lines = new JsonArray();
        foreach (var charge in charges)
        {
            var line = new JsonObject
            {
                ["feedetl_sn"] = $"{lines.Count + 1}", ["mdtrt_id"] = visit, ["psn_no"] = person, ["fee_ocur_time"] = Time(day), ["med_list_codg"] = charge.Code, ["medins_list_codg"] = $"L{lines.Count + 1:0000}",
                // Half the field sends numbers as text.
                ["det_item_fee_sumamt"] = charge.Amount.ToString("0.00", CultureInfo.InvariantCulture), ["cnt"] = charge.Count, ["pric"] = charge.Price,
                ["bilg_dept_codg"] = "D01", ["bilg_dept_name"] = "内科", ["bilg_dr_codg"] = "DR0001", ["bilg_dr_name"] = "样例医师", ["hosp_appr_flag"] = "0", ["med_type"] = batch is null ? "21" : "11",
            };
            if (batch is not null) (line["chrg_bchno"], line["rx_circ_flag"]) = (batch, "0");
            lines.Add(line);
        }

        var reply = await Step(infno, "费用明细上传", patient.HomeArea, new JsonObject { ["feedetail"] = lines }, cancellation, answer =>
        {
            var rows = answer.Rows("result");
            if (rows.Count != charges.Count) return $"上传 {charges.Count} 条，答复 {rows.Count} 条";
            var broken = rows.FirstOrDefault(row => Number(row, "det_item_fee_sumamt") != Number(row, "fulamt_ownpay_amt") + Number(row, "overlmt_amt") + Number(row, "preselfpay_amt") + Number(row, "inscp_scp_amt"));
            return broken is null ? null : $"明细 {Text(broken, "feedetl_sn")} 的四部分之和不等于总额 {Text(broken, "memo")}";
        });
        return reply.Succeeded;
    }

    private async Task Queries(Patient patient, string person, string visit, string settlement, int lines, HisReply settled, CancellationToken cancellation)
    {
        await Step("5203", "结算信息查询", patient.HomeArea, Data(person, visit, ("setl_id", settlement)), cancellation, reply => Same(reply, settled, "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "hifp_pay"));
        await Step("5204", "费用明细查询", patient.HomeArea, Data(person, visit, ("setl_id", settlement)), cancellation, reply => reply.Rows("data").Count == lines ? null : $"应为 {lines} 条，答复 {reply.Rows("data").Count} 条");
        await Step("5206", "人员累计信息查询", patient.HomeArea, new JsonObject { ["data"] = new JsonObject { ["psn_no"] = person, ["cum_ym"] = his.Now.ToString("yyyyMM", CultureInfo.InvariantCulture) } }, cancellation);
    }

    private Task Back(string infno, Patient patient, string person, string visit, string settlement, HisReply settled, CancellationToken cancellation) =>
        Step(infno, "结算撤销", patient.HomeArea, Data(person, visit, ("setl_id", settlement)), cancellation, reply =>
            new[] { "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay" }.FirstOrDefault(code => Number(reply.Node("setlinfo"), code) != -Number(settled.Node("setlinfo"), code)) is { } field ? $"{field} 不是原金额的负数" : null);

    private void Keep(HisReply settled)
    {
        var info = settled.Node("setlinfo");
        LastFigures = (Number(info, "medfee_sumamt"), Number(info, "fund_pay_sumamt") + Number(info, "acct_pay"), Number(info, "psn_cash_pay"));
    }

    private JsonObject Settlement(Patient patient, string person, string visit, string? batch, decimal total)
    {
        var data = new JsonObject
        {
            ["psn_no"] = person, ["mdtrt_cert_type"] = patient.CredentialType, ["mdtrt_cert_no"] = patient.Credential ?? patient.CertificateNumber, ["psn_cert_type"] = patient.CertificateType,
            ["certno"] = patient.CertificateNumber, ["psn_type"] = patient.PersonType, ["psn_name"] = patient.Name, ["medfee_sumamt"] = total.ToString("0.00", CultureInfo.InvariantCulture), ["psn_setlway"] = "01",
            ["mdtrt_id"] = visit, ["acct_used_flag"] = "1", ["insutype"] = patient.InsuranceType, ["invono"] = "null",
            ["fulamt_ownpay_amt"] = 0, ["overlmt_selfpay"] = 0, ["preselfpay_amt"] = 0, ["inscp_scp_amt"] = total,
        };
        if (batch is not null) (data["chrg_bchno"], data["med_type"]) = (batch, "11");
        else (data["insuplc_admdvs"], data["mdtrtarea_admvs"], data["mid_setl_flag"], data["dscgTime"]) = (patient.HomeArea, his.Account.Area, "0", "");
        return new JsonObject { ["data"] = data };
    }

    private JsonObject Admission(Patient patient, string person, DateTimeOffset at, string number) => new()
    {
        ["mdtrtinfo"] = new JsonObject
        {
            ["psn_no"] = person, ["insutype"] = patient.InsuranceType, ["begntime"] = Time(at), ["mdtrt_cert_type"] = patient.CredentialType, ["mdtrt_cert_no"] = patient.Credential ?? patient.CertificateNumber,
            ["cert_type"] = patient.CertificateType, ["certno"] = patient.CertificateNumber, ["med_type"] = "21", ["ipt_no"] = number, ["atddr_no"] = "DR0001", ["chfpdr_name"] = "样例医师", ["adm_diag_dscr"] = "胆囊结石",
            ["adm_dept_codg"] = "D01", ["adm_dept_name"] = "普通外科", ["adm_bed"] = "12", ["dscg_maindiag_code"] = "K80.2", ["dscg_maindiag_name"] = "胆囊结石", ["insuplc_admdvs"] = patient.HomeArea, ["mdtrtarea_admvs"] = his.Account.Area,
            ["exp_content"] = "{\"IPT_TYPE\":\"1\"}",
        },
        ["diseinfo"] = new JsonArray(Diagnosis(person, "", Time(at))),
    };

    private JsonObject DischargeOf(Patient patient, string person, string visit) => new()
    {
        ["dscginfo"] = new JsonObject
        {
            ["mdtrt_id"] = visit, ["psn_no"] = person, ["insutype"] = patient.InsuranceType, ["endtime"] = Time(his.Now), ["dscg_dept_codg"] = "D01", ["dscg_dept_name"] = "普通外科", ["dscg_way"] = "1",
        },
        ["diseinfo"] = new JsonArray(Diagnosis(person, visit, Time(his.Now))),
    };

    private static JsonObject Diagnosis(string person, string visit, string at) => new()
    {
        ["mdtrt_id"] = visit, ["psn_no"] = person, ["diag_type"] = "1", ["maindiag_flag"] = "1", ["diag_srt_no"] = 1, ["diag_code"] = "K80.2", ["diag_name"] = "胆囊结石", ["diag_dept"] = "D01", ["dise_dor_no"] = "DR0001",
        ["dise_dor_name"] = "样例医师", ["diag_time"] = at,
    };

    private static JsonObject Data(string person, string visit, params (string Code, string Value)[] more)
    {
        var data = new JsonObject { ["psn_no"] = person, ["mdtrt_id"] = visit };
        foreach (var (code, value) in more) data[code] = value;
        return new JsonObject { ["data"] = data };
    }

    /// <summary>The identities that the specification prints, and the total that was charged.</summary>
    private static Func<HisReply, string?> Figures(decimal total) => reply =>
    {
        var info = reply.Node("setlinfo");
        decimal Of(string code) => Number(info, code);
        if (Of("medfee_sumamt") != total) return $"医疗费总额 {Of("medfee_sumamt")}，应为 {total}";
        if (Of("medfee_sumamt") != Of("fund_pay_sumamt") + Of("psn_part_amt") + Of("hosp_part_amt")) return "医疗费总额 ≠ 基金支付总额 + 个人负担 + 医院负担";
        if (Of("fund_pay_sumamt") != Of("hifp_pay") + Of("hifes_pay") + Of("hifmi_pay") + Of("hifob_pay") + Of("cvlserv_pay") + Of("maf_pay") + Of("oth_pay")) return "基金支付总额 ≠ 各基金之和";
        if (Of("psn_part_amt") != Of("acct_pay") + Of("psn_cash_pay")) return "个人负担 ≠ 个人账户 + 现金";
        return Of("medfee_sumamt") != Of("fulamt_ownpay_amt") + Of("overlmt_selfpay") + Of("preselfpay_amt") + Of("inscp_scp_amt") ? "医疗费总额 ≠ 四部分之和" : null;
    };

    private static string? Same(HisReply reply, HisReply other, params string[] codes) =>
        codes.FirstOrDefault(code => reply.Node("setlinfo")[code]?.ToJsonString() != other.Node("setlinfo")[code]?.ToJsonString()) is { } field ? $"{field} 与前一答复不同" : null;

    private async Task<HisReply> Step(string infno, string what, string home, JsonObject input, CancellationToken cancellation, Func<HisReply, string?>? holds = null, string? id = null)
    {
        var reply = await his.Call(infno, home, input, id, cancellation);
        var fault = !reply.Succeeded ? reply.Error
            : Text(reply.Body, "inf_refmsgid") is not { Length: 30 } ? "接收方报文ID不是 30 位"
            : holds?.Invoke(reply);
        _steps.Add(new PathStep(_part, infno, what, reply.MessageId, fault is null, fault ?? "0", Math.Round(reply.Took.TotalMilliseconds, 1)));
        return reply;
    }

    private async Task Refused(string infno, string what, string home, JsonObject input, string id, CancellationToken cancellation)
    {
        var reply = await his.Call(infno, home, input, id, cancellation);
        _steps.Add(new PathStep(_part, infno, what, id, reply is { Status: 200, Succeeded: false }, reply.Succeeded ? "竟然成功" : reply.Error, Math.Round(reply.Took.TotalMilliseconds, 1)));
    }

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string? Text(JsonObject? node, string code) => node?[code] is JsonValue value ? value.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() : null;

    private static decimal Number(JsonObject node, string code) => decimal.TryParse(Text(node, code), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0m;
}
