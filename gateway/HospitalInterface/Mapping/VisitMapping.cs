using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Errors;

namespace Yibao.HospitalInterface.Mapping;

/// <summary>Visits and fee lines of the national interface in the words of the settlement service.</summary>
public static class VisitMapping
{
    private static readonly TimeSpan Shanghai = TimeSpan.FromHours(8);

    /// <summary>入院办理 (2401) and 门诊就诊 (2203) <c>mdtrtinfo</c>; the credential of an outpatient stands in <c>data</c>.</summary>
    /// <param name="request">Who asks, and which places.</param>
    /// <param name="visit">Node mdtrtinfo.</param>
    /// <param name="credential">The node with mdtrt_cert_type and mdtrt_cert_no.</param>
    /// <param name="visitId">The visit's own id where the message has none (2401 carries the admission number); null: its mdtrt_id.</param>
    public static RegisterVisitRequest Registration(InterfaceRequest request, InputNode visit, InputNode credential, string? visitId = null)
    {
        var extension = visit.Extension();
        return new RegisterVisitRequest
        {
            InstitutionCode = request.Institution,
            VisitId = visitId ?? OwnId(request.Institution, Need(visit, "mdtrt_id", "就诊ID")),
            CareType = Need(visit, "med_type", "医疗类别"),
            CareFrom = Instant(visit, "begntime", "开始时间"),
            HomeArea = visit.Text("insuplc_admdvs") ?? request.HomeArea,
            InsuranceType = credential.Text("insutype") ?? visit.Text("insutype") ?? "",
            CredentialType = Need(credential, "mdtrt_cert_type", "就诊凭证类型"),
            // 02: the certificate's number is the credential's; some HIS fill only one of the two.
            CredentialValue = credential.Text("mdtrt_cert_no") ?? credential.Text("certno") ?? throw Missing("就诊凭证编号", "mdtrt_cert_no"),
            DocumentType = credential.Text("certno") is null ? "" : credential.Text("psn_cert_type") ?? "01",
            DocumentNumber = credential.Text("certno") ?? "",
            Name = credential.Text("psn_name") ?? "",
            Phone = visit.Text("tel") ?? "",
            DiseaseCode = visit.Text("dise_codg") ?? "",
            InpatientType = Flag(extension.Text("IPT_TYPE") ?? visit.Text("ipt_type")),
            OutpatientFlag = Flag(extension.Text("OTP_ER_REFL_FLAG") ?? visit.Text("otp_er_refl_flag")),
            Trauma = Flag(extension.Text("TRUM_FLAG") ?? visit.Text("trum_flag")) == 1,
            ThirdParty = Flag(extension.Text("REL_TTP_FLAG") ?? visit.Text("rel_ttp_flag")) == 1,
        };
    }

    /// <summary>费用明细 (2204, 2301) <c>feedetail</c>.</summary>
    public static UploadFeesRequest Fees(InterfaceRequest request, string visitId, IEnumerable<InputNode> lines)
    {
        var upload = new UploadFeesRequest { InstitutionCode = request.Institution, VisitId = visitId };
        upload.Lines.AddRange(lines.Select(Line));
        return upload;
    }

    /// <summary>An id as the institution calls it: without the institution's code before it.</summary>
    public static string OwnId(string institution, string id) => id.StartsWith(institution + ":", StringComparison.Ordinal) ? id[(institution.Length + 1)..] : id;

    /// <summary>Local (Asia/Shanghai) time of the field.</summary>
    public static Timestamp Instant(InputNode node, string code, string name) =>
        Timestamp.FromDateTimeOffset(new DateTimeOffset(node.DateTime(code) ?? throw Missing(name, code), Shanghai));

    public static string Need(InputNode node, string code, string name) => node.Text(code) ?? throw Missing(name, code);

    private static FeeLine Line(InputNode line) => new()
    {
        Serial = Need(line, "feedetl_sn", "费用明细流水号"),
        Code = Need(line, "med_list_codg", "医疗目录编码"),
        Category = line.Text("med_chrgitm_type") ?? "",
        Price = Number(line, "pric", "单价"),
        Count = Number(line, "cnt", "数量"),
        AmountFen = line.Amount("det_item_fee_sumamt")?.Fen ?? throw Missing("明细项目费用总额", "det_item_fee_sumamt"),
        Date = (line.Date("fee_ocur_time") ?? throw Missing("费用发生时间", "fee_ocur_time")).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Approval = Flag(line.Text("hosp_appr_flag")),
        Batch = line.Text("chrg_bchno") ?? "",
        Prescription = line.Text("rxno") ?? "",
        // The flag without a number is no prescription that could be followed; the field is optional there.
        Circulated = Flag(line.Text("rx_circ_flag")) == 1 && line.Text("rxno") is not null,
        DiseaseCode = line.Text("dise_codg") ?? "",
    };

    private static string Number(InputNode node, string code, string name) =>
        (node.Number(code) ?? throw Missing(name, code)).ToString(CultureInfo.InvariantCulture);

    /// <summary>病种编码 (dise_codg) as far as benefits depend on it: of chronic care. Elsewhere it is the diagnosis group that the HIS prints.</summary>
    public static string Disease(InputNode node, string careType)
    {
        ArgumentNullException.ThrowIfNull(node);
        return careType == "14" ? node.Text("dise_codg") ?? "" : "";
    }

    /// <summary>A one-digit flag; anything else is 0.</summary>
    public static int Flag(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var flag) ? flag : 0;

    private static RefusedException Missing(string name, string code) => SystemErrors.FieldMissing.With($"{name}（{code}）").AsException();
}
