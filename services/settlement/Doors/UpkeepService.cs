using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.RoundTrip;
using Domain = Yibao.Contracts.Settlements;
using Role = Yibao.Contracts.Settlement.V1.Role;

namespace Yibao.Settlement.Doors;

/// <summary>The door for the other services of this node: reconciliation's questions and repairs, the declaration.</summary>
public sealed class UpkeepService(TreatmentDesk desk, IWriteDoor door, Sealing sealing, Routes routes, ICurrentActor current) : SettlementUpkeep.SettlementUpkeepBase
{
    public override Task<SettlementVersion> GetVersion(GetVersionRequest request, ServerCallContext context) => Version(request.NationalId, request.Role);

    public override async Task<SettlementVersion> Redrive(GetVersionRequest request, ServerCallContext context)
    {
        await desk.Drive(request.NationalId, Waiting.Nobody);
        return await Version(request.NationalId, Role.Treatment);
    }

    public override async Task<SettlementVersion> Adopt(AdoptRequest request, ServerCallContext context)
    {
        Envelope envelope;
        try
        {
            envelope = SignedEnvelope.Parser.ParseFrom(request.SignedOutcome).FromWire();
        }
        catch (InvalidProtocolBufferException)
        {
            throw SystemErrors.FieldInvalid.With("signed_outcome", "不是签名报文").AsException();
        }

        sealing.Verify(envelope);
        if (envelope.Kind != Domain.SettlementKinds.Outcome) throw SystemErrors.FieldInvalid.With("kind", envelope.Kind).AsException();
        var outcome = Sealing.Read<Domain.SettlementOutcome>(envelope);
        var at = outcome.Content?.Instant ?? outcome.DecidedAt;
        var host = routes.HostOf(outcome.HomeArea, at);
        if (envelope.From != host) throw SettlementErrors.WrongSigner.With(envelope.From, host).AsException();
        switch (request.Role)
        {
            case Role.Treatment:
                var own = await door.Read(TreatmentSettlement.Stream(outcome.SettlementId));
                if (own.Request is not { } asked) throw SettlementErrors.Unknown.With(outcome.SettlementId).AsException();
                await desk.Store(envelope, asked, Waiting.Nobody);
                break;
            case Role.Relay:
                var stream = RelaySettlement.Stream(outcome.SettlementId);
                var (treatment, home) = (Neighbour(outcome.TreatmentArea, at), Neighbour(outcome.HomeArea, at));
                (await door.Execute(new Command(current.Actor, outcome.SettlementId, [stream],
                    states => RelaySettlement.Store(states.Of(stream), outcome, Sealing.SealOf(envelope), treatment, home)))).OrThrow();
                break;
            default:
                throw SystemErrors.FieldInvalid.With("role", "只有就医地和中转节点可以补收结果").AsException();
        }

        return await Version(outcome.SettlementId, request.Role);
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
        var (outcome, seal, intent) = role switch
        {
            Role.Treatment => await door.Read(TreatmentSettlement.Stream(id)) is var state ? (state.Outcome, state.OutcomeSeal, state.Request is not null) : default,
            Role.Relay => await door.Read(RelaySettlement.Stream(id)) is var state ? (state.Outcome, state.OutcomeSeal, false) : default,
            Role.Home => await door.Read(HomeSettlement.Stream(id)) is var state ? (state.Outcome, state.OutcomeSeal, false) : default,
            _ => throw SystemErrors.FieldMissing.With("role").AsException(),
        };
        var version = new SettlementVersion { NationalId = id, Role = role, State = outcome?.State.ToString() ?? (intent ? "Intent" : "Nothing") };
        if (outcome is null) return version;
        version.SignedOutcome = Sealing.Restore(seal!, Domain.SettlementKinds.Outcome, outcome).ToWire().ToByteString();
        if (outcome.Content is { } content) version.ContentJson = JsonSerializer.Serialize(content, Sealing.Form);
        if (outcome.Negative is { } negative) version.NegativeJson = JsonSerializer.Serialize(negative, Sealing.Form);
        return version;
    }

    private Kernel.Places.AdminDivision Neighbour(Kernel.Places.AdminDivision area, DateTimeOffset at) =>
        routes.At(at).Route(routes.Node, area, [routes.Node]).NextHop ?? routes.Node;
}
