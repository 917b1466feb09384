using Yibao.Clearing.Book;
using Yibao.Clearing.Exchange;
using Yibao.Clearing.Months;
using Yibao.Clearing.Rules;
using Yibao.Contracts.Messages;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Days;

/// <summary>What the agencies hosted here reconcile as home places: every day, and by the month (REC-002, REC-003).</summary>
public sealed class HomeAgency(ISurroundings around, IBook book, IWriteDoor door, ReconciliationRules rules, TimeProvider clock)
{
    /// <summary>Judges the day of every home place of this node; called after each verdict.</summary>
    public async Task Judge(DateOnly day, CancellationToken cancellation = default)
    {
        var verdicts = await Verdicts(day, cancellation);
        if (verdicts is null) return;
        var lines = (await book.Homes(day, cancellation)).ToDictionary(line => line.HomeArea);
        foreach (var home in around.Hosted)
        {
            var line = lines.GetValueOrDefault(home) ?? new HomeLine(home, 0, Money.Zero);
            string[] open = [.. verdicts.SelectMany(v => v.Held).Where(h => h.HomeArea is null || h.HomeArea == home).Select(h => h.SettlementId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            // A settlement whose home nobody could name keeps only those days open whose book holds it.
            open = await Mine(home, open, verdicts, cancellation);
            var key = HomeDay.Key(home, day);
            (await Execute(key, s => HomeDay.Judge(key, s.Of(key), compared: true, line.Count, line.Total, open, clock.GetUtcNow()), cancellation)).OrThrow();
        }
    }

    /// <summary>Closes a month, if nothing of it is open.</summary>
    public async Task<HomeMonth> Close(AdminDivision home, DateOnly month, CancellationToken cancellation = default)
    {
        var (differences, days) = await Open(home, month, cancellation);
        var key = HomeMonth.Key(home, month);
        return (await Execute(key, s => HomeMonth.Close(key, s.Of(key), month, differences, days, clock.GetUtcNow()), cancellation)).OrThrow().State(key);
    }

    /// <summary>How far a month has come.</summary>
    public async Task<(HomeMonth Month, int OpenDifferences, int OpenDays)> Look(AdminDivision home, DateOnly month, CancellationToken cancellation = default)
    {
        var (differences, days) = await Open(home, month, cancellation);
        return (await door.Read(HomeMonth.Key(home, month), cancellation), differences, days);
    }

    /// <summary>The daily look at the previous month: closed when it can be, an alert to city and province from the day after the due day.</summary>
    public async Task CheckMonth(DateOnly today, CancellationToken cancellation = default)
    {
        var month = new DateOnly(today.Year, today.Month, 1).AddMonths(-1);
        foreach (var home in around.Hosted)
        {
            var (differences, days) = await Open(home, month, cancellation);
            var key = HomeMonth.Key(home, month);
            var province = around.ProvinceOf(home);
            if (differences == 0 && days == 0) (await Execute(key, s => HomeMonth.Close(key, s.Of(key), month, 0, 0, clock.GetUtcNow()), cancellation)).OrThrow();
            else (await Execute(key, s => HomeMonth.Check(key, s.Of(key), month, today, differences, days, [home, province], rules.Of(province, month).MonthCloseDay), cancellation)).OrThrow();
        }
    }

    private async Task<(int Differences, int Days)> Open(AdminDivision home, DateOnly month, CancellationToken cancellation)
    {
        var (differences, days) = (new HashSet<string>(StringComparer.Ordinal), 0);
        for (var day = new DateOnly(month.Year, month.Month, 1); day.Month == month.Month; day = day.AddDays(1))
        {
            var state = await door.Read(HomeDay.Key(home, day), cancellation);
            if (!state.Done) days++;
            differences.UnionWith(state.Open);
        }

        return (differences.Count, days);
    }

    // Null while an edge that the day's settlements crossed has not been compared.
    private async Task<List<Verdict>?> Verdicts(DateOnly day, CancellationToken cancellation)
    {
        List<Verdict?> verdicts = [];
        if (around.Parent is { } parent) verdicts.Add(await book.VerdictOf(Edge.Up(parent), day, cancellation));
        foreach (var child in around.Children) verdicts.Add(await book.VerdictOf(Edge.Down(child), day, cancellation));
        verdicts.Add(await book.VerdictOf(Edge.Within(around.Node), day, cancellation));
        return verdicts.Any(v => v is null) ? null : [.. verdicts.Select(v => v!)];
    }

    private async Task<string[]> Mine(AdminDivision home, string[] open, List<Verdict> verdicts, CancellationToken cancellation)
    {
        var named = verdicts.SelectMany(v => v.Held).Where(h => h.HomeArea == home).Select(h => h.SettlementId).ToHashSet(StringComparer.Ordinal);
        string[] unnamed = [.. open.Where(id => !named.Contains(id))];
        if (unnamed.Length == 0) return open;
        var held = (await book.Find(unnamed, cancellation)).Where(row => row.Entry.Role == Contracts.Settlements.PartyRole.Home && row.Entry.Content.HomeArea == home)
            .Select(row => row.Entry.Content.SettlementId).ToHashSet(StringComparer.Ordinal);
        return [.. open.Where(id => named.Contains(id) || held.Contains(id))];
    }

    private Task<Executed> Execute(StreamKey key, Func<StreamStates, Decision> decide, CancellationToken cancellation) =>
        door.Execute(new Command(Actor.System(around.Node, "reconciliation"), key.Id, [key], decide), cancellation);
}
