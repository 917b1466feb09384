using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Differences;
using Yibao.Clearing.Exchange;
using Yibao.Clearing.Rules;
using Yibao.Contracts.Messages;
using Yibao.Hosting;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Clearing.Hosting;

/// <summary>清算服务: the book of settlements and the daily reconciliation.</summary>
public sealed class ClearingModule : IServiceModule
{
    /// <summary>So that differences can be listed by day; written with the facts.</summary>
    private const string Tables = """
        create table if not exists difference_list (
            settlement_id text primary key, day date not null, open boolean not null, home_area char(6) null, owner char(6) not null, found_at timestamptz not null);
        create index if not exists difference_list_day on difference_list (day);
        create index if not exists difference_list_open on difference_list (day) where open;
        """;

    public string Name => "clearing";

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(ClearingModule).Assembly)
            .Table(BookSql.Tables(""))
            .Table(EdgePost.Table)
            .Table(Tables)
            .Row<DifferenceOpened>((fact, context) => new RowCommand(
                "insert into difference_list (settlement_id, day, open, home_area, owner, found_at) values ($1, $2, true, $3, $4, $5) on conflict (settlement_id) do update set day = excluded.day, open = true, found_at = excluded.found_at",
                fact.SettlementId, fact.Day, fact.HomeArea?.Code, fact.Owner.Code, context.At))
            .Row<DifferenceResolved>((_, context) => new RowCommand("update difference_list set open = false where settlement_id = $1", context.Stream[(context.Stream.LastIndexOf('/') + 1)..]))
            .HandlesMany<SettlementRecorded, BookConsumer>(500)
            .Edges<ExchangeDoor>()
            .Job<DayCut>("reconciliation-day", "daily 00:30")
            .Job<MonthCheck>("reconciliation-month", "daily 08:00");
        ReconciliationMeters.Declare(service);
        ReconciliationDoors.Declare(service);
        service.OpenApi("清算服务 clearing");

        var services = service.Services;
        var node = service.Settings.Node;
        services.AddSingleton(ReconciliationRules.Reference);
        services.AddSingleton(WorkingCalendar.Reference);
        services.AddSingleton<ISurroundings>(provider =>
        {
            var (registry, clock) = (provider.GetRequiredService<NodeRegistry>(), provider.GetRequiredService<TimeProvider>());
            return new TreeSurroundings(node, () => registry.At(clock.GetUtcNow()), service.Settings.Edges.Select(edge => edge.Neighbour).ToHashSet());
        });
        services.AddSingleton<IBook>(provider => new PostgresBook(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<ISettlementDesk, SettlementUpkeepDesk>();
        services.AddSingleton<ISettlementFeed, SettlementFeed>();
        services.AddSingleton(provider =>
        {
            var health = provider.GetRequiredService<HealthCheckService>();
            async Task<bool> Listens(CancellationToken cancellation) => (await health.CheckHealthAsync(check => check.Tags.Contains("ready"), cancellation)).Status == HealthStatus.Healthy;
            return new BookCompletion(provider.GetRequiredService<IBook>(), provider.GetRequiredService<ISettlementFeed>(), Listens, provider.GetRequiredService<ILogger<BookCompletion>>());
        });
        services.AddSingleton<IProofs, SignedOutcomes>();
        services.AddSingleton<EdgePost>();
        services.AddSingleton<INeighbours>(provider => provider.GetRequiredService<EdgePost>());
        services.AddSingleton(provider => new PartyDesk(node, provider.GetRequiredService<ISurroundings>().Parent, provider.GetRequiredService<IBook>(), provider.GetRequiredService<ISettlementDesk>()));
        services.AddSingleton<HouseOfEdges>();
        services.AddSingleton<SideOfEdge>();
        services.AddSingleton<HomeAgency>();
        services.AddHostedService<ExchangeClock>();
    }
}
