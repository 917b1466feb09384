using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yibao.Backing;
using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Cli.Bench;

/// <summary>How fast the write door is, beside what the same server does with PostgreSQL's own benchmark.</summary>
internal sealed class StoreBench(StoreBenchOptions options, Action<string> progress)
{
    private static readonly int[] Callers = [1, 16, 64];
    private static readonly AdminDivision Node = new("420000");

    public async Task<StoreBenchResult> Run(CancellationToken cancellation)
    {
        // Durable: a figure without waiting for the disk would mean nothing.
        await using var backing = await BackingServices.StartAsync(new BackingOptions { Durable = true, StopOnSignals = false, Progress = progress }, cancellation);
        var yardstick = await new Pgbench(options.Scale, options.Clients, options.Seconds, progress).Run(backing.Postgres, cancellation);
        var runs = new List<StoreBenchRun>();
        foreach (var batching in new[] { false, true })
            foreach (var callers in Callers)
            {
                var run = await Execute(backing.Postgres, batching, callers, cancellation);
                progress(string.Create(CultureInfo.InvariantCulture, $"{run.Door}, {callers} callers: {run.PerSecond:0} /s"));
                runs.Add(run with { OfPgbench = run.PerSecond / yardstick });
            }

        return new StoreBenchResult(yardstick, options.Scale, options.Clients, runs);
    }

    private async Task<StoreBenchRun> Execute(PostgresServer server, bool batching, int callers, CancellationToken cancellation)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bench_{(batching ? "b" : "d")}{callers}");
        await server.DropDatabaseAsync(name, cancellation);
        var settings = new ServiceSettings { Node = Node, Service = "settlement", Database = await server.CreateDatabaseAsync(name, cancellation: cancellation), Broker = new Uri("amqp://127.0.0.1") };
        await StoreExtensions.Migrate(settings, new BenchModule(batching), cancellation);
        var host = WebApplication.CreateEmptyBuilder(new());
        host.Logging.ClearProviders();
        new BenchModule(batching).Configure(new ServiceBuilder(host, settings));
        await using (var services = host.Services.BuildServiceProvider())
        {
            var door = services.GetRequiredService<IWriteDoor>();
            await Load(door, callers, "warm", TimeSpan.FromSeconds(options.Seconds / 2.0), cancellation);
            var (took, latencies) = await Load(door, callers, "run", TimeSpan.FromSeconds(options.Seconds), cancellation);
            latencies.Sort();
            var run = new StoreBenchRun(batching ? "batching" : "direct", callers, latencies.Count, latencies.Count / took.TotalSeconds, Percentile(latencies, 0.50), Percentile(latencies, 0.99), 0);
            await Prove(services, latencies.Count, cancellation);
            return run;
        }
    }

    /// <summary>Each caller settles one visit after the other: a new stream of three facts and one fact in the person's year.</summary>
    private static async Task<(TimeSpan Took, List<double> Latencies)> Load(IWriteDoor door, int callers, string run, TimeSpan time, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var own = new List<double>();
            for (var i = 0; Stopwatch.GetElapsedTime(started) < time; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var begin = Stopwatch.GetTimestamp();
                (await door.Execute(BenchVisit.Settle(Node, $"{run}-{caller}-{i}", $"p{(caller * 7919 + i) % 5000}"), cancellation)).OrThrow();
                own.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            return own;
        }, cancellation)));
        return (Stopwatch.GetElapsedTime(started), [.. latencies.SelectMany(own => own)]);
    }

    /// <summary>Every answer was a promise: as many visits must be stored.</summary>
    private static async Task Prove(IServiceProvider services, int answered, CancellationToken cancellation)
    {
        var stored = await services.GetRequiredService<IRows>().Query("select count(*) from mt_streams where id like 'visit/run-%'", row => row.GetInt64(0));
        cancellation.ThrowIfCancellationRequested();
        if (stored[0] != answered) throw new InvalidOperationException($"{answered} visits were answered but {stored[0]} are stored.");
    }

    private static double Percentile(List<double> sorted, double part) => sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];
}

/// <param name="Scale">pgbench's scale factor; 50 is 5 million accounts.</param>
/// <param name="Clients">pgbench's clients.</param>
/// <param name="Seconds">How long each figure is measured.</param>
internal sealed record StoreBenchOptions(int Scale = 50, int Clients = 20, int Seconds = 6);

/// <param name="PgbenchPerSecond">TPC-B transactions.</param>
/// <param name="Scale">Of pgbench.</param>
/// <param name="Clients">Of pgbench.</param>
/// <param name="Runs">The write door.</param>
internal sealed record StoreBenchResult(double PgbenchPerSecond, int Scale, int Clients, IReadOnlyList<StoreBenchRun> Runs)
{
    public double BatchingOverDirect(int callers) => Of("batching", callers) / Of("direct", callers);

    private double Of(string door, int callers) => Runs.Single(run => run.Door == door && run.Callers == callers).PerSecond;
}

/// <param name="Door">direct or batching.</param>
/// <param name="Callers">At the same time, each waiting for its answer.</param>
/// <param name="Commands">Answered while measuring; all of them were found stored.</param>
/// <param name="PerSecond">Commands a second; four facts each.</param>
/// <param name="P50Ms">Half were answered within, milliseconds.</param>
/// <param name="P99Ms">99 of 100 were answered within, milliseconds.</param>
/// <param name="OfPgbench">Commands per TPC-B transaction.</param>
internal sealed record StoreBenchRun(string Door, int Callers, int Commands, double PerSecond, double P50Ms, double P99Ms, double OfPgbench);

internal sealed class BenchModule(bool batching) : IServiceModule
{
    public string Name => "settlement";

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(BenchModule).Assembly);
        if (!batching) service.DirectWrites();
    }
}
