using Yibao.Clearing.Digests;
using Yibao.Contracts.Messages;

namespace Yibao.Clearing.Exchange;

/// <summary>
/// The house's end of one comparison, as a state machine that only says what to send next: sums, then the prefixes whose
/// digests differ, then the differing settlements in full. What is exchanged grows with the differences, not with the day.
/// </summary>
/// <remarks>Answers may come twice or late: what was not asked is ignored, and the same question may be asked again.</remarks>
public sealed class EdgeRun(DayRun run, DigestTree own, IReadOnlyList<MovedSettlement> moved, byte[] eventsRoot)
{
    /// <summary>Prefixes opened with one message.</summary>
    public const int PrefixesAtOnce = 64;

    /// <summary>Settlements shown with one message.</summary>
    public const int SettlementsAtOnce = 100;

    private readonly HashSet<string> _prefixes = new(StringComparer.Ordinal) { "" };
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Finding> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PartyVersion> _versions = new(StringComparer.Ordinal);
    private DayAnswer? _answer;

    public DayRun Run => run;

    public DaySums HouseSums => own.Sums;

    public DaySums? SideSums => _answer?.Sums;

    public byte[] SideEventsRoot => _answer?.EventsRoot ?? [];

    /// <summary>The prefixes are narrowed: these settlements differ.</summary>
    public bool Narrowed => _answer is not null && _prefixes.Count == 0;

    public IReadOnlyDictionary<string, Finding> Found => _found;

    public IReadOnlyDictionary<string, PartyVersion> Versions => _versions;

    /// <summary>The side has shown every settlement it was asked for.</summary>
    public bool Complete => Narrowed && _asked.Count == 0;

    public DaySummary Summary => new(run, own.Sums, moved, eventsRoot);

    /// <summary>What is still unanswered, to be sent again after a silence.</summary>
    public IEnumerable<object> Outstanding(Func<string, string?> originalOf)
    {
        if (_answer is null) return [Summary];
        if (_prefixes.Count > 0) return Probes(_prefixes);
        return Questions(_asked, originalOf);
    }

    public IEnumerable<object> Take(DayAnswer answer)
    {
        if (answer.Run != run || _answer is not null) return [];
        _answer = answer;
        if (!answer.Sums.Agrees(own.Sums)) return Take(answer.Branches);
        _prefixes.Clear();
        return [];
    }

    public IEnumerable<object> Take(DayBranches branches) => branches.Run == run && _answer is not null ? Take(branches.Branches) : [];

    /// <summary>Ask the side to show these; the house shows its own.</summary>
    public IEnumerable<object> Ask(IEnumerable<string> settlementIds, Func<string, string?> originalOf)
    {
        var fresh = settlementIds.Where(_asked.Add).ToList();
        return Questions(fresh, originalOf);
    }

    public void Take(DayReport report)
    {
        foreach (var version in report.Versions.Where(v => _asked.Remove(v.SettlementId))) _versions[version.SettlementId] = version;
    }

    private List<object> Take(IReadOnlyList<DigestBranch> branches)
    {
        var next = new List<string>();
        foreach (var branch in branches)
        {
            if (!_prefixes.Remove(branch.Prefix)) continue;
            if (branch.Children.Length == 0)
            {
                Compare(own.LeavesAt(branch.Prefix), branch.Leaves);
                continue;
            }

            if (branch.Children.Length != 16 * 32) throw new InvalidDataException("A branch has sixteen digests of 32 bytes.");
            for (var child = 0; child < 16; child++)
            {
                var prefix = DigestTree.ChildPrefix(branch.Prefix, child);
                if (!own.DigestAt(prefix).AsSpan().SequenceEqual(branch.Children.AsSpan(child * 32, 32)) && _prefixes.Add(prefix)) next.Add(prefix);
            }
        }

        return Probes(next);
    }

    private void Compare(IReadOnlyList<DigestLeaf> house, IReadOnlyList<DigestLeaf> side)
    {
        var theirs = side.ToDictionary(leaf => leaf.SettlementId, leaf => leaf.ContentHash, StringComparer.Ordinal);
        foreach (var leaf in house)
        {
            if (!theirs.Remove(leaf.SettlementId, out var hash)) _found[leaf.SettlementId] = Finding.OnlyHouse;
            else if (!hash.AsSpan().SequenceEqual(leaf.ContentHash)) _found[leaf.SettlementId] = Finding.Differs;
        }

        foreach (var id in theirs.Keys) _found[id] = Finding.OnlySide;
    }

    private List<object> Probes(IEnumerable<string> prefixes) => [.. prefixes.Chunk(PrefixesAtOnce).Select(chunk => new DayProbe(run, chunk))];

    private List<object> Questions(IEnumerable<string> ids, Func<string, string?> originalOf) =>
        [.. ids.Chunk(SettlementsAtOnce).Select(chunk => new DayQuestion(run, [.. chunk.Select(id => new AskedSettlement(id, originalOf(id)))]))];
}

/// <summary>Where a settlement was found.</summary>
public enum Finding
{
    OnlyHouse,
    OnlySide,
    Differs,
}
