using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Messages;

/// <summary>One run of the comparison of one day on one edge. A later run of the same day has a higher number.</summary>
/// <param name="House">The parent end of the edge: it cuts, asks and judges.</param>
/// <param name="Side">The child end: it answers.</param>
/// <param name="Day">对账日.</param>
/// <param name="Run">1 for the first comparison of the day.</param>
public sealed record DayRun(AdminDivision House, AdminDivision Side, DateOnly Day, int Run);

/// <summary>Count, totals and digest over a set of settlements. Equal sets have equal sums, whatever their order.</summary>
/// <param name="Count">笔数.</param>
/// <param name="Total">总费用.</param>
/// <param name="Fund">基金支付合计.</param>
/// <param name="Cash">个人现金支付.</param>
/// <param name="Root">Root of the digest tree.</param>
public sealed record DaySums(long Count, Money Total, Money Fund, Money Cash, byte[] Root)
{
    public bool Agrees(DaySums other) => Count == other.Count && Total == other.Total && Fund == other.Fund && Cash == other.Cash
        && Root.AsSpan().SequenceEqual(other.Root);
}

/// <summary>A settlement that the house reconciles on another day than its business date.</summary>
public sealed record MovedSettlement(string SettlementId, DateOnly BusinessDate, DateOnly Batch);

/// <summary>House → side, D+1 00:30: what the house holds of the day on this edge (日对账信息).</summary>
/// <param name="Moved">The few whose batch differs from their business date, into the day and out of it.</param>
/// <param name="EventsRoot">The house's sealed root of the day's events, stored by the receiver; empty until sealed.</param>
public sealed record DaySummary(DayRun Run, DaySums Sums, IReadOnlyList<MovedSettlement> Moved, byte[] EventsRoot);

/// <summary>Side → house: what the side holds of the same day; with the first branches where it differs.</summary>
public sealed record DayAnswer(DayRun Run, DaySums Sums, IReadOnlyList<DigestBranch> Branches, byte[] EventsRoot);

/// <summary>House → side: open these prefixes.</summary>
public sealed record DayProbe(DayRun Run, IReadOnlyList<string> Prefixes);

/// <summary>Side → house: the opened prefixes.</summary>
public sealed record DayBranches(DayRun Run, IReadOnlyList<DigestBranch> Branches);

/// <summary>What lies below one prefix (hex digits of the hash of the settlement's number): sixteen digests, or few enough settlements to name.</summary>
/// <param name="Children">Sixteen digests of 32 bytes one after the other, zeros where nothing lies; empty when <paramref name="Leaves"/> are named.</param>
public sealed record DigestBranch(string Prefix, byte[] Children, IReadOnlyList<DigestLeaf> Leaves);

/// <summary>One settlement and the hash of its content together with its amounts as they are summed.</summary>
public sealed record DigestLeaf(string SettlementId, byte[] ContentHash);

/// <summary>House → side: show these settlements in full.</summary>
public sealed record DayQuestion(DayRun Run, IReadOnlyList<AskedSettlement> Settlements);

/// <summary>A settlement asked for; of a negative with the settlement it takes back, which a party that missed the negative knows it by.</summary>
public sealed record AskedSettlement(string SettlementId, string? OriginalId);

/// <summary>Side → house: the settlements asked for, as book and protocol hold them now.</summary>
public sealed record DayReport(DayRun Run, IReadOnlyList<PartyVersion> Versions);

/// <summary>How far a settlement has come at one party.</summary>
public enum PartyState
{
    /// <summary>The party was not asked or cannot be reached.</summary>
    Unknown,
    Nothing,
    /// <summary>Treatment only: sent, no outcome yet.</summary>
    Intent,
    Refused,
    /// <summary>Ended before it began: a late grant is refused.</summary>
    Tombstone,
    Granted,
    /// <summary>Granted and taken back by a negative settlement.</summary>
    Reversed,
}

/// <summary>One party's version of one settlement.</summary>
/// <param name="State">How far the protocol has come there; of a negative, the state of the settlement it takes back.</param>
/// <param name="Content">What the protocol stores; null when it stores nothing.</param>
/// <param name="Booked">What the clearing book holds; null when it holds nothing.</param>
/// <param name="SignedOutcome">Home's signed outcome as this party stores it (an envelope), the proof that repairs rest on; empty when it has none.</param>
/// <param name="Since">When the party got into this state: what is younger than the message time-out is pending, not a mismatch (REC-011).</param>
public sealed record PartyVersion(
    string SettlementId,
    AdminDivision Node,
    PartyRole Role,
    PartyState State,
    SettlementContent? Content,
    SettlementContent? Booked,
    byte[] SignedOutcome,
    DateTimeOffset? Since)
{
    /// <summary>Treatment's signed intent as treatment or home stores it: what a lost record is rebuilt from; empty when it has none.</summary>
    public byte[] SignedIntent { get; init; } = [];

    /// <summary>The amounts the book sums up for it, where they contradict the content they were booked with: altered behind the book's back. Null where all is well.</summary>
    public PartySums? BookAltered { get; init; }
}

/// <summary>Amounts of one entry, or of a day.</summary>
public sealed record PartySums(Money Total, Money Fund, Money Cash);

/// <summary>What a party is to do to come to the agreed state.</summary>
public enum RepairKind
{
    /// <summary>Treatment completes its intent from home's signed outcome.</summary>
    Complete,
    /// <summary>Treatment sends its stored request again.</summary>
    Redrive,
    /// <summary>Treatment ends its intent: home refused it or put a tombstone.</summary>
    EndAsRefused,
    /// <summary>Home takes its own signed figures back as they are, with the original time and amounts (补记).</summary>
    AdoptAtHome,
    /// <summary>A relay stores the signed outcome it missed.</summary>
    AdoptAtRelay,
    /// <summary>Stored figures differ from the signed ones: the signed ones win.</summary>
    AdoptSignedFigures,
    /// <summary>Home reversed: treatment or relay stores the negative it missed.</summary>
    Reverse,
    /// <summary>Treatment lost everything: rebuilt from home's signed outcome, after an operator's confirmation.</summary>
    Rebuild,
    /// <summary>The protocol is right and the book is not: the book takes what the protocol stores.</summary>
    Rebook,
    /// <summary>The book holds what no protocol granted: taken out of the sums (冲销多余记录), after an operator's confirmation.</summary>
    VoidEntry,
}

/// <summary>House → side: carry out one repair.</summary>
/// <param name="DifferenceId">The work it belongs to; a repeat of the same order has no second effect.</param>
public sealed record RepairOrder(DayRun Run, string DifferenceId, AskedSettlement Settlement, RepairKind Kind, PartyRole Role, byte[] SignedOutcome)
{
    /// <summary>Treatment's signed intent, where some party still holds it.</summary>
    public byte[] SignedIntent { get; init; } = [];
}

/// <summary>Side → house: what came of it.</summary>
/// <param name="Refusal">Catalogue code when it was not done.</param>
public sealed record RepairDone(DayRun Run, string DifferenceId, RepairKind Kind, PartyVersion Version, string? Refusal);

/// <summary>House → side: the day's settlements are reconciled, except those held; passed down the tree (REC-009).</summary>
/// <param name="Held">Unresolved or pending: not declarable.</param>
/// <param name="OpenSides">Other children whose comparison has not finished: what was exchanged with them waits too.</param>
/// <param name="Closed">All agree, and all edges below as well.</param>
/// <param name="At">When the house judged, later with every verdict: an older one that arrives late changes nothing.</param>
public sealed record DayVerdict(DayRun Run, IReadOnlyList<WaitingSettlement> Held, IReadOnlyList<AdminDivision> OpenSides, bool Closed, DateTimeOffset At);

/// <summary>A settlement that waits for its difference to be resolved.</summary>
/// <param name="HomeArea">Its home place, which may not hold it; null when no party could say.</param>
public sealed record WaitingSettlement(string SettlementId, AdminDivision? HomeArea);

/// <summary>Side → house: on this day the edges below this side have closed too.</summary>
public sealed record DayBelowClosed(AdminDivision House, AdminDivision Side, DateOnly Day);
