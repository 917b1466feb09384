using System.Text.Json.Nodes;
using Yibao.Contracts.Filing.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>医药机构信息获取 (1201): what is public of an institution of this node, asked for by its code.</summary>
internal sealed class InstitutionQuery(NodeServices services) : ITransaction
{
    public string Infno => "1201";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var asked = call.Node("medinsinfo");
        // A name alone is answered where it is the institution's own: there is no list of institutions to search here.
        var code = asked.Text("fixmedins_code") ?? (asked.Text("fixmedins_name") is null ? call.Institution : throw SystemErrors.FieldMissing.With("定点医药机构编号（fixmedins_code）").AsException());
        var known = await services.Institutions.LookAsync(new GetInstitutionRequest { Code = code }, cancellationToken: cancellation);
        var type = code.StartsWith('P') ? "2" : "1";
        if (VisitMapping.Need(asked, "fixmedins_type", "定点医疗服务机构类型") != type) return Calls.Answer("medinsinfo", new JsonArray());
        return Calls.Answer("medinsinfo", new JsonArray(new OutputNode(Infno, "medinsinfo")
            .Set("fixmedins_code", known.Code)
            .Set("fixmedins_name", known.Name)
            .Set("fixmedins_type", type)
            .Set("hosp_lv", known.Level)
            .Build()));
    }
}
