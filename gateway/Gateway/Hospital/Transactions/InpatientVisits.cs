using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Writing;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>入院办理 (2401).</summary>
internal sealed class Admission(NodeServices services) : ITransaction
{
    public string Infno => "2401";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var info = call.Node("mdtrtinfo");
        var request = VisitMapping.Registration(call.Request, info, info, VisitNumber.Of(VisitMapping.Need(info, "ipt_no", "住院号")));
        if (request.HomeArea.Length == 0) request.HomeArea = call.HomeArea;
        request.ExpectedPersonKey = PersonNumber.Of(info);
        var registered = await services.Settlements.RegisterVisitAsync(request, cancellationToken: cancellation);
        var id = VisitMapping.OwnId(call.Institution, registered.VisitId);
        return Calls.Answer("result", new OutputNode(Infno, "result").Set("mdtrt_id", id).Build()) with { Subject = id };
    }
}

/// <summary>出院办理 (2402).</summary>
internal sealed class Discharge(NodeServices services) : ITransaction
{
    public string Infno => "2402";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var info = call.Node("dscginfo");
        var visit = await services.Visit(call, info, cancellation);
        await services.Settlements.EndVisitAsync(new EndVisitRequest
        {
            InstitutionCode = call.Institution,
            VisitId = visit.VisitId,
            CareUntil = VisitMapping.Instant(info, "endtime", "结束时间"),
            Way = VisitMapping.Need(info, "dscg_way", "离院方式"),
        }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>住院信息变更 (2403).</summary>
internal sealed class AdmissionChanged(NodeServices services) : ITransaction
{
    public string Infno => "2403";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var info = call.Node("adminfo");
        var visit = await services.Visit(call, info, cancellation);
        await services.Settlements.ChangeVisitAsync(VisitDetails.Changed(call, info, visit), cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>入院撤销 (2404).</summary>
internal sealed class AdmissionCancelled(NodeServices services) : ITransaction
{
    public string Infno => "2404";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var visit = await services.Visit(call, call.Node("data"), cancellation);
        await services.Settlements.CancelVisitAsync(new VisitRequest { InstitutionCode = call.Institution, VisitId = visit.VisitId }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>出院撤销 (2405).</summary>
internal sealed class DischargeUndone(NodeServices services) : ITransaction
{
    public string Infno => "2405";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var visit = await services.Visit(call, call.Node("data"), cancellation);
        await services.Settlements.ReopenVisitAsync(new VisitRequest { InstitutionCode = call.Institution, VisitId = visit.VisitId }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}
