using Yibao.Clearing.Digests;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Book;

/// <summary>The book without a database: for simulations, benchmarks of the exchange and tests. The same rules as the table.</summary>
public sealed class MemoryBook : IBook
{
    private readonly Dictionary<(string Id, PartyRole Role), BookRow> _rows = [];
    private readonly SortedDictionary<DateOnly, CutDay> _cuts = [];
    private readonly Dictionary<(Edge Edge, DateOnly Day), Verdict> _verdicts = [];
    private readonly Dictionary<(Edge Edge, DateOnly Day), DateTimeOffset> _judged = [];

    private readonly List<BookRow> _voided = [];

    /// <summary>Every row, for damage and inspection in tests.</summary>
    public IReadOnlyCollection<BookRow> Rows => _rows.Values;

    /// <summary>Takes a row out as a lost disk block would: no rule of the book allows it.</summary>
    public bool Lose(string settlementId) => _rows.Keys.Where(key => key.Id == settlementId).ToList().Count(key => _rows.Remove(key)) > 0;

    /// <summary>Alters a row behind the book's back.</summary>
    public void Damage(string settlementId, Func<SettlementContent, SettlementContent> alter)
    {
        foreach (var key in _rows.Keys.Where(key => key.Id == settlementId).ToList())
        {
            var row = _rows[key];
            _rows[key] = row with { Entry = row.Entry with { Content = alter(row.Entry.Content) } };
        }
    }

    public Task<Booked> Record(IReadOnlyList<BookEntry> entries, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (taken, corrected) = (0, 0);
        var conflicts = new List<BookEntry>();
        foreach (var entry in entries)
        {
            var key = (entry.Content.SettlementId, entry.Role);
            if (!_rows.TryGetValue(key, out var held))
            {
                var other = Enum.GetValues<PartyRole>().Select(role => _rows.GetValueOrDefault((key.SettlementId, role))).FirstOrDefault(row => row is not null);
                _rows[key] = new BookRow(entry, other?.Batch ?? BatchOf(entry.Content.BusinessDate), entry.Content.BusinessDate, now);
                taken++;
            }
            else if (entry.Version > held.Entry.Version)
            {
                _rows[key] = held with { Entry = entry };
                corrected++;
            }
            else if (entry.Version == held.Entry.Version && !entry.Content.SameAs(held.Entry.Content))
            {
                conflicts.Add(entry);
            }
        }

        return Task.FromResult(new Booked(taken, corrected, conflicts));
    }

    public Task<int> Missing(IReadOnlyList<(string SettlementId, PartyRole Role)> told, CancellationToken cancellation = default) =>
        Task.FromResult(told.Distinct().Count(t => !_rows.ContainsKey(t) && !_voided.Any(row => (row.Entry.Content.SettlementId, row.Entry.Role) == t)));

    public async Task<CutDay> Cut(DateOnly day, IReadOnlyList<AdminDivision> children, DateTimeOffset now, CancellationToken cancellation = default)
    {
        if (_cuts.TryGetValue(day, out var known)) return known;
        if (_rows.Values.Where(row => row.Batch < day && !_cuts.ContainsKey(row.Batch)).Select(row => (DateOnly?)row.Batch).Min() is { } open)
            throw ReconciliationErrors.EarlierDayOpen.With(open.ToString("O", null)).AsException();
        var edges = new Dictionary<AdminDivision, DaySums>();
        foreach (var child in children) edges[child] = (await Digest(Edge.Down(child), day, cancellation)).Sums;
        return _cuts[day] = new CutDay(day, now, edges);
    }

    public Task<CutDay?> CutOf(DateOnly day, CancellationToken cancellation = default) => Task.FromResult(_cuts.GetValueOrDefault(day));

    public Task<DateOnly?> LastCut(CancellationToken cancellation = default) => Task.FromResult(_cuts.Count == 0 ? (DateOnly?)null : _cuts.Keys.Last());

    public Task<IReadOnlyList<DateOnly>> OpenDays(DateOnly before, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<DateOnly>>([.. _rows.Values.Select(row => row.Batch).Where(day => day < before && !_cuts.ContainsKey(day)).Distinct().Order()]);

    public Task<DigestTree> Digest(Edge edge, DateOnly day, CancellationToken cancellation = default) =>
        Task.FromResult(DigestTree.Of(Of(edge, day).Select(row => new DigestEntry(
            row.Entry.Content.SettlementId, row.Entry.ContentHash(), row.Entry.Content.Total, row.Entry.Content.FundTotal, row.Entry.Content.Cash))));

    public Task<IReadOnlyList<MovedSettlement>> Moved(AdminDivision child, DateOnly day, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<MovedSettlement>>([.. Leading(_rows.Values)
            .Where(row => row.Entry.Crossing.Crosses(child) && row.Batch != row.Entry.Content.BusinessDate && (row.Batch == day || row.Entry.Content.BusinessDate == day))
            .Select(row => new MovedSettlement(row.Entry.Content.SettlementId, row.Entry.Content.BusinessDate, row.Batch))]);

    public Task Move(IReadOnlyList<MovedSettlement> moved, CancellationToken cancellation = default)
    {
        var days = moved.ToDictionary(m => m.SettlementId, m => m.Batch, StringComparer.Ordinal);
        foreach (var (key, row) in _rows.Where(row => row.Value.Entry.Crossing.Upward && days.ContainsKey(row.Key.Id)).ToList())
            _rows[key] = row with { UpBatch = days[key.Id] };
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<BookRow>> Find(IReadOnlyList<string> settlementIds, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<BookRow>>([.. settlementIds.Distinct(StringComparer.Ordinal)
            .SelectMany(id => Enum.GetValues<PartyRole>().Where(role => _rows.ContainsKey((id, role))).Select(role => _rows[(id, role)]))]);

    public Task Void(string settlementId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        foreach (var role in Enum.GetValues<PartyRole>())
            if (_rows.Remove((settlementId, role), out var row)) _voided.Add(row);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> RolesDisagreeing(DateOnly day, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<string>>([.. _rows.Values.Where(row => row.Batch == day)
            .GroupBy(row => row.Entry.Content.SettlementId, StringComparer.Ordinal)
            .Where(rows => rows.Any(row => !row.Entry.Content.SameAs(rows.First().Entry.Content)) || (rows.First().Entry.Crossing.IsWithin && rows.Count() < 2))
            .Select(rows => rows.Key)]);

    public Task<IReadOnlyList<PairLine>> Pairs(DateOnly day, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<PairLine>>([.. Leading(_rows.Values).Where(row => row.Batch == day).Select(row => row.Entry.Content)
            .GroupBy(c => (c.TreatmentArea, c.HomeArea))
            .OrderBy(g => g.Key.TreatmentArea.Code, StringComparer.Ordinal).ThenBy(g => g.Key.HomeArea.Code, StringComparer.Ordinal)
            .Select(g => new PairLine(g.Key.TreatmentArea, g.Key.HomeArea, g.Count(),
                Sum(g, c => c.Total), Sum(g, c => c.FundTotal), Sum(g, c => c.Cash)))]);

    public Task Judge(Edge edge, DateOnly day, Verdict verdict, DateTimeOffset judgedAt, CancellationToken cancellation = default)
    {
        if (_judged.TryGetValue((edge, day), out var before) && before > judgedAt) return Task.CompletedTask;
        _judged[(edge, day)] = judgedAt;
        _verdicts[(edge, day)] = verdict;
        return Task.CompletedTask;
    }

    public Task<Verdict?> VerdictOf(Edge edge, DateOnly day, CancellationToken cancellation = default) => Task.FromResult(_verdicts.GetValueOrDefault((edge, day)));

    public Task<IReadOnlyList<HomeLine>> Homes(DateOnly day, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<HomeLine>>([.. _rows.Values
            .Where(row => row.Entry.Role == PartyRole.Home && (row.Entry.Crossing.Upward ? row.UpBatch : row.Batch) == day)
            .GroupBy(row => row.Entry.Content.HomeArea).OrderBy(g => g.Key.Code, StringComparer.Ordinal)
            .Select(g => new HomeLine(g.Key, g.Count(), Sum(g.Select(row => row.Entry.Content), c => c.Total)))]);

    public Task<Declarable> DeclarableOf(string institution, DateOnly from, DateOnly to, CancellationToken cancellation = default)
    {
        var rows = _rows.Values.Where(row => row.Entry.Role == PartyRole.Treatment && row.Entry.Content.Institution == institution
            && row.Entry.Content.BusinessDate >= from && row.Entry.Content.BusinessDate <= to)
            .OrderBy(row => row.Entry.Content.SettlementId, StringComparer.Ordinal).ToList();
        return Task.FromResult(new Declarable(
            [.. rows.Where(IsReconciled).Select(row => row.Entry.Content)],
            [.. rows.Where(row => !IsReconciled(row)).Select(row => row.Entry.Content)]));
    }

    public Task<IReadOnlyList<SettlementContent>> OfInstitution(string institution, DateOnly from, DateOnly to, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<SettlementContent>>([.. _rows.Values
            .Where(row => row.Entry.Role == PartyRole.Treatment && row.Entry.Content.Institution == institution
                && row.Entry.Content.BusinessDate >= from && row.Entry.Content.BusinessDate <= to)
            .Select(row => row.Entry.Content).OrderBy(c => c.SettlementId, StringComparer.Ordinal)]);

    private bool IsReconciled(BookRow row)
    {
        var crossing = row.Entry.Crossing;
        var (direction, neighbour, day) = crossing.Upward ? (EdgeDirection.Up, null, row.UpBatch)
            : crossing.DownHome is { } child ? (EdgeDirection.Down, child, row.Batch)
            : (EdgeDirection.Within, (AdminDivision?)null, row.Batch);
        return _verdicts.Any(v => v.Key.Day == day && v.Key.Edge.Direction == direction && (neighbour is null || v.Key.Edge.Neighbour == neighbour)
            && !v.Value.Held.Any(h => h.SettlementId == row.Entry.Content.SettlementId) && !v.Value.HeldAreas.Contains(row.Entry.Content.HomeArea));
    }

    private IEnumerable<BookRow> Of(Edge edge, DateOnly day) => Leading(_rows.Values).Where(row => edge.Direction switch
    {
        EdgeDirection.Down => row.Batch == day && row.Entry.Crossing.Crosses(edge.Neighbour),
        EdgeDirection.Up => row.UpBatch == day && row.Entry.Crossing.Upward,
        EdgeDirection.Within => row.Batch == day && row.Entry.Crossing.IsWithin,
    });

    // Home speaks for a node that plays several roles, then the relay.
    private IEnumerable<BookRow> Leading(IEnumerable<BookRow> rows) =>
        rows.Where(row => !Enum.GetValues<PartyRole>().Any(role => role > row.Entry.Role && _rows.ContainsKey((row.Entry.Content.SettlementId, role))));

    private DateOnly BatchOf(DateOnly businessDate)
    {
        var day = businessDate;
        while (_cuts.ContainsKey(day) || (_cuts.Count > 0 && day <= _cuts.Keys.Last())) day = day.AddDays(1);
        return day;
    }

    private static Money Sum(IEnumerable<SettlementContent> contents, Func<SettlementContent, Money> amount) =>
        contents.Aggregate(Money.Zero, (sum, content) => sum + amount(content));
}
