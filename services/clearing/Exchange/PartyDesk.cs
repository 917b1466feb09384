using Yibao.Clearing.Book;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Exchange;

/// <summary>What this node holds of a settlement, protocol and book side by side, and the repairs done here.</summary>
public sealed class PartyDesk(AdminDivision node, AdminDivision? parent, IBook book, ISettlementDesk settlements)
{
    public async Task<IReadOnlyList<PartyVersion>> Show(IReadOnlyList<AskedSettlement> asked, CancellationToken cancellation = default)
    {
        var booked = (await book.Find([.. asked.Select(a => a.SettlementId)], cancellation)).ToLookup(row => row.Entry.Content.SettlementId, StringComparer.Ordinal);
        // A negative is stored with its original: whoever asks may not know it, the book does.
        asked = [.. asked.Select(a => a.OriginalId is null && booked[a.SettlementId].FirstOrDefault() is { } row ? a with { OriginalId = row.Entry.Content.OriginalId } : a)];
        var held = (await settlements.Look(asked, cancellation)).ToDictionary(h => h.SettlementId, StringComparer.Ordinal);
        return [.. asked.Select(a =>
        {
            var stored = held.GetValueOrDefault(a.SettlementId) ?? HeldSettlement.None(a.SettlementId);
            var row = booked[a.SettlementId].MaxBy(r => r.Entry.Role);
            return new PartyVersion(a.SettlementId, node, stored.State == PartyState.Nothing && row is not null ? row.Entry.Role : stored.Role,
                stored.State, stored.Content, row?.Entry.Content, stored.SignedOutcome, stored.Since ?? row?.BookedAt) { SignedIntent = stored.SignedIntent, BookAltered = row?.Altered };
        })];
    }

    /// <summary>Carries out one repair here; afterwards the book says what the protocol says.</summary>
    public async Task<PartyVersion> Repair(AskedSettlement settlement, RepairKind kind, PartyRole role, RepairProof proof, DateTimeOffset now, CancellationToken cancellation = default)
    {
        if (kind == RepairKind.VoidEntry) await book.Void(settlement.SettlementId, now, cancellation);
        else if (kind != RepairKind.Rebook) await settlements.Repair(settlement, kind, role, proof, cancellation);
        await Rebook(settlement, now, cancellation);
        return (await Show([settlement], cancellation))[0];
    }

    private async Task Rebook(AskedSettlement settlement, DateTimeOffset now, CancellationToken cancellation)
    {
        // A reversal that was missed brings the settlement and its negative: both are looked at.
        AskedSettlement[] both = settlement.OriginalId is { } original ? [settlement, new AskedSettlement(original, null)] : [settlement];
        foreach (var held in await settlements.Look(both, cancellation))
        {
            if (held.Content is null || held.State is not (PartyState.Granted or PartyState.Reversed)) continue;
            var rows = await book.Find([held.SettlementId], cancellation);
            var row = rows.FirstOrDefault(r => r.Entry.Role == held.Role);
            if (row is { Altered: null } && row.Entry.Content.SameAs(held.Content)) continue;
            await book.Record([new BookEntry(held.Role, held.Content, (row?.Entry.Version ?? 0) + 1, held.Since ?? now,
                BookFeed.CrossingOf(held.TowardsTreatment, held.TowardsHome, parent))], now, cancellation);
        }
    }
}
