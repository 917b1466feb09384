using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Yibao.Clearing.Exchange;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Grpc;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using WireRole = Yibao.Contracts.Settlement.V1.Role;

namespace Yibao.Clearing.Hosting;

/// <summary>Home's signed outcome, read and checked: signed by the node that hosts the home place at the settlement's instant.</summary>
public sealed class SignedOutcomes(IEnvelopeSigner signer, NodeRegistry registry) : IProofs
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public (SettlementContent? Content, PartyState State) Check(AskedSettlement asked, byte[] signedOutcome)
    {
        if (Read(signedOutcome) is not { } outcome || outcome.SettlementId != (asked.OriginalId ?? asked.SettlementId)) return (null, PartyState.Unknown);
        return outcome.State switch
        {
            OutcomeState.Granted => asked.OriginalId is null ? (outcome.Content, PartyState.Granted) : (null, PartyState.Unknown),
            OutcomeState.Reversed => (asked.OriginalId is null ? outcome.Content : outcome.Negative, PartyState.Reversed),
            OutcomeState.Refused => (null, PartyState.Refused),
            OutcomeState.Tombstoned => (null, PartyState.Tombstone),
        };
    }

    private SettlementOutcome? Read(byte[] signedOutcome)
    {
        try
        {
            var envelope = SignedEnvelope.Parser.ParseFrom(signedOutcome).FromWire();
            signer.Verify(envelope);
            var outcome = envelope.Kind == SettlementKinds.Outcome ? JsonSerializer.Deserialize<SettlementOutcome>(envelope.Payload.Span, Form) : null;
            if (outcome is null) return null;
            var at = registry.At(outcome.Content?.Instant ?? outcome.DecidedAt);
            return at.HostOf(outcome.HomeArea) == envelope.From ? outcome : null;
        }
        catch (Exception e) when (e is RefusedException or InvalidProtocolBufferException or JsonException or ArgumentException)
        {
            // Whatever cannot be verified proves nothing.
            return null;
        }
    }
}

/// <summary>This node's settlement service as reconciliation asks it: the version of each role, adoption of signed outcomes, re-driving.</summary>
public sealed class SettlementUpkeepDesk(IPeers peers, ISurroundings around) : ISettlementDesk
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
    private static readonly WireRole[] Leading = [WireRole.Home, WireRole.Relay, WireRole.Treatment];

    private readonly SettlementUpkeep.SettlementUpkeepClient _client = new(peers.Invoker("settlement", CallRules.Repeatable));

    public async Task<IReadOnlyList<HeldSettlement>> Look(IReadOnlyList<AskedSettlement> asked, CancellationToken cancellation = default)
    {
        var held = new List<HeldSettlement>();
        foreach (var settlement in asked) held.Add(await Look(settlement, cancellation));
        return held;
    }

    public async Task Repair(AskedSettlement settlement, RepairKind kind, PartyRole role, RepairProof proof, CancellationToken cancellation = default)
    {
        if (kind == RepairKind.Redrive)
            await _client.RedriveAsync(new GetVersionRequest { NationalId = settlement.OriginalId ?? settlement.SettlementId, Role = WireRole.Treatment }, cancellationToken: cancellation);
        else
            await _client.AdoptAsync(new AdoptRequest { Role = Wire(role), SignedOutcome = ByteString.CopyFrom(proof.SignedOutcome), SignedIntent = ByteString.CopyFrom(proof.SignedIntent) }, cancellationToken: cancellation);
    }

    private async Task<HeldSettlement> Look(AskedSettlement asked, CancellationToken cancellation)
    {
        foreach (var role in Leading)
        {
            var version = await _client.GetVersionAsync(new GetVersionRequest { NationalId = asked.OriginalId ?? asked.SettlementId, Role = role }, cancellationToken: cancellation);
            var state = State(version.State);
            if (state == PartyState.Nothing) continue;
            var json = asked.OriginalId is null ? version.ContentJson : version.NegativeJson;
            var content = json.Length == 0 ? null : JsonSerializer.Deserialize<SettlementContent>(json, Form);
            return new HeldSettlement(asked.SettlementId, (PartyRole)((int)role - 1), state, content, version.SignedOutcome.ToByteArray(), DecidedAt(version.SignedOutcome),
                content is null || role == WireRole.Treatment ? null : around.Towards(content.TreatmentArea), content is null || role == WireRole.Home ? null : around.Towards(content.HomeArea)) { SignedIntent = version.SignedIntent.ToByteArray() };
        }

        return HeldSettlement.None(asked.SettlementId);
    }

    private static DateTimeOffset? DecidedAt(ByteString signedOutcome) => signedOutcome.IsEmpty ? null : SignedEnvelope.Parser.ParseFrom(signedOutcome).FromWire().Instant;

    private static WireRole Wire(PartyRole role) => role switch
    {
        PartyRole.Treatment => WireRole.Treatment,
        PartyRole.Relay => WireRole.Relay,
        PartyRole.Home => WireRole.Home,
    };

    private static PartyState State(string state) => state switch
    {
        "Nothing" => PartyState.Nothing,
        "Intent" => PartyState.Intent,
        "Granted" => PartyState.Granted,
        "Refused" => PartyState.Refused,
        "Tombstoned" => PartyState.Tombstone,
        "Reversed" => PartyState.Reversed,
        _ => throw SystemErrors.FieldInvalid.With("state", state).AsException(),
    };
}
