using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Differences;

/// <summary>One party's version with its proof already checked.</summary>
/// <param name="Proven">What home's valid signature at this party vouches for; null without one.</param>
/// <param name="ProvenState">The state that signature vouches for.</param>
public sealed record PartyView(
    AdminDivision Node,
    PartyRole Role,
    PartyState State,
    SettlementContent? Content,
    SettlementContent? Booked,
    SettlementContent? Proven,
    PartyState ProvenState = PartyState.Unknown)
{
    /// <summary>The amounts its book sums up, where they are not those it was booked with.</summary>
    public PartySums? Altered { get; init; }

    /// <summary>A party nobody could ask.</summary>
    public static PartyView Silent(AdminDivision node, PartyRole role) => new(node, role, PartyState.Unknown, null, null, null);

    /// <summary>Outcome numbers of the protocol: 1 granted, refused or tombstoned, 2 reversed.</summary>
    internal static int Rank(PartyState state) => state switch
    {
        PartyState.Unknown => -1,
        PartyState.Nothing or PartyState.Intent => 0,
        PartyState.Refused or PartyState.Tombstone or PartyState.Granted => 1,
        PartyState.Reversed => 2,
    };
}

/// <summary>What kind of difference it is (lifecycle §3.1).</summary>
public enum DifferenceKind
{
    None,
    MissingAtTreatment,
    /// <summary>At the nation or at a province on the path.</summary>
    MissingAtRelay,
    MissingAtHome,
    /// <summary>Totals, funds or cash differ.</summary>
    AmountDiff,
    /// <summary>Something else differs: person, institution, type, date.</summary>
    ContentDiff,
    /// <summary>Reversed, refused or open at one party only.</summary>
    StatusDiff,
    /// <summary>A book holds what nobody granted.</summary>
    ExtraRecord,
    /// <summary>合计不符: count or sums of the day differ, and no settlement accounts for it.</summary>
    SumsDiffer,
}

/// <summary>Why a person must look at it.</summary>
public enum WorkReason
{
    None,
    /// <summary>Treatment holds nothing: rebuild from home's signed outcome once the operator confirms.</summary>
    RebuildAtTreatment,
    /// <summary>Figures differ or a grant stands alone, and no valid signature of home decides.</summary>
    NoProof,
    /// <summary>Two valid signatures of home contradict each other.</summary>
    TwoProofs,
    /// <summary>A record that nobody granted: void it once the operator confirms.</summary>
    ExtraRecord,
    /// <summary>The sums differ and every settlement agrees: one of the two books does not add up, its operators must look.</summary>
    SumsDiffer,
}

/// <summary>One thing to do at one party.</summary>
/// <param name="ProofFrom">The party whose signed outcome it rests on; null where none is needed.</param>
public sealed record RepairStep(RepairKind Kind, AdminDivision Node, PartyRole Role, AdminDivision? ProofFrom);

/// <summary>What the table says of one settlement.</summary>
public sealed record Judgement(DifferenceKind Kind, IReadOnlyList<RepairStep> Steps, WorkReason Work)
{
    public static Judgement Agreement { get; } = new(DifferenceKind.None, [], WorkReason.None);

    public bool Agrees => Kind == DifferenceKind.None;

    /// <summary>The platform can repair it alone.</summary>
    public bool Automatic => !Agrees && Work == WorkReason.None && Steps.Count > 0;
}

/// <summary>
/// The repair table of the reconciliation, as a pure function of what home, relays and treatment hold. Home decides; what home
/// signed wins; where neither is at hand, a person decides. Nothing here removes money that home granted.
/// </summary>
public static class RepairTable
{
    /// <param name="parties">Every party of the settlement, the silent ones with <see cref="PartyState.Unknown"/>.</param>
    /// <param name="confirmed">An operator has confirmed the rebuild or the voiding.</param>
    public static Judgement Judge(IReadOnlyList<PartyView> parties, bool confirmed = false)
    {
        if (parties.All(p => PartyView.Rank(p.State) < 1 && p.Booked is null) && !parties.Any(p => p.State == PartyState.Intent)) return Judgement.Agreement;
        var truth = Truth.Of(parties);
        if (truth.Contradiction is { } contradiction) return new Judgement(KindOf(parties, truth), [], contradiction);
        var steps = new List<RepairStep>();
        var work = WorkReason.None;
        foreach (var party in parties.Where(p => p.State != PartyState.Unknown))
        {
            var (step, reason) = Of(party, truth, confirmed);
            if (step is not null) steps.Add(step);
            if (reason != WorkReason.None && work == WorkReason.None) work = reason;
        }

        return steps.Count == 0 && work == WorkReason.None ? Judgement.Agreement : new Judgement(KindOf(parties, truth), steps, work);
    }

    private static (RepairStep? Step, WorkReason Work) Of(PartyView party, Truth truth, bool confirmed)
    {
        RepairStep Do(RepairKind kind) => new(kind, party.Node, party.Role, truth.Prover?.Node);
        (RepairStep?, WorkReason) Proven(RepairKind kind) => truth.Prover is null ? (null, WorkReason.NoProof) : (Do(kind), WorkReason.None);
        switch (truth.State)
        {
            case PartyState.Granted or PartyState.Reversed:
                if (PartyView.Rank(party.State) < PartyView.Rank(truth.State)) return Behind(party, truth, confirmed, Proven);
                // Ended here and granted there, without a proof of the end: nobody may choose.
                if (party.State is PartyState.Refused or PartyState.Tombstone) return (null, WorkReason.NoProof);
                if (party.Content is not null && !Same(party.Content, truth.Content!)) return Proven(RepairKind.AdoptSignedFigures);
                return party.Booked is null || party.Altered is not null || !Same(party.Booked, truth.Content!) ? (Do(RepairKind.Rebook), WorkReason.None) : (null, WorkReason.None);
            default:
                if (party.State is PartyState.Granted or PartyState.Reversed && party.Content is not null) return (null, WorkReason.NoProof);
                if (party.Booked is not null) return confirmed ? (Do(RepairKind.VoidEntry), WorkReason.None) : (null, WorkReason.ExtraRecord);
                if (party.State != PartyState.Intent) return (null, WorkReason.None);
                return truth.State is PartyState.Refused or PartyState.Tombstone ? (Do(RepairKind.EndAsRefused), WorkReason.None) : (Do(RepairKind.Redrive), WorkReason.None);
        }
    }

    // The party lags behind what home decided.
    private static (RepairStep?, WorkReason) Behind(PartyView party, Truth truth, bool confirmed, Func<RepairKind, (RepairStep?, WorkReason)> proven) => party.Role switch
    {
        PartyRole.Home => proven(RepairKind.AdoptAtHome),
        PartyRole.Relay => proven(truth.State == PartyState.Reversed ? RepairKind.Reverse : RepairKind.AdoptAtRelay),
        PartyRole.Treatment when party.State == PartyState.Nothing => confirmed ? proven(RepairKind.Rebuild) : (null, WorkReason.RebuildAtTreatment),
        PartyRole.Treatment => proven(truth.State == PartyState.Reversed ? RepairKind.Reverse : RepairKind.Complete),
    };

    private static DifferenceKind KindOf(IReadOnlyList<PartyView> parties, Truth truth)
    {
        var heard = parties.Where(p => p.State != PartyState.Unknown).ToList();
        if (truth.State is not (PartyState.Granted or PartyState.Reversed))
        {
            return heard.Any(p => p.Booked is not null && p.Content is null) ? DifferenceKind.ExtraRecord
                : heard.Any(p => p.Content is not null) && heard.Any(p => p.Role == PartyRole.Home && p.State == PartyState.Nothing) ? DifferenceKind.MissingAtHome
                : DifferenceKind.StatusDiff;
        }

        // A record is missing where neither protocol nor book holds it; the worst place first.
        bool Missing(PartyRole role) => heard.Any(p => p.Role == role && p.Booked is null && p.State is PartyState.Nothing or PartyState.Intent && p.Role == role);
        bool Unbooked(PartyRole role) => heard.Any(p => p.Role == role && p.Booked is null);
        if (Missing(PartyRole.Home)) return DifferenceKind.MissingAtHome;
        if (Missing(PartyRole.Treatment)) return DifferenceKind.MissingAtTreatment;
        if (Missing(PartyRole.Relay)) return DifferenceKind.MissingAtRelay;
        if (heard.Any(p => p.State != truth.State)) return DifferenceKind.StatusDiff;
        if (Unbooked(PartyRole.Home)) return DifferenceKind.MissingAtHome;
        if (Unbooked(PartyRole.Treatment)) return DifferenceKind.MissingAtTreatment;
        if (Unbooked(PartyRole.Relay)) return DifferenceKind.MissingAtRelay;
        if (heard.Any(p => p is { Altered: { } sums, Booked: { } booked } && sums != new PartySums(booked.Total, booked.FundTotal, booked.Cash))) return DifferenceKind.AmountDiff;
        var versions = heard.SelectMany(p => new[] { p.Content, p.Booked }).OfType<SettlementContent>().ToList();
        return versions.Select(AmountsOf).Distinct(StringComparer.Ordinal).Skip(1).Any() ? DifferenceKind.AmountDiff : DifferenceKind.ContentDiff;
    }

    private static bool Same(SettlementContent one, SettlementContent other) => ReferenceEquals(one, other) || (one.Cash == other.Cash && one.Total == other.Total && one.SameAs(other));

    private static string AmountsOf(SettlementContent content) => new CanonicalForm("amounts").Figures("figures", content.Figures).Split("split", content.Split).Hash();

    /// <summary>What really happened, as far as it can be known.</summary>
    private sealed record Truth(PartyState State, SettlementContent? Content, PartyView? Prover, WorkReason? Contradiction)
    {
        public static Truth Of(IReadOnlyList<PartyView> parties)
        {
            var proofs = parties.Where(p => p.Proven is not null || p.ProvenState is PartyState.Refused or PartyState.Tombstone).ToList();
            var granting = proofs.Where(p => p.ProvenState is PartyState.Granted or PartyState.Reversed).ToList();
            var ending = proofs.Where(p => p.ProvenState is PartyState.Refused or PartyState.Tombstone).ToList();
            var prover = granting.OrderByDescending(p => PartyView.Rank(p.ProvenState)).ThenByDescending(p => p.Role).FirstOrDefault();
            var home = parties.FirstOrDefault(p => p.Role == PartyRole.Home);
            var homeEnded = home?.State is PartyState.Refused or PartyState.Tombstone;

            // Home's signature under two different answers, or home's word against its own signature.
            if (granting.Count > 0 && (ending.Count > 0 || homeEnded)) return new Truth(PartyState.Granted, prover!.Proven, null, WorkReason.TwoProofs);
            if (granting.Any(p => !Same(p.Proven!, prover!.Proven!))) return new Truth(PartyState.Granted, prover!.Proven, null, WorkReason.TwoProofs);
            if (prover is not null)
            {
                var state = home is not null && PartyView.Rank(home.State) > PartyView.Rank(prover.ProvenState) ? home.State : prover.ProvenState;
                return new Truth(state, prover.Proven, PartyView.Rank(state) > PartyView.Rank(prover.ProvenState) ? null : prover, null);
            }

            // Home's own word without its signature at hand. A negative that home does not know is no truth (home has the original granted).
            if (home?.State is PartyState.Granted or PartyState.Reversed && home.Content is not null) return new Truth(home.State, home.Content, null, null);
            if (homeEnded) return new Truth(home!.State, null, home, null);
            if (ending.Count > 0) return new Truth(ending[0].ProvenState, null, ending[0], null);
            return new Truth(PartyState.Nothing, null, null, null);
        }
    }
}
