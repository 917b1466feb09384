using System.Globalization;
using System.Text.Json.Nodes;
using Yibao.SampleHis;

namespace Yibao.Gateway.Tests;

/// <summary>What a test does at a hospital's counter, in the interface's words.</summary>
internal sealed class Counter(HisSystem his, Patient patient)
{
    private static int _visits;

    public HisSystem His { get; } = his;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Task<HisReply> Call(string infno, JsonObject input, string? id = null, string? home = null) => His.Call(infno, home ?? patient.HomeArea, input, id, Cancel);

    public async Task<JsonObject> Done(string infno, JsonObject input, string? id = null, string? home = null)
    {
        var reply = await Call(infno, input, id, home);
        reply.Succeeded.ShouldBeTrue($"{infno}: {reply.Error}");
        return reply.Output;
    }

    public async Task<string> Person() => (await Done("1101", PersonQuery()))["baseinfo"]!["psn_no"]!.GetValue<string>();

    public JsonObject PersonQuery() => Data(("mdtrt_cert_type", patient.CredentialType), ("mdtrt_cert_no", patient.Credential ?? patient.CertificateNumber), ("psn_cert_type", patient.CertificateType), ("certno", patient.CertificateNumber), ("psn_name", patient.Name));

    public JsonObject Registration(string person, string number) => Data(
        ("psn_no", person), ("insutype", patient.InsuranceType), ("begntime", Now()), ("mdtrt_cert_type", "02"), ("mdtrt_cert_no", patient.CertificateNumber), ("psn_cert_type", "01"), ("certno", patient.CertificateNumber),
        ("psn_type", patient.PersonType), ("psn_name", patient.Name), ("ipt_otp_no", number), ("dept_code", "D01"), ("dept_name", "内科"), ("caty", "A03"));

    /// <summary>A visit with its details and fees, ready to be settled.</summary>
    public async Task<(string Person, string Visit)> Ready(string batch = "B1")
    {
        var person = await Person();
        var visit = (await Done("2201", Registration(person, Number())))["data"]!["mdtrt_id"]!.GetValue<string>();
        await Done("2203", Details(person, visit));
        await Done("2204", Fees(person, visit, batch, SampleNodes.OutpatientCharges));
        return (person, visit);
    }

    public static string Number() => $"T{Environment.ProcessId}-{Interlocked.Increment(ref _visits)}";

    public JsonObject Details(string person, string visit, string care = "11") => new()
    {
        ["mdtrtinfo"] = new JsonObject { ["mdtrt_id"] = visit, ["psn_no"] = person, ["med_type"] = care, ["begntime"] = Now(), ["dise_codg"] = "I10", ["dise_name"] = "高血压病" },
    };

    public JsonObject Fees(string person, string visit, string batch, IEnumerable<Charge> charges, int first = 1) => new()
    {
        ["feedetail"] = new JsonArray([.. charges.Select((charge, i) => (JsonNode)new JsonObject
        {
            ["feedetl_sn"] = $"{first + i}", ["mdtrt_id"] = visit, ["psn_no"] = person, ["chrg_bchno"] = batch, ["rx_circ_flag"] = "0", ["fee_ocur_time"] = Now(), ["med_list_codg"] = charge.Code, ["medins_list_codg"] = "L1",
            ["det_item_fee_sumamt"] = charge.Amount, ["cnt"] = charge.Count, ["pric"] = charge.Price, ["bilg_dept_codg"] = "D", ["bilg_dept_name"] = "内科", ["bilg_dr_codg"] = "DR", ["bilg_dr_name"] = "医师", ["hosp_appr_flag"] = "0",
        })]),
    };

    public JsonObject Settlement(string person, string visit, decimal total, string batch = "B1") => Data(
        ("psn_no", person), ("mdtrt_cert_type", "02"), ("mdtrt_cert_no", patient.CertificateNumber), ("psn_cert_type", "01"), ("certno", patient.CertificateNumber), ("psn_type", patient.PersonType), ("psn_name", patient.Name),
        ("med_type", "11"), ("medfee_sumamt", total.ToString("0.00", CultureInfo.InvariantCulture)), ("psn_setlway", "01"), ("mdtrt_id", visit), ("chrg_bchno", batch), ("acct_used_flag", "0"), ("insutype", patient.InsuranceType),
        ("fulamt_ownpay_amt", "0"), ("overlmt_selfpay", "0"), ("preselfpay_amt", "0"), ("inscp_scp_amt", "0"));

    /// <param name="type">住院类型 (IPT_TYPE); null: the message does not say.</param>
    public JsonObject Admission(string person, string number, string? type)
    {
        var info = new JsonObject
        {
            ["psn_no"] = person, ["insutype"] = patient.InsuranceType, ["begntime"] = Now(), ["mdtrt_cert_type"] = "02", ["mdtrt_cert_no"] = patient.CertificateNumber, ["cert_type"] = "01", ["certno"] = patient.CertificateNumber,
            ["med_type"] = "21", ["ipt_no"] = number, ["atddr_no"] = "DR", ["chfpdr_name"] = "医师", ["adm_diag_dscr"] = "胆囊结石", ["adm_dept_codg"] = "D01", ["adm_dept_name"] = "普通外科", ["adm_bed"] = "1",
            ["dscg_maindiag_code"] = "K80.2", ["dscg_maindiag_name"] = "胆囊结石", ["insuplc_admdvs"] = patient.HomeArea, ["mdtrtarea_admvs"] = His.Account.Area,
        };
        if (type is not null) info["exp_content"] = $"{{\"IPT_TYPE\":\"{type}\"}}";
        return new JsonObject { ["mdtrtinfo"] = info };
    }

    public string Now() => His.Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static JsonObject Data(params (string Code, string? Value)[] fields)
    {
        var data = new JsonObject();
        foreach (var (code, value) in fields) data[code] = value;
        return new JsonObject { ["data"] = data };
    }

    /// <summary>What comes by message: asked for until it is there.</summary>
    public static async Task<T> Eventually<T>(Func<Task<T>> ask, Func<T, bool> holds)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await ask();
            if (holds(answer) || attempt == 1200) return answer;
            await Task.Delay(100, Cancel);
        }
    }
}
