using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>门诊挂号 (2201): the credential is verified by the home place; what kind of care it becomes, 2203 says.</summary>
internal sealed class OutpatientRegistration(NodeServices services) : ITransaction
{
    /// <summary>普通门诊.</summary>
    private const string General = "11";

    public string Infno => "2201";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var number = VisitMapping.Need(data, "ipt_otp_no", "住院/门诊号");
        var registered = await services.Settlements.RegisterVisitAsync(new RegisterVisitRequest
        {
            InstitutionCode = call.Institution,
            VisitId = VisitNumber.Of(number),
            CareType = data.Text("med_type") ?? General,
            CareFrom = VisitMapping.Instant(data, "begntime", "开始时间"),
            HomeArea = call.HomeArea,
            InsuranceType = VisitMapping.Need(data, "insutype", "险种类型"),
            CredentialType = VisitMapping.Need(data, "mdtrt_cert_type", "就诊凭证类型"),
            CredentialValue = VisitMapping.Need(data, "mdtrt_cert_no", "就诊凭证编号"),
            ExpectedPersonKey = PersonNumber.Of(data),
        }, cancellationToken: cancellation);
        var id = VisitMapping.OwnId(call.Institution, registered.VisitId);
        return Calls.Answer("data", new OutputNode(Infno, "data").Set("mdtrt_id", id).Set("psn_no", PersonNumber.Write(registered.PersonKey)).Set("ipt_otp_no", number).Build()) with { Subject = id };
    }
}

/// <summary>门诊挂号撤销 (2202).</summary>
internal sealed class OutpatientRegistrationCancelled(NodeServices services) : ITransaction
{
    public string Infno => "2202";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var visit = await services.Visit(call, data, cancellation);
        if (VisitNumber.Of(VisitMapping.Need(data, "ipt_otp_no", "住院/门诊号")) != visit.VisitId) throw SystemErrors.FieldInvalid.With("住院/门诊号（ipt_otp_no）", "与就诊登记不一致").AsException();
        await services.Settlements.CancelVisitAsync(new VisitRequest { InstitutionCode = call.Institution, VisitId = visit.VisitId }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>门诊就诊信息上传 (2203; 2203A from pharmacies): kind of care, disease, emergency and referral. Diagnoses are the HIS's own record.</summary>
internal abstract class VisitDetails(string infno, NodeServices services) : ITransaction
{
    public string Infno => infno;

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var info = call.Node("mdtrtinfo");
        var visit = await services.Visit(call, info, cancellation);
        await services.Settlements.ChangeVisitAsync(Changed(call, info, visit), cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }

    /// <summary>The visit as this node says it is.</summary>
    public static RegisterVisitRequest Changed(HospitalCall call, InputNode info, VisitAnswer visit)
    {
        var (care, extension) = (VisitMapping.Need(info, "med_type", "医疗类别"), info.Extension());
        return new RegisterVisitRequest
        {
            InstitutionCode = call.Institution,
            VisitId = visit.VisitId,
            CareType = care,
            CareFrom = VisitMapping.Instant(info, "begntime", "开始时间"),
            DiseaseCode = VisitMapping.Disease(info, care),
            OutpatientFlag = VisitMapping.Flag(extension.Text("OTP_ER_REFL_FLAG") ?? info.Text("otp_er_refl_flag")),
            // A change that does not speak of it leaves it as the admission said.
            InpatientType = (extension.Text("IPT_TYPE") ?? info.Text("ipt_type")) is { } type ? VisitMapping.Flag(type) : visit.InpatientType,
            Trauma = VisitMapping.Flag(extension.Text("TRUM_FLAG") ?? info.Text("trum_flag")) == 1,
            ThirdParty = VisitMapping.Flag(extension.Text("REL_TTP_FLAG") ?? info.Text("rel_ttp_flag")) == 1,
            Prescriber = info.Text("rxfixmedinsCode") ?? "",
        };
    }
}

internal sealed class OutpatientDetails(NodeServices services) : VisitDetails("2203", services);

internal sealed class PharmacyDetails(NodeServices services) : VisitDetails("2203A", services);
