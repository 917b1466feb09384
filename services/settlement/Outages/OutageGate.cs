using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yibao.Contracts.Outages;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Outages;

/// <summary>Which nodes take no new settlements now.</summary>
public interface IOutages
{
    /// <summary>Why a settlement of this home place cannot be begun here now; null: it can. Costs nothing while nobody is in an outage.</summary>
    Error? OnTheWay(AdminDivision home, DateTimeOffset now);

    /// <summary>Why this node, as home, decides nothing about a request of that instant now. What was begun before the outage is finished in it.</summary>
    Error? Here(DateTimeOffset began, DateTimeOffset now);
}

/// <summary>The notices in force, in memory: the settlement path asks no table for them.</summary>
internal sealed partial class OutageGate(IRows rows, Routes routes, TimeProvider time, ILogger<OutageGate> log) : BackgroundService, IOutages
{
    public const string Table = """
        create table if not exists outage_notice (
            node char(6) not null, id text not null, version int not null, starts timestamptz not null, ends timestamptz not null, reason text not null, stage text not null,
            primary key (node, id));
        """;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    private ImmutableArray<OutageNotice> _announced = [];

    public static RowCommand Row(OutageNotice notice) => new(
        """
        insert into outage_notice (node, id, version, starts, ends, reason, stage) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (node, id) do update set version = excluded.version, starts = excluded.starts, ends = excluded.ends, stage = excluded.stage where outage_notice.version < excluded.version
        """,
        notice.Node, notice.Id, notice.Version, notice.From, notice.Until, notice.Reason, notice.Stage);

    public Error? OnTheWay(AdminDivision home, DateTimeOffset now)
    {
        var announced = _announced;
        if (announced.IsEmpty) return null;
        var map = routes.At(now);
        var way = map.PathBetween(routes.Node, home);
        return announced.Where(notice => way.Contains(notice.Node)).Select(notice => Closed(notice, map, now)).FirstOrDefault(closed => closed is not null);
    }

    public Error? Here(DateTimeOffset began, DateTimeOffset now) =>
        _announced.FirstOrDefault(notice => notice.Node == routes.Node && began >= notice.From) is { } own ? Closed(own, routes.At(now), now) : null;

    /// <summary>Reads the notices anew: after each one that was stored here, and now and then for what another host stored.</summary>
    public async Task Refresh() => _announced = [.. await All(rows, "where stage = 'Announced'")];

    public static Task<IReadOnlyList<OutageNotice>> All(IRows rows, string where) => rows.Query(
        $"select node, id, version, starts, ends, reason, stage from outage_notice {where} order by starts desc limit 200",
        reader => new OutageNotice(new AdminDivision(reader.GetString(0)), reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetString(5), Enum.Parse<OutageStage>(reader.GetString(6))));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Refresh();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // What was known stands; the store that is away stops every settlement anyway.
                NotRead(e.GetType().Name);
            }

            await Task.Delay(Beat, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // This node is closed until it was verified; another one until it said it would be back: if it is not, it says so itself.
    private Error? Closed(OutageNotice notice, NodeMap map, DateTimeOffset now) =>
        now >= notice.From && (notice.Node == routes.Node || now < notice.Until) ? OutageErrors.InOutage.With(map[notice.Node].Name, OutageDecider.Words(notice.Until)) : null;

    [LoggerMessage(3301, LogLevel.Warning, "The notices of outages cannot be read ({Kind})")]
    private partial void NotRead(string kind);
}
