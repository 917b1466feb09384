using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Gateway.Hospital.Messages;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>What 2206, 2207, 2303 and 2304 ask the settlement service, from the message and the visit it names.</summary>
internal sealed class SettlementTerms(NodeServices services)
{
    /// <summary>The person's particulars are not written here: see <see cref="PersonEcho"/>.</summary>
    public static InputNode Nobody { get; } = new("data", []);

    /// <exception cref="RefusedException"><c>TOTAL_MISMATCH</c>, <c>FIELD_INVALID</c>, <c>FIELD_MISSING</c>.</exception>
    public async Task<(SettleRequest Request, VisitAnswer Visit)> Of(HospitalCall call, bool inpatient, bool trial, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var visit = await services.Visit(call, data, cancellation);
        if (visit.Cancelled) throw SettlementErrors.VisitUnknown.With(visit.VisitId).AsException();
        Agrees(data, visit, inpatient);
        var terms = new SettleRequest
        {
            InstitutionCode = call.Institution,
            SettlementId = call.Request.MessageId,
            VisitId = visit.VisitId,
            UseAccount = data.Text("acct_used_flag") is not (null or "0"),
            Channel = SettlementMapping.Channel(call.Request),
            // An outpatient's visit ends as it began; an inpatient's at discharge.
            CareUntil = inpatient ? Discharged(data, visit, call, trial) : visit.CareFrom,
        };
        if (!inpatient && VisitMapping.Need(data, "chrg_bchno", "收费批次号") is var batch && batch != FeeLines.All)
        {
            terms.Serials.AddRange(visit.Lines.Where(line => line.Batch == batch).Select(line => line.Serial));
            if (terms.Serials.Count == 0) throw SystemErrors.FieldInvalid.With("收费批次号（chrg_bchno）", "该批次没有已上传的明细").AsException();
        }

        CheckTotal(data, visit, terms);
        return (terms, visit);
    }

    /// <summary>What the message repeats of the visit must be what the visit was registered as.</summary>
    private static void Agrees(InputNode data, VisitAnswer visit, bool inpatient)
    {
        if (visit.CareType.StartsWith('2') != inpatient) throw SystemErrors.FieldInvalid.With("就诊ID（mdtrt_id）", inpatient ? "不是住院就诊" : "是住院就诊，请用 2303、2304").AsException();
        if (data.Text("med_type") is { } care && care != visit.CareType) throw SystemErrors.FieldInvalid.With("医疗类别（med_type）", "与就诊信息（2203）不一致").AsException();
        if (data.Text("insutype") is { } insurance && insurance != visit.InsuranceType) throw SystemErrors.FieldInvalid.With("险种类型（insutype）", "与就诊登记不一致").AsException();
        if (data.Text("insuplc_admdvs") is { } home && home != visit.HomeArea) throw SystemErrors.FieldInvalid.With("参保地医保区划（insuplc_admdvs）", "与就诊登记不一致").AsException();
        var extension = data.Extension();
        if (extension.Text("OTP_ER_REFL_FLAG") is { } flag && VisitMapping.Flag(flag) != visit.OutpatientFlag) throw SystemErrors.FieldInvalid.With("门诊急诊转诊标志（OTP_ER_REFL_FLAG）", "与就诊信息（2203）不一致").AsException();
        if (extension.Text("TRUM_FLAG") is { } trauma && (VisitMapping.Flag(trauma) == 1) != visit.Trauma) throw SystemErrors.FieldInvalid.With("外伤标志（TRUM_FLAG）", "与就诊信息不一致").AsException();
    }

    private static Timestamp Discharged(InputNode data, VisitAnswer visit, HospitalCall call, bool trial)
    {
        if (visit.CareUntil is { } ended) return ended;
        if (SettlementMapping.Discharge(data) is { } stated) return stated;
        // 中途结算, or a trial during the stay: what came until this message.
        return trial || data.Text("mid_setl_flag") == "1"
            ? Timestamp.FromDateTimeOffset(call.ReceivedAt)
            : throw SystemErrors.FieldMissing.With("出院时间（dscgTime），或先办理出院（2402）").AsException();
    }

    // A repeat finds its own lines held by itself: then the visit's are not counted anew, the settlement service knows the bill.
    private static void CheckTotal(InputNode data, VisitAnswer visit, SettleRequest terms)
    {
        var lines = terms.Serials.Count > 0 ? visit.Lines.Where(line => terms.Serials.Contains(line.Serial)) : visit.Lines.Where(line => !line.Held);
        var sum = new Money(lines.Sum(line => line.AmountFen));
        if (terms.Serials.Count == 0 && visit.Lines.Count > 0 && visit.Lines.All(line => line.Held)) sum = new Money(visit.TotalFen);
        if (data.Amount("medfee_sumamt") is { } total && total != sum) throw InterfaceErrors.TotalMismatch.With(total, sum).AsException();
    }
}

/// <summary>预结算 (2206, 2303): the figures a settlement would have; nothing happens.</summary>
internal abstract class TrialSettlement(string infno, bool inpatient, NodeServices services, SettlementTerms terms, TimeProvider time) : ITransaction
{
    public string Infno => infno;

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var (request, visit) = await terms.Of(call, inpatient, trial: true, cancellation);
        var trial = await services.Settlements.PreSettleAsync(request, cancellationToken: cancellation);
        return new TransactionOutput(SettlementMapping.Output(Infno, SettlementMapping.Trial(trial, visit, call.Request.MessageId, time.GetUtcNow()), SettlementTerms.Nobody, visit: visit));
    }
}

internal sealed class OutpatientTrial(NodeServices services, SettlementTerms terms, TimeProvider time) : TrialSettlement("2206", inpatient: false, services, terms, time);

internal sealed class InpatientTrial(NodeServices services, SettlementTerms terms, TimeProvider time) : TrialSettlement("2303", inpatient: true, services, terms, time);

/// <summary>结算 (2207, 2304).</summary>
internal abstract class FinalSettlement(string infno, bool inpatient, NodeServices services, SettlementTerms terms) : ITransaction
{
    public string Infno => infno;

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var (request, visit) = await terms.Of(call, inpatient, trial: false, cancellation);
        var settled = Results.Granted(await services.Settlements.SettleAsync(request, cancellationToken: cancellation));
        return new TransactionOutput(SettlementMapping.Output(Infno, settled, SettlementTerms.Nobody, visit: visit)) { Subject = settled.SettlementId };
    }
}

internal sealed class OutpatientSettlement(NodeServices services, SettlementTerms terms) : FinalSettlement("2207", inpatient: false, services, terms);

internal sealed class InpatientSettlement(NodeServices services, SettlementTerms terms) : FinalSettlement("2304", inpatient: true, services, terms);

/// <summary>结算撤销 (2208, 2305): the whole settlement back, at most once.</summary>
internal abstract class SettlementRefund(string infno, NodeServices services, KeptMessages messages) : ITransaction
{
    public string Infno => infno;

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var (settlement, visit) = await Results.Of(services, call, data, cancellation);
        var back = await services.Settlements.RefundAsync(new WithdrawRequest { InstitutionCode = call.Institution, SettlementId = settlement.SettlementId, NegativeId = call.Request.MessageId }, cancellationToken: cancellation);
        await messages.Withdraw(call.Institution, settlement.SettlementId, "", call.Request.MessageId, call.ReceivedAt);
        return new TransactionOutput(SettlementMapping.Output(Infno, back, SettlementTerms.Nobody, negative: true, visit)) { Subject = back.Negative?.SettlementId };
    }
}

internal sealed class OutpatientRefund(NodeServices services, KeptMessages messages) : SettlementRefund("2208", services, messages);

internal sealed class InpatientRefund(NodeServices services, KeptMessages messages) : SettlementRefund("2305", services, messages);

/// <summary>冲正 (2601): the HIS does not hold the answer of a message and wants its effect undone, also if it never came.</summary>
internal sealed class Reversal(NodeServices services, KeptMessages messages) : ITransaction
{
    public string Infno => "2601";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var (original, number) = (Calls.Id(call, data, "omsgid", "原发送方报文ID"), VisitMapping.Need(data, "oinfno", "原交易编号").TrimEnd('A'));
        var kept = await messages.Find(call.Institution, original);
        if (kept is { Infno.Length: > 0 } && kept.Infno != number) throw SystemErrors.FieldInvalid.With("原交易编号（oinfno）", "与原报文不一致").AsException();
        switch (number)
        {
            case "2207" or "2304":
                await services.Settlements.ReverseAsync(new WithdrawRequest { InstitutionCode = call.Institution, SettlementId = original, NegativeId = call.Request.MessageId }, cancellationToken: cancellation);
                break;
            case "2401":
                if (kept?.Subject is { } visit) await services.Settlements.CancelVisitAsync(new VisitRequest { InstitutionCode = call.Institution, VisitId = visit }, cancellationToken: cancellation);
                break;
            default:
                throw SystemErrors.FieldInvalid.With("原交易编号（oinfno）", "只能冲正 2207、2304、2401").AsException();
        }

        // A message that is still on its way is not carried out any more.
        await messages.Withdraw(call.Institution, original, number, call.Request.MessageId, call.ReceivedAt);
        return TransactionOutput.Nothing;
    }
}

/// <summary>结算信息查询 (5203).</summary>
internal sealed class SettlementQuery(NodeServices services, NodeRegistry registry, TimeProvider time) : ITransaction
{
    public string Infno => "5203";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var (settlement, visit) = await Results.Of(services, call, data, cancellation);
        // Asked for by the negative's own id: the negative's figures.
        var negative = settlement.Negative is { } back && back.SettlementId == call.SettlementId(data);
        var (from, until) = (settlement.CareFrom.ToDateTimeOffset(), settlement.CareUntil.ToDateTimeOffset());
        return new TransactionOutput(SettlementMapping.Output(Infno, settlement, SettlementTerms.Nobody, negative, visit, node => node
            .Set("insu_optins", settlement.HomeArea)
            .Set("pay_loc", PayLocation(settlement))
            .Set("fixmedins_code", call.Institution)
            .Set("fixmedins_name", call.Request.InstitutionName)
            .Set("fixmedins_poolarea", settlement.TreatmentArea)
            .Set("hosp_lv", visit.InstitutionLevel)
            .Set("begndate", DateOnly.FromDateTime(from.ToOffset(TimeSpan.FromHours(8)).DateTime))
            .Set("enddate", DateOnly.FromDateTime(until.ToOffset(TimeSpan.FromHours(8)).DateTime))
            .Set("refd_setl_flag", settlement.Negative is null ? "0" : "1")
            .Set("year", until.ToOffset(TimeSpan.FromHours(8)).Year.ToString(CultureInfo.InvariantCulture))
            .Set("dise_codg", visit.DiseaseCode)
            .Set("mdtrt_cert_type", settlement.CredentialType)
            .Set("opt_time", settlement.DecidedAt.ToDateTimeOffset())));
    }

    /// <summary>支付地点类别 (pay_loc): 2 at the institution locally, 3 intra-province, 4 cross-province.</summary>
    private string PayLocation(Settled settlement) => registry.At(time.GetUtcNow()).Classify(new(settlement.HomeArea), new(settlement.TreatmentArea)) switch
    {
        VisitClass.Local => "2",
        VisitClass.IntraProvince => "3",
        VisitClass.CrossProvince => "4",
    };
}

/// <summary>The settlement service's answers as results or refusals.</summary>
internal static class Results
{
    /// <exception cref="RefusedException">Home refused it, it was taken back, or there is no outcome yet.</exception>
    public static Settled Granted(Settled settled) => settled.State switch
    {
        SettlementState.Granted => settled,
        SettlementState.Refused => throw Refusal(settled).AsException(),
        SettlementState.Withdrawn => throw SettlementErrors.Withdrawn.With(settled.SettlementId).AsException(),
        SettlementState.Reversed => throw SettlementErrors.AlreadyReversed.With(settled.SettlementId).AsException(),
        _ => throw SystemErrors.OutcomeUnknown.With("尚无结果").AsException(),
    };

    /// <summary>A settlement of this institution, of the visit and the person that the node names.</summary>
    public static async Task<(Settled Settlement, VisitAnswer Visit)> Of(NodeServices services, HospitalCall call, InputNode data, CancellationToken cancellation)
    {
        var visit = await services.Visit(call, data, cancellation);
        var settlement = await services.Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = call.Institution, SettlementId = call.SettlementId(data) }, cancellationToken: cancellation);
        if (settlement.VisitId != visit.VisitId) throw SystemErrors.FieldInvalid.With("结算ID（setl_id）", "不属于该次就诊").AsException();
        return (settlement.Figures is null ? Granted(settlement) : settlement, visit);
    }

    /// <summary>Home's refusal in home's words: the holes of its sentence are filled already.</summary>
    private static Error Refusal(Settled settled)
    {
        var known = Catalogue.Find(settled.RefusalCode);
        return new ErrorDefinition(settled.RefusalCode, known?.Category ?? ErrorCategory.Policy, Escaped(settled.RefusalMessage), Escaped(settled.RefusalNextStep), known?.Acts ?? Party.HomeAgency).With();
    }

    private static string Escaped(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
