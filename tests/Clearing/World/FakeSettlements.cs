using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Yibao.Clearing.Exchange;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Tests.World;

/// <summary>Home's signed outcome as tests make it: sealed with a secret that only the world's homes know.</summary>
internal sealed class Proofs : IProofs
{
    private static readonly byte[] Secret = "only homes know this"u8.ToArray();

    private sealed record Outcome(PartyState State, SettlementContent? Content, SettlementContent? Negative);

    public static byte[] Sign(PartyState state, SettlementContent? content, SettlementContent? negative)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Outcome(state, content, negative));
        return [.. HMACSHA256.HashData(Secret, payload), .. payload];
    }

    public (SettlementContent? Content, PartyState State) Check(AskedSettlement asked, byte[] signedOutcome)
    {
        if (signedOutcome.Length < 32 || !HMACSHA256.HashData(Secret, signedOutcome.AsSpan(32)).AsSpan().SequenceEqual(signedOutcome.AsSpan(0, 32))) return (null, PartyState.Unknown);
        var outcome = JsonSerializer.Deserialize<Outcome>(signedOutcome.AsSpan(32))!;
        if (asked.OriginalId is not null && outcome.Negative is null && outcome.State == PartyState.Granted) return (null, PartyState.Unknown);
        return (asked.OriginalId is null ? outcome.Content : outcome.Negative, outcome.State);
    }

    public static (PartyState State, SettlementContent? Content, SettlementContent? Negative) Read(byte[] signedOutcome)
    {
        var outcome = JsonSerializer.Deserialize<Outcome>(signedOutcome.AsSpan(32))!;
        return (outcome.State, outcome.Content, outcome.Negative);
    }
}

/// <summary>A node's settlement service with the protocol's rules that repairs rest on: outcome numbers only rise, nothing without home's signature.</summary>
internal sealed class FakeSettlements : ISettlementDesk
{
    public sealed record Stored(PartyRole Role, PartyState State, SettlementContent? Content, SettlementContent? Negative, byte[] Signed, DateTimeOffset Since, AdminDivision? TowardsTreatment, AdminDivision? TowardsHome);

    /// <summary>Asked by a host's own threads while a test changes it.</summary>
    public ConcurrentDictionary<string, Stored> Streams { get; } = new(StringComparer.Ordinal);

    public void Lose(string settlementId) => Streams.TryRemove(settlementId, out _);

    /// <summary>Where a lost settlement belonged, as routing would say.</summary>
    public Func<SettlementContent, (PartyRole Role, AdminDivision? TowardsTreatment, AdminDivision? TowardsHome)> Place { get; set; } = null!;

    public Func<DateTimeOffset> Now { get; set; } = null!;

    /// <summary>A stored request is sent again: answered by home.</summary>
    public Action<string> Redrive { get; set; } = _ => { };

    public Task<IReadOnlyList<HeldSettlement>> Look(IReadOnlyList<AskedSettlement> asked, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<HeldSettlement>>([.. asked.Select(a =>
        {
            if (!Streams.TryGetValue(a.OriginalId ?? a.SettlementId, out var s)) return HeldSettlement.None(a.SettlementId);
            return new HeldSettlement(a.SettlementId, s.Role, s.State, a.OriginalId is null ? s.Content : s.Negative, s.Signed, s.Since, s.TowardsTreatment, s.TowardsHome);
        })]);

    public Task Repair(AskedSettlement settlement, RepairKind kind, PartyRole role, RepairProof proof, CancellationToken cancellation = default)
    {
        var signedOutcome = proof.SignedOutcome;
        var id = settlement.OriginalId ?? settlement.SettlementId;
        if (kind == RepairKind.Redrive)
        {
            Redrive(id);
            return Task.CompletedTask;
        }

        if (kind == RepairKind.EndAsRefused)
        {
            Streams[id] = Streams[id] with { State = PartyState.Refused, Since = Now() };
            return Task.CompletedTask;
        }

        if (new Proofs().Check(settlement, signedOutcome).State is not (PartyState.Granted or PartyState.Reversed)) throw SystemErrors.FieldInvalid.With("signedOutcome", kind).AsException();
        var (state, content, negative) = Proofs.Read(signedOutcome);
        var (placed, towardsTreatment, towardsHome) = Place(content!);
        Streams[id] = new Stored(placed, state, content, negative, signedOutcome, Now(), towardsTreatment, towardsHome);
        return Task.CompletedTask;
    }
}
