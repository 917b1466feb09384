using System.Globalization;
using System.Text.Json.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>费用明细上传 (2204, 2301): answered line by line with the treatment place's split.</summary>
internal abstract class FeeUpload(string infno, NodeServices services) : ITransaction
{
    public string Infno => infno;

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var lines = call.Request.Input.All("feedetail");
        // Each line names its visit: all of a message are of one.
        if (lines.Select(line => (call.VisitId(line), line.Text("psn_no"))).Distinct().Count() > 1) throw SystemErrors.FieldInvalid.With("就诊ID（mdtrt_id）", "同一报文的明细须属于同一次就诊和同一参保人").AsException();
        if (lines.GroupBy(line => line.Text("feedetl_sn"), StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { Key: { } twice }) throw SystemErrors.FieldInvalid.With("费用明细流水号（feedetl_sn）", $"{twice} 重复").AsException();
        var visit = await services.Visit(call, lines[0], cancellation);
        var upload = VisitMapping.Fees(call.Request, visit.VisitId, lines);
        await services.Settlements.UploadFeesAsync(upload, cancellationToken: cancellation);
        var split = await services.Settlements.ListFeeLinesAsync(new ListFeeLinesRequest { InstitutionCode = call.Institution, VisitId = visit.VisitId, Serials = { upload.Lines.Select(line => line.Serial) } }, cancellationToken: cancellation);
        return Calls.Answer("result", new JsonArray([.. split.Lines.Select(line => (JsonNode)FeeLines.Write(Infno, "result", line).Build())]));
    }
}

internal sealed class OutpatientFees(NodeServices services) : FeeUpload("2204", services);

internal sealed class InpatientFees(NodeServices services) : FeeUpload("2301", services);

/// <summary>门诊费用明细撤销 (2205): a batch, or with 0000 all that is unsettled.</summary>
internal sealed class OutpatientFeesWithdrawn(NodeServices services) : ITransaction
{
    public string Infno => "2205";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var visit = await services.Visit(call, data, cancellation);
        var batch = VisitMapping.Need(data, "chrg_bchno", "收费批次号");
        await services.Settlements.WithdrawFeesAsync(new WithdrawFeesRequest { InstitutionCode = call.Institution, VisitId = visit.VisitId, Batch = batch == FeeLines.All ? "" : batch }, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>住院费用明细撤销 (2302): lines by serial, or with 0000 all that are unsettled.</summary>
internal sealed class InpatientFeesWithdrawn(NodeServices services) : ITransaction
{
    public string Infno => "2302";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var rows = call.Request.Input.All("data");
        if (rows.Select(row => (call.VisitId(row), row.Text("psn_no"))).Distinct().Count() > 1) throw SystemErrors.FieldInvalid.With("就诊ID（mdtrt_id）", "同一报文的明细须属于同一次就诊和同一参保人").AsException();
        var visit = await services.Visit(call, rows[0], cancellation);
        List<string> serials = [.. rows.Select(row => VisitMapping.Need(row, "feedetl_sn", "费用明细流水号"))];
        var request = new WithdrawFeesRequest { InstitutionCode = call.Institution, VisitId = visit.VisitId };
        if (!serials.Contains(FeeLines.All)) request.Serials.AddRange(serials);
        await services.Settlements.WithdrawFeesAsync(request, cancellationToken: cancellation);
        return TransactionOutput.Nothing;
    }
}

/// <summary>费用明细查询 (5204).</summary>
internal sealed class FeeQuery(NodeServices services) : ITransaction
{
    public string Infno => "5204";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var visit = await services.Visit(call, data, cancellation);
        var settlement = call.SettlementId(data);
        var lines = await services.Settlements.ListFeeLinesAsync(new ListFeeLinesRequest { InstitutionCode = call.Institution, VisitId = visit.VisitId, SettlementId = settlement }, cancellationToken: cancellation);
        return Calls.Answer("data", new JsonArray([.. lines.Lines.Select(line => (JsonNode)FeeLines.Write(Infno, "data", line)
            .Set("mdtrt_id", visit.VisitId)
            .Set("setl_id", settlement)
            .Set("med_type", visit.CareType)
            .Set("fee_ocur_time", $"{line.Line.Date} 00:00:00")
            .Set("rx_drord_no", line.Line.Prescription)
            .Set("hilist_code", line.Line.Code)
            .Set("hilist_name", line.ItemName)
            .Set("med_list_codg", line.Line.Code)
            .Set("hosp_appr_flag", line.Line.Approval.ToString(CultureInfo.InvariantCulture))
            .Build())]));
    }
}

/// <summary>Lines in the words of the interface.</summary>
internal static class FeeLines
{
    /// <summary>Serial or batch 0000: everything that is in no settlement.</summary>
    public const string All = "0000";

    /// <summary>The fields that 2204, 2301 and 5204 share.</summary>
    public static OutputNode Write(string infno, string node, SplitFeeLine line)
    {
        var written = new OutputNode(infno, node)
            .Set("feedetl_sn", line.Line.Serial)
            .Set("det_item_fee_sumamt", new Money(line.Line.AmountFen))
            .Set("cnt", Number(line.Line.Count))
            .Set("pric", Number(line.Line.Price))
            .Set("pric_uplmt_amt", new Money(line.LimitPriceFen));
        if (line.Fault.Length > 0) return written.Set("memo", line.Fault);
        return written
            .Set("selfpay_prop", Number(line.SelfPayRatio))
            .Set("fulamt_ownpay_amt", new Money(line.Split.SelfFundedFen))
            .Set("overlmt_amt", new Money(line.Split.OverLimitFen))
            .Set("preselfpay_amt", new Money(line.Split.ClassBSelfPayFen))
            .Set("inscp_scp_amt", new Money(line.Split.InScopeFen))
            .Set("chrgitm_lv", line.ItemClass)
            .Set("med_chrgitm_type", line.Category)
            .Set("lmt_used_flag", line.Limited ? "1" : "0");
    }

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
