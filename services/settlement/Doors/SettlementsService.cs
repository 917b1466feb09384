using Google.Protobuf;
using Grpc.Core;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.Identify;
using Yibao.Settlement.Local;
using Yibao.Settlement.OutsideServices;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Trauma;
using Yibao.Settlement.Visits;
using Domain = Yibao.Contracts.Settlements;

namespace Yibao.Settlement.Doors;

/// <summary>The institutions' door at the treatment place.</summary>
public sealed partial class SettlementsService(
    TreatmentDesk desk, Deliveries deliveries, IWriteDoor door, IInstitutions institutions, IFeeSplits splits, Identification identification, Patients patients, HomeQuestions questions, Inpatients inpatients, IUndeliveredSettlements undelivered,
    OutsideDesk outside, VisitTelling telling, PolicyLibrary policies, NodeRegistry registry, RoundTripSettings settings, IDetachedWork detached, ICurrentActor current, TimeProvider time) : Settlements.SettlementsBase
{
    public override async Task<UploadFeesAnswer> UploadFees(UploadFeesRequest request, ServerCallContext context)
    {
        var id = VisitId(request.InstitutionCode, request.VisitId);
        List<FeeSplit.FeeLine> lines = [.. request.Lines.Select(line => line.ToLine())];
        return Held(lines.Exists(line => line.Outside is not null)
            ? await outside.Upload(id, lines, current.Actor)
            : await OnVisit(id, visit => VisitDecider.Upload(id, lines, visit)));
    }

    public override async Task<UploadFeesAnswer> WithdrawFees(WithdrawFeesRequest request, ServerCallContext context)
    {
        var id = VisitId(request.InstitutionCode, request.VisitId);
        return Held(await outside.Withdraw(id, [.. request.Serials], request.Batch.Length == 0 ? null : request.Batch, current.Actor));
    }

    public override async Task<PreSettleAnswer> PreSettle(SettleRequest request, ServerCallContext context)
    {
        var (quote, split) = await desk.PreSettle(Terms(request), context.CancellationToken);
        var read = Sealing.Read<Domain.SettlementQuote>(quote);
        return new PreSettleAnswer { Figures = read.Figures.ToWire(), Split = split.ToWire(), PolicyVersion = read.PolicyVersion, Quote = quote.ToWire().ToByteString(), Explanation = read.Explanation?.ToWire() };
    }

    public override async Task<Contracts.Settlement.V1.Settlement> Settle(SettleRequest request, ServerCallContext context)
    {
        var ownId = SettlementMapping.Id(request.SettlementId, "settlement_id");
        var (terms, quote, actor) = (Terms(request), Quote(request.Quote), current.Actor);
        var answer = await detached.Run(_ => desk.Settle(ownId, terms, quote, actor, context.CancellationToken), context.CancellationToken);
        return deliveries.Replying(answer, actor, context).ToWire();
    }

    public override async Task<Contracts.Settlement.V1.Settlement> Confirm(ConfirmRequest request, ServerCallContext context) =>
        (await desk.Confirm(request.InstitutionCode, SettlementMapping.Id(request.SettlementId, "settlement_id"), new Money(request.CashFen), current.Actor)).ToWire();

    public override Task<Contracts.Settlement.V1.Settlement> Reverse(WithdrawRequest request, ServerCallContext context) => Withdraw(request, Domain.WayBack.Reversal, context);

    public override Task<Contracts.Settlement.V1.Settlement> Refund(WithdrawRequest request, ServerCallContext context) => Withdraw(request, Domain.WayBack.Refund, context);

    public override async Task<Contracts.Settlement.V1.Settlement> GetSettlement(GetSettlementRequest request, ServerCallContext context) =>
        deliveries.Replying(await desk.Find(request.InstitutionCode, SettlementMapping.Id(request.SettlementId, "settlement_id"), context.CancellationToken), current.Actor, context).ToWire();

    public override async Task<ListUndeliveredAnswer> ListUndelivered(ListUndeliveredRequest request, ServerCallContext context)
    {
        var late = time.GetUtcNow() - settings.EscalateAfter;
        var answer = new ListUndeliveredAnswer();
        foreach (var entry in await undelivered.Of(request.InstitutionCode, request.Limit is > 0 and <= 500 ? request.Limit : 100))
        {
            answer.Settlements.Add(new UndeliveredSettlement
            {
                SettlementId = SettlementMapping.OwnId(entry.SettlementId),
                NationalId = entry.SettlementId,
                BusinessDate = SettlementMapping.Iso(entry.BusinessDate),
                DecidedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(entry.DecidedAt),
                Escalated = entry.DecidedAt < late,
            });
        }

        return answer;
    }

    public override async Task<AcknowledgeUndeliveredAnswer> AcknowledgeUndelivered(AcknowledgeUndeliveredRequest request, ServerCallContext context)
    {
        if (request.SettlementIds.Count > 500) throw SystemErrors.FieldInvalid.With("settlement_ids", "最多 500 个").AsException();
        foreach (var ownId in request.SettlementIds) await desk.Acknowledge(Domain.SettlementId.Of(request.InstitutionCode, SettlementMapping.Id(ownId, "settlement_ids")), current.Actor);
        return new AcknowledgeUndeliveredAnswer();
    }

    private async Task<Contracts.Settlement.V1.Settlement> Withdraw(WithdrawRequest request, Domain.WayBack way, ServerCallContext context)
    {
        var ownId = SettlementMapping.Id(request.SettlementId, "settlement_id");
        var negativeId = SettlementMapping.Id(request.NegativeId, "negative_id");
        Money? total = request.HasTotalFen ? new Money(request.TotalFen) : null;
        var actor = current.Actor;
        // Who asks this may have had the result a moment ago.
        await deliveries.Noted(Domain.SettlementId.Of(request.InstitutionCode, ownId), context.CancellationToken);
        var answer = await detached.Run(_ => desk.Withdraw(request.InstitutionCode, ownId, negativeId, way, total, actor, context.CancellationToken), context.CancellationToken);
        return answer.Denial is { } denial ? throw denial.Refusal.ToError().AsException() : answer.ToWire();
    }

    private async Task<Visit> OnVisit(string id, Func<Visit, Decision> decide)
    {
        var stream = Visit.Stream(id);
        return (await door.Execute(new Command(current.Actor, id, [stream], states => decide(states.Of(stream))))).OrThrow().State(stream);
    }

    private static UploadFeesAnswer Held(Visit visit)
    {
        return new UploadFeesAnswer { Lines = visit.Lines.Count, TotalFen = visit.Lines.Values.Aggregate(Money.Zero, static (sum, line) => sum + line.Amount).Fen };
    }

    private static SettleTerms Terms(SettleRequest request) => new(
        request.InstitutionCode, SettlementMapping.Id(request.VisitId, "visit_id"), [.. request.Serials], SettlementMapping.Instant(request.CareUntil, "endtime"), request.UseAccount)
    {
        Channel = SettlementMapping.Channel(request.Channel),
    };

    private static Envelope? Quote(ByteString quote)
    {
        if (quote.IsEmpty) return null;
        try
        {
            return SignedEnvelope.Parser.ParseFrom(quote).FromWire();
        }
        catch (InvalidProtocolBufferException)
        {
            throw SettlementErrors.QuoteInvalid.With().AsException();
        }
    }

    private static string VisitId(string institution, string ownId) =>
        Domain.SettlementId.Of(SettlementMapping.Id(institution, "fixmedins_code"), SettlementMapping.Id(ownId, "visit_id"));
}
