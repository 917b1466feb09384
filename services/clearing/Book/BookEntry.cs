using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Book;

/// <summary>One settlement as this node's book takes it: one entry per settlement and role.</summary>
/// <param name="Role">The part this node plays in it.</param>
/// <param name="Content">Only outcomes with money are booked: grants and negatives. Refusals and tombstones are not settlements.</param>
/// <param name="Version">Rises when a repair corrects what was stored; a lower or equal one never replaces a higher one.</param>
/// <param name="DecidedAt">When home decided: the age that tells pending from mismatch (REC-011).</param>
/// <param name="Crossing">The edges of this node that it crossed.</param>
public sealed record BookEntry(PartyRole Role, SettlementContent Content, int Version, DateTimeOffset DecidedAt, Crossing Crossing)
{
    /// <summary>Of what the book holds, not of what the message claimed.</summary>
    public byte[] ContentHash() => Convert.FromHexString(Content.Hash());
}

/// <summary>Which edges of this node a settlement crossed on its way from treatment to home.</summary>
/// <param name="DownTreatment">The child below which it was treated; null when treated here, or beyond the parent.</param>
/// <param name="DownHome">The child below which the person is insured; null when insured here, or beyond the parent.</param>
/// <param name="Upward">It crossed the edge to the parent.</param>
public sealed record Crossing(AdminDivision? DownTreatment, AdminDivision? DownHome, bool Upward)
{
    /// <summary>Treatment and home are this one node (省内同平台): no edge, the parties are institution and platform.</summary>
    public static Crossing Within { get; } = new(null, null, false);

    public bool Crosses(AdminDivision child) => DownTreatment == child || DownHome == child;

    public bool IsWithin => DownTreatment is null && DownHome is null && !Upward;
}

/// <summary>An entry as it stands in the book.</summary>
/// <param name="Batch">对账日 on the edges to the children (and inside the node), stamped once by this node.</param>
/// <param name="UpBatch">对账日 on the edge to the parent: the business date unless the parent named another day.</param>
/// <param name="BookedAt">When this book took it.</param>
public sealed record BookRow(BookEntry Entry, DateOnly Batch, DateOnly UpBatch, DateTimeOffset BookedAt)
{
    /// <summary>What the row is summed up with, where that contradicts its content: somebody altered it behind the book's back.</summary>
    public PartySums? Altered { get; init; }
}

/// <summary>What became of a batch of entries.</summary>
/// <param name="Taken">New in the book.</param>
/// <param name="Corrected">Replaced by a higher version.</param>
/// <param name="Conflicts">Same version, other content: not taken, listed for the operator.</param>
public sealed record Booked(int Taken, int Corrected, IReadOnlyList<BookEntry> Conflicts);
