using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Exchange;
using Yibao.Clearing.Rules;
using Yibao.Hosting;
using Yibao.Kernel.Time;

namespace Yibao.Clearing.Hosting;

/// <summary>D+1 00:30: cuts day D and starts its comparison; days left behind by a long stop are cut first (AMB-59).</summary>
public sealed class DayCut(ISurroundings around, HouseOfEdges house, HomeAgency home, IBook book, BookCompletion completion, EdgePost post, ReconciliationRules rules) : IJob
{
    public async Task Run(JobRun run, CancellationToken cancellation)
    {
        var day = run.Due.BusinessDate().AddDays(-1);
        if (await book.CutOf(day, cancellation) is null) await completion.Wait(rules.Of(around, day).CutPatience, cancellation);
        foreach (var earlier in await book.OpenDays(day, cancellation)) await house.CloseDay(earlier, cancellation);
        await house.CloseDay(day, cancellation);
        await home.Judge(day, cancellation);
        await post.Flush(cancellation);
    }
}

/// <summary>Every day: the previous month of each home place is closed when it can be; after the 3rd city and province are told (REC-003).</summary>
public sealed class MonthCheck(HomeAgency home) : IJob
{
    public Task Run(JobRun run, CancellationToken cancellation) => home.CheckMonth(run.Due.BusinessDate(), cancellation);
}

/// <summary>Goes on with what is under way: unanswered questions, pending settlements that have aged, messages that wait for a broker.</summary>
public sealed partial class ExchangeClock(ISurroundings around, HouseOfEdges house, EdgePost post, ReconciliationRules rules, TimeProvider clock, ILogger<ExchangeClock> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), clock);
        DateTimeOffset? resumed = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stoppingToken)) return;
                var now = clock.GetUtcNow();
                if (resumed is null || now - resumed >= rules.Of(around, now.BusinessDate()).CompareAgain)
                {
                    await house.Resume(cancellation: stoppingToken);
                    resumed = now;
                }

                await house.Tick(stoppingToken);
                await post.Flush(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Failed(e.GetType().Name);
            }
        }
    }

    [LoggerMessage(4003, LogLevel.Warning, "The reconciliation could not go on ({Kind}); trying again")]
    private partial void Failed(string kind);
}
