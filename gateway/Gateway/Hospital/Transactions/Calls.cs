using System.Text.Json.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>What most transactions do first: find their node, the visit it names, and see that the person is the visit's.</summary>
internal static class Calls
{
    public static InputNode Node(this HospitalCall call, string name) =>
        call.Request.Input.One(name) ?? throw SystemErrors.FieldMissing.With($"节点 {name}").AsException();

    /// <summary>就诊ID (mdtrt_id) as the institution's own id.</summary>
    public static string VisitId(this HospitalCall call, InputNode node) => Id(call, node, "mdtrt_id", "就诊ID");

    /// <summary>结算ID (setl_id) as the institution's own id.</summary>
    public static string SettlementId(this HospitalCall call, InputNode node) => Id(call, node, "setl_id", "结算ID");

    /// <summary>The visit that a node names, of this institution and of the person it names.</summary>
    /// <exception cref="RefusedException"><c>VISIT_UNKNOWN</c>, <c>PERSON_NUMBER_MISMATCH</c>.</exception>
    public static async Task<VisitAnswer> Visit(this NodeServices services, HospitalCall call, InputNode node, CancellationToken cancellation)
    {
        var id = call.VisitId(node);
        var visit = await services.Settlements.GetVisitAsync(new VisitRequest { InstitutionCode = call.Institution, VisitId = id }, cancellationToken: cancellation);
        if (node.Text("psn_no") is not null && PersonNumber.Of(node) != visit.PersonKey && !visit.Cancelled) throw SettlementErrors.OtherPerson.With().AsException();
        return visit;
    }

    /// <summary>One output node.</summary>
    public static TransactionOutput Answer(string node, JsonNode output) => new(new JsonObject { [node] = output });

    public static string Id(HospitalCall call, InputNode node, string code, string name)
    {
        var id = VisitMapping.OwnId(call.Institution, VisitMapping.Need(node, code, name));
        return Contracts.Settlements.SettlementId.IsWellFormed(id) ? id : throw SystemErrors.FieldInvalid.With($"{name}（{code}）", "不是本平台的标识").AsException();
    }
}
