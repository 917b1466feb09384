using Yibao.Clearing.Digests;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Book;

/// <summary>
/// The book of settlements (结算台账) of one node: every settlement that concerned it, once per role, fed by messages that
/// may come twice and in any order; a negative may come before its original.
/// </summary>
public interface IBook
{
    /// <summary>Takes entries, all or none. A repeat changes nothing.</summary>
    Task<Booked> Record(IReadOnlyList<BookEntry> entries, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>
    /// Fixes the content of a day: what comes later goes to the next day. In one transaction with count, totals and digest
    /// per edge; a repeat answers what was fixed.
    /// </summary>
    /// <exception cref="Yibao.Kernel.Errors.RefusedException"><c>RECONCILIATION_EARLIER_DAY_OPEN</c>: an earlier day was not cut.</exception>
    Task<CutDay> Cut(DateOnly day, IReadOnlyList<AdminDivision> children, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>The cut of a day; null while it is open.</summary>
    Task<CutDay?> CutOf(DateOnly day, CancellationToken cancellation = default);

    /// <summary>The latest day that was cut.</summary>
    Task<DateOnly?> LastCut(CancellationToken cancellation = default);

    /// <summary>Days with settlements before this one that were never cut, the earliest first.</summary>
    Task<IReadOnlyList<DateOnly>> OpenDays(DateOnly before, CancellationToken cancellation = default);

    /// <summary>What crossed an edge on a day, as this node holds it now. As parent by its own batch, as child by the parent's.</summary>
    Task<DigestTree> Digest(Edge edge, DateOnly day, CancellationToken cancellation = default);

    /// <summary>On the edge to a child: settlements of the day whose batch differs from their business date, both ways.</summary>
    Task<IReadOnlyList<MovedSettlement>> Moved(AdminDivision child, DateOnly day, CancellationToken cancellation = default);

    /// <summary>The parent named other days for these; unknown ones are skipped and named again by the next run.</summary>
    Task Move(IReadOnlyList<MovedSettlement> moved, CancellationToken cancellation = default);

    /// <summary>Rows by number, every role.</summary>
    Task<IReadOnlyList<BookRow>> Find(IReadOnlyList<string> settlementIds, CancellationToken cancellation = default);

    /// <summary>How many of these the book has never taken.</summary>
    Task<int> Missing(IReadOnlyList<(string SettlementId, PartyRole Role)> told, CancellationToken cancellation = default);

    /// <summary>Takes an entry that nobody granted out of all sums; it stays readable as voided.</summary>
    Task Void(string settlementId, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>Settlements whose roles inside this node disagree: an internal invariant, checked with the day.</summary>
    Task<IReadOnlyList<string>> RolesDisagreeing(DateOnly day, CancellationToken cancellation = default);

    /// <summary>Count and totals per directed pair of pooling areas of one day.</summary>
    Task<IReadOnlyList<PairLine>> Pairs(DateOnly day, CancellationToken cancellation = default);

    /// <summary>The day's verdict on one edge (or inside the node): all reconciled but these. One judged earlier than the stored one changes nothing.</summary>
    Task Judge(Edge edge, DateOnly day, Verdict verdict, DateTimeOffset judgedAt, CancellationToken cancellation = default);

    /// <summary>The verdict on an edge's day; null before its first comparison.</summary>
    Task<Verdict?> VerdictOf(Edge edge, DateOnly day, CancellationToken cancellation = default);

    /// <summary>Count and total of the day per home place hosted here: what the home agency reconciles (REC-002).</summary>
    Task<IReadOnlyList<HomeLine>> Homes(DateOnly day, CancellationToken cancellation = default);

    /// <summary>One institution's settlements of a month as treatment holds them, split by whether they may be declared (REC-009).</summary>
    Task<Declarable> DeclarableOf(string institution, DateOnly from, DateOnly to, CancellationToken cancellation = default);

    /// <summary>One institution's settlements of a business date, as treatment holds them (REC-006).</summary>
    Task<IReadOnlyList<SettlementContent>> OfInstitution(string institution, DateOnly from, DateOnly to, CancellationToken cancellation = default);
}

/// <summary>One end of an edge seen from this node.</summary>
/// <param name="Neighbour">The other node; this node itself for settlements that never left it.</param>
/// <param name="Direction">Which way it lies.</param>
public sealed record Edge(AdminDivision Neighbour, EdgeDirection Direction)
{
    public static Edge Down(AdminDivision child) => new(child, EdgeDirection.Down);

    public static Edge Up(AdminDivision parent) => new(parent, EdgeDirection.Up);

    public static Edge Within(AdminDivision node) => new(node, EdgeDirection.Within);
}

/// <summary>Which way an edge leads.</summary>
public enum EdgeDirection
{
    Within,
    Down,
    Up,
}

/// <summary>A day as the cut fixed it.</summary>
public sealed record CutDay(DateOnly Day, DateTimeOffset CutAt, IReadOnlyDictionary<AdminDivision, DaySums> Edges);

/// <summary>One directed pair's day.</summary>
public sealed record PairLine(AdminDivision TreatmentArea, AdminDivision HomeArea, long Count, Money Total, Money Fund, Money Cash);

/// <summary>One home place's day.</summary>
public sealed record HomeLine(AdminDivision HomeArea, long Count, Money Total);

/// <summary>What a day's comparison leaves open on one edge.</summary>
/// <param name="Held">Settlements in an unresolved difference or pending.</param>
/// <param name="HeldAreas">Pooling areas whose end has not been compared yet: all settlements with them wait.</param>
public sealed record Verdict(IReadOnlyList<WaitingSettlement> Held, IReadOnlyList<AdminDivision> HeldAreas);

/// <summary>What an institution may declare now and what waits (REC-009).</summary>
public sealed record Declarable(IReadOnlyList<SettlementContent> Reconciled, IReadOnlyList<SettlementContent> Held);
