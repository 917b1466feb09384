using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.RoundTrip;
using Domain = Yibao.Contracts.Settlements;
using Role = Yibao.Contracts.Settlement.V1.Role;

namespace Yibao.Settlement.Doors;

/// <summary>The door for the other services of this node: reconciliation's questions and repairs, the declaration.</summary>
public sealed class UpkeepService(TreatmentDesk desk, Adoption adoption, IWriteDoor door, IOutbox outbox, IHistory history, ICurrentActor current) : SettlementUpkeep.SettlementUpkeepBase
{
    /// <summary>Facts looked back over: the outbox sends a page of 500 in no order, page after page.</summary>
    private const int LastTold = 2000;

    public override Task<SettlementVersion> GetVersion(GetVersionRequest request, ServerCallContext context) => Version(request.NationalId, request.Role);

    public override async Task<SettlementVersion> Redrive(GetVersionRequest request, ServerCallContext context)
    {
        await desk.Drive(request.NationalId);
        return await Version(request.NationalId, Role.Treatment);
    }

    public override async Task<SettlementVersion> Adopt(AdoptRequest request, ServerCallContext context)
    {
        var outcome = Opened(request.SignedOutcome, "signed_outcome") ?? throw SystemErrors.FieldMissing.With("signed_outcome").AsException();
        var id = request.Role switch
        {
            Role.Treatment => await adoption.AtTreatment(outcome, Opened(request.SignedIntent, "signed_intent"), current.Actor),
            Role.Relay => await adoption.AtRelay(outcome, current.Actor),
            Role.Home => await adoption.AtHome(outcome, Opened(request.SignedIntent, "signed_intent"), current.Actor),
            _ => throw SystemErrors.FieldMissing.With("role").AsException(),
        };
        return await Version(id, request.Role);
    }

    public override async Task<RelayedAnswer> Relayed(RelayedRequest request, ServerCallContext context)
    {
        if (request.PatienceSeconds is < 0 or > 5) throw SystemErrors.FieldInvalid.With("patience_seconds", "0–5").AsException();
        var appended = (await outbox.Status(context.CancellationToken)).Appended;
        var answer = new RelayedAnswer { Relayed = await outbox.Relayed(TimeSpan.FromSeconds(request.PatienceSeconds), context.CancellationToken) };
        if (!answer.Relayed)
        {
            answer.Waiting = (await outbox.Status(context.CancellationToken)).Waiting;
            return answer;
        }

        foreach (var stored in await history.After(Math.Max(0, appended - LastTold), LastTold, context.CancellationToken))
            if (ToldSettlements.Of(stored.Fact) is var (role, content, _, _)) answer.Last.Add(new ToldSettlement { NationalId = content.SettlementId, Role = (Role)((int)role + 1) });
        return answer;
    }

    public override async Task<DeclareAnswer> Declare(DeclareRequest request, ServerCallContext context)
    {
        if (request.NationalIds.Count > 10_000) throw SystemErrors.FieldInvalid.With("national_ids", "最多 10000 个").AsException();
        var answer = new DeclareAnswer();
        foreach (var id in request.NationalIds)
        {
            var stream = TreatmentSettlement.Stream(id);
            var executed = await door.Execute(new Command(current.Actor, id, [stream], states => TreatmentDecider.Declare(id, request.Month, states.Of(stream))));
            var refused = (executed.Decision as Decision.Refused)?.Error;
            answer.Settlements.Add(new DeclaredSettlement { NationalId = id, Declared = refused is null, RefusalCode = refused?.Code ?? "" });
        }

        return answer;
    }

    private async Task<SettlementVersion> Version(string id, Role role)
    {
        var (outcome, seal, intent, intentSeal) = role switch
        {
            Role.Treatment => await door.Read(TreatmentSettlement.Stream(id)) is var state ? (state.Outcome, state.OutcomeSeal, state.Request, state.IntentSeal) : default,
            Role.Relay => await door.Read(RelaySettlement.Stream(id)) is var state ? (state.Outcome, state.OutcomeSeal, null, null) : default,
            Role.Home => await door.Read(HomeSettlement.Stream(id)) is var state ? (state.Outcome, state.OutcomeSeal, state.Request, state.IntentSeal) : default,
            _ => throw SystemErrors.FieldMissing.With("role").AsException(),
        };
        var version = new SettlementVersion { NationalId = id, Role = role, State = outcome?.State.ToString() ?? (intent is not null ? "Intent" : "Nothing") };
        if (intent is not null && intentSeal is not null) version.SignedIntent = Sealing.Restore(intentSeal, Domain.SettlementKinds.Intent, intent).ToWire().ToByteString();
        if (outcome is null) return version;
        version.SignedOutcome = Sealing.Restore(seal!, Domain.SettlementKinds.Outcome, outcome).ToWire().ToByteString();
        if (outcome.Content is { } content) version.ContentJson = JsonSerializer.Serialize(content, Sealing.Form);
        if (outcome.Negative is { } negative) version.NegativeJson = JsonSerializer.Serialize(negative, Sealing.Form);
        return version;
    }

    private static Envelope? Opened(ByteString envelope, string field)
    {
        try
        {
            return envelope.IsEmpty ? null : SignedEnvelope.Parser.ParseFrom(envelope).FromWire();
        }
        catch (InvalidProtocolBufferException)
        {
            throw SystemErrors.FieldInvalid.With(field, "不是签名报文").AsException();
        }
    }
}
