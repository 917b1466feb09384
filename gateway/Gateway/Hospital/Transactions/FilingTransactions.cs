using System.Globalization;
using Yibao.Contracts.Filing.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>转院备案 (2501): the referring hospital of the home place applies for its patient; the home agency decides.</summary>
internal sealed class Referral(NodeServices services) : ITransaction
{
    public string Infno => "2501";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var node = call.Node("refmedin");
        var address = node.Text("addr") ?? "";
        var filing = await services.Filings.ApplyAsync(new ApplyFilingRequest
        {
            ApplicationId = call.Request.MessageId,
            PersonKey = PersonNumber.Of(node),
            HomeArea = node.Text("insu_optins") ?? call.HomeArea,
            InsuranceType = VisitMapping.Need(node, "insutype", "险种类型"),
            Category = (int)FilingCategory.Referred,
            Place = VisitMapping.Need(node, "mdtrtarea_admdvs", "就医地行政区划"),
            Channel = "INSTITUTION_GUIDE",
            // The hospital has the patient and his card before it; the message is the certificate.
            Materials = { "ID_CARD", "FILING_FORM", "REFERRAL_CERTIFICATE" },
            Form = new FilingForm { HomeAddress = address, ContactAddress = address, Phone1 = node.Text("tel") ?? "" },
            RequestedStart = node.Date("begndate")?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
            ReferralInstitution = call.Institution,
            ReferralDisease = VisitMapping.Need(node, "diag_code", "诊断代码"),
        }, cancellationToken: cancellation);
        return Calls.Answer("result", new OutputNode(Infno, "result").Set("trt_dcla_detl_sn", filing.Number).Build()) with { Subject = filing.Number };
    }
}

/// <summary>转院备案撤销 (2502): before the agency has decided.</summary>
internal sealed class ReferralWithdrawn(NodeServices services) : ITransaction
{
    public string Infno => "2502";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var number = VisitMapping.Need(data, "trt_dcla_detl_sn", "待遇申报明细流水号");
        var filing = await services.Filings.GetAsync(new GetFilingRequest { Number = number }, cancellationToken: cancellation);
        if (filing.PersonKey != PersonNumber.Of(data)) throw SettlementErrors.OtherPerson.With().AsException();
        await services.Filings.HandleAsync(new HandleFilingRequest { Number = number, Cancel = "REQUESTED" }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>人员慢特病备案 (2503): recognised by this institution where the home place pilots it (INS-019).</summary>
internal sealed class ChronicRecognition(NodeServices services) : ITransaction
{
    public string Infno => "2503";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var (area, disease) = (VisitMapping.Need(data, "insu_optins", "参保机构医保区划"), VisitMapping.Need(data, "opsp_dise_code", "门慢门特病种目录代码"));
        if (VisitMapping.Need(data, "ide_fixmedins_no", "鉴定定点医药机构编号") != call.Institution) throw GatewayErrors.WrongInstitution.With().AsException();
        await services.Filings.ChangeChronicAsync(new ChangeChronicRequest
        {
            PersonKey = PersonNumber.Of(data),
            HomeArea = area,
            Qualify = new QualifyChronic { DiseaseCode = disease, From = ChronicNumber.Day(data, "begndate"), Until = ChronicNumber.Day(data, "enddate"), ByInstitution = call.Institution },
        }, cancellationToken: cancellation);
        return Calls.Answer("result", new OutputNode(Infno, "result").Set("trt_dcla_detl_sn", ChronicNumber.Of(area, disease)).Build());
    }
}

/// <summary>人员慢特病备案撤销 (2504): of what this institution recognised.</summary>
internal sealed class ChronicRecognitionWithdrawn(NodeServices services) : ITransaction
{
    public string Infno => "2504";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var (area, disease) = ChronicNumber.Read(data);
        await services.Filings.ChangeChronicAsync(new ChangeChronicRequest
        {
            PersonKey = PersonNumber.Of(data),
            HomeArea = area,
            Revoke = new RevokeChronic { DiseaseCode = disease, Reason = VisitMapping.Need(data, "memo", "备注") },
        }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>人员定点备案 (2505): the patient picks this institution for his chronic care.</summary>
internal sealed class InstitutionPicked(NodeServices services) : ITransaction
{
    public string Infno => "2505";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        if (VisitMapping.Need(data, "fixmedins_code", "定点医药机构编号") != call.Institution) throw GatewayErrors.WrongInstitution.With().AsException();
        await services.Filings.ChangeChronicAsync(new ChangeChronicRequest { PersonKey = PersonNumber.Of(data), HomeArea = call.HomeArea, PickInstitution = call.Institution }, cancellationToken: cancellation);
        return Calls.Answer("result", new OutputNode(Infno, "result").Set("trt_dcla_detl_sn", ChronicNumber.Of(call.HomeArea, call.Institution)).Build());
    }
}

/// <summary>人员定点备案撤销 (2506).</summary>
internal sealed class InstitutionDropped(NodeServices services) : ITransaction
{
    public string Infno => "2506";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var (area, institution) = ChronicNumber.Read(data);
        if (institution != call.Institution) throw GatewayErrors.WrongInstitution.With().AsException();
        await services.Filings.ChangeChronicAsync(new ChangeChronicRequest { PersonKey = PersonNumber.Of(data), HomeArea = area, DropInstitution = institution }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>待遇申报明细流水号 of a chronic registration: the home area and what was registered there, so that a withdrawal needs no list.</summary>
internal static class ChronicNumber
{
    public static string Of(string area, string what) => area + what;

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public static (string Area, string What) Read(InputNode data)
    {
        var number = VisitMapping.Need(data, "trt_dcla_detl_sn", "待遇申报明细流水号");
        return number.Length > 6 && AdminDivision.TryParse(number[..6], out var area)
            ? (area.Code, number[6..])
            : throw SystemErrors.FieldInvalid.With("待遇申报明细流水号（trt_dcla_detl_sn）", "不是本平台的流水号").AsException();
    }

    public static string Day(InputNode node, string code) => node.Date(code)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
