using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>人员信息获取 (1101): the home place says whether credential, document and name are one person's, and how he is insured.</summary>
internal sealed class PersonQuery(NodeServices services) : ITransaction
{
    public string Infno => "1101";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var person = await services.Settlements.IdentifyPersonAsync(new IdentifyPersonRequest
        {
            InstitutionCode = call.Institution,
            HomeArea = call.HomeArea,
            CredentialType = VisitMapping.Need(data, "mdtrt_cert_type", "就诊凭证类型"),
            CredentialValue = VisitMapping.Need(data, "mdtrt_cert_no", "就诊凭证编号"),
            DocumentType = VisitMapping.Need(data, "psn_cert_type", "人员证件类型"),
            DocumentNumber = VisitMapping.Need(data, "certno", "证件号码"),
            Name = VisitMapping.Need(data, "psn_name", "人员姓名"),
        }, cancellationToken: cancellation);
        var insured = person.Standings.Select(standing => (JsonNode)new OutputNode(Infno, "insuinfo")
            .Set("balc", new Money(person.AccountBalanceFen))
            .Set("insutype", standing.InsuranceType)
            .Set("psn_type", standing.PersonType)
            .Set("psn_insu_stas", standing.Entitlement switch { "SUSPENDED" => "2", "TERMINATED" => "4", _ => "1" })
            .Set("psn_insu_date", standing.EnrolledFrom)
            .Set("cvlserv_flag", standing.CivilServant ? "1" : "0")
            .Set("insuplc_admdvs", standing.HomeArea)
            .Build());
        var groups = person.Standings.SelectMany(standing => standing.SpecialGroups.Select(group => (group, standing.EnrolledFrom))).DistinctBy(entry => entry.group)
            .Select(entry => (JsonNode)new OutputNode(Infno, "idetinfo").Set("psn_idet_type", entry.group).Build());
        return new TransactionOutput(new JsonObject
        {
            ["baseinfo"] = new OutputNode(Infno, "baseinfo").Set("psn_no", PersonNumber.Write(person.PersonKey)).Build(),
            ["insuinfo"] = new JsonArray([.. insured]),
            ["idetinfo"] = new JsonArray([.. groups]),
        });
    }
}

/// <summary>人员待遇享受检查 (2001): whether the visit could be settled directly, as the home place sees it now.</summary>
internal sealed class EntitlementQuery(NodeServices services) : ITransaction
{
    public string Infno => "2001";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        if (data.Text("fixmedins_code") != call.Institution) throw GatewayErrors.WrongInstitution.With().AsException();
        var (insurance, care) = (VisitMapping.Need(data, "insutype", "险种类型"), VisitMapping.Need(data, "med_type", "医疗类别"));
        var answer = await services.Settlements.AskHomeAsync(new AskHomeRequest
        {
            InstitutionCode = call.Institution,
            PersonKey = PersonNumber.Of(data),
            HomeArea = call.HomeArea,
            InsuranceType = insurance,
            Entitlement = new EntitlementQuestion { CareType = care, CareFrom = VisitMapping.Instant(data, "begntime", "开始时间"), DiseaseCode = VisitMapping.Disease(data, care) },
        }, cancellationToken: cancellation);
        return Calls.Answer("trtinfo", new JsonArray(new OutputNode(Infno, "trtinfo")
            .Set("psn_no", data.Text("psn_no"))
            .Set("trt_chk_type", "01")
            .Set("fund_pay_type", insurance == "390" ? "390100" : "310100")
            .Set("trt_enjymnt_flag", answer.Eligible ? "1" : "0")
            .Set("begndate", data.Date("begntime"))
            .Set("enddate", data.Date("endtime"))
            .Set("trt_chk_rslt", answer.Eligible ? "" : $"[{answer.RefusalCode}]{answer.RefusalMessage}。{answer.RefusalNextStep}")
            .Build()));
    }
}

/// <summary>人员累计信息查询 (5206): the benefit year's counters at the home place.</summary>
internal sealed class AccumulationQuery(NodeServices services) : ITransaction
{
    public string Infno => "5206";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var (person, month) = (PersonNumber.Of(data), data.Text("cum_ym"));
        var year = month is null ? call.ReceivedAt.BusinessDate().Year
            : month.Length is 4 or 6 && int.TryParse(month[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is >= 2000 and <= 2999 ? asked
            : throw SystemErrors.FieldInvalid.With("累计年月（cum_ym）", "应为 yyyyMM").AsException();
        var rows = new JsonArray();
        foreach (var insurance in (string[])["310", "390"])
        {
            var answer = await services.Settlements.AskHomeAsync(new AskHomeRequest { InstitutionCode = call.Institution, PersonKey = person, HomeArea = call.HomeArea, InsuranceType = insurance, AccumulationsOf = year }, cancellationToken: cancellation);
            if (answer.Admissions != 0) rows.Add(Row(insurance, year, month, "ADM_CNT", node => node.Set("cum", (decimal)answer.Admissions)));
            foreach (var sum in answer.Accumulations) rows.Add(Row(insurance, year, month, Code(sum.Counter), node => node.Set("cum", new Money(sum.AmountFen))));
        }

        return Calls.Answer("cuminfo", rows);
    }

    private JsonNode Row(string insurance, int year, string? month, string code, Func<OutputNode, OutputNode> cum) => cum(new OutputNode(Infno, "cuminfo")
        .Set("insutype", insurance)
        .Set("year", year.ToString(CultureInfo.InvariantCulture))
        .Set("cum_ym", month ?? year.ToString(CultureInfo.InvariantCulture))
        .Set("cum_type_code", code)).Build();

    /// <summary>累计类别代码 has ten characters; no public list of it exists, so these are this platform's.</summary>
    private static string Code(string counter)
    {
        var (kind, of) = counter.Split('.', 2) is [var first, var second] ? (first, second) : (counter, "");
        var head = kind switch { "deductible" => "DED", "pooled" => "POOL", "base" => "BASE", "paid" => "PAID", "chronic" => "OPSP", _ => kind.ToUpperInvariant() };
        var tail = of switch
        {
            "inpatient" => "IPT", "outpatient" => "OTP", "chronic" => "OPSP", "annual" => "YEAR", "EmployeeLargeSum" => "330", "ResidentCatastrophic" => "3902", "CivilServant" => "320", "Supplementary" => "370",
            "MedicalAid" => "610", "DisabledServicemen" => "350", "Pooled" => "310", _ => of,
        };
        var code = $"{head}_{tail}";
        return code.Length <= 10 ? code : code[..10];
    }
}

/// <summary>人员慢特病备案查询 (5301): the qualifications in force at the home place.</summary>
internal sealed class ChronicQuery(NodeServices services) : ITransaction
{
    public string Infno => "5301";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var answer = await services.Settlements.AskHomeAsync(
            new AskHomeRequest { InstitutionCode = call.Institution, PersonKey = PersonNumber.Of(call.Node("data")), HomeArea = call.HomeArea, InsuranceType = "310", Chronic = true }, cancellationToken: cancellation);
        return Calls.Answer("feedetail", new JsonArray([.. answer.Chronic.Select(chronic => (JsonNode)new OutputNode(Infno, "feedetail")
            .Set("opsp_dise_code", chronic.DiseaseCode)
            .Set("opsp_dise_name", chronic.DiseaseName)
            .Set("begndate", chronic.From)
            .Set("enddate", chronic.Until)
            .Build())]));
    }
}

/// <summary>在院信息查询 (5303): this institution's inpatients.</summary>
internal sealed class InpatientQuery(NodeServices services) : ITransaction
{
    public string Infno => "5303";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var answer = await services.Settlements.ListInpatientsAsync(new ListInpatientsRequest
        {
            InstitutionCode = call.Institution,
            PersonKey = data.Text("psn_no") is null ? "" : PersonNumber.Of(data),
            From = VisitMapping.Instant(data, "begntime", "开始时间"),
            Until = VisitMapping.Instant(data, "endtime", "结束时间"),
        }, cancellationToken: cancellation);
        return Calls.Answer("data", new JsonArray([.. answer.Inpatients.Select(patient => (JsonNode)new OutputNode(Infno, "data")
            .Set("mdtrt_id", patient.VisitId)
            .Set("psn_no", PersonNumber.Write(patient.PersonKey))
            .Set("insutype", patient.InsuranceType)
            .Set("begndate", patient.CareFrom.ToDateTimeOffset().BusinessDate())
            .Set("med_type", patient.CareType)
            .Set("ipt_otp_no", patient.VisitId)
            .Set("out_flag", patient.HomeArea == call.Area.Code ? "0" : "1")
            .Build())]));
    }
}
