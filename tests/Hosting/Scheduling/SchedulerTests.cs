using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Hosting.Tests.Store;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Scheduling;

/// <summary>Jobs on a virtual clock that is put forward; several hosts of one service.</summary>
public sealed class SchedulerTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2023, 2, 10, 12, 0, 0, TimeSpan.FromHours(8));

    private readonly Diary _diary = new();
    private readonly VirtualClock _clock = new(Noon);
    private BackingSpace _space = null!;

    public async ValueTask InitializeAsync() => _space = await SharedBacking.NewSpaceAsync();

    public ValueTask DisposeAsync() => _space.DisposeAsync();

    private sealed class Diary
    {
        public ConcurrentQueue<string> Ran { get; } = new();

        public Func<JobRun, CancellationToken, Task> During { get; set; } = (_, _) => Task.CompletedTask;
    }

    private sealed class Cut(Diary diary, IWriteDoor door, ServiceSettings settings) : IJob
    {
        public async Task Run(JobRun run, CancellationToken cancellation)
        {
            await diary.During(run, cancellation);
            diary.Ran.Enqueue($"{run.Job} {run.Period}");
            (await door.Execute(new Command(run.ActingFor(settings.Node), run.Correlation, [Till.Key("cut")], states => Till.Put(states.Of(Till.Key("cut")), "cut", run.Correlation, new Money(1))), cancellation)).OrThrow();
        }
    }

    private sealed class Count(Diary diary) : IJob
    {
        public async Task Run(JobRun run, CancellationToken cancellation)
        {
            await diary.During(run, cancellation);
            diary.Ran.Enqueue($"{run.Job} {run.Period}");
        }
    }

    private Task<TillHost> Start() => TillHost.Start(TillHost.Settings(_space.Database), service =>
    {
        service.Services.AddSingleton(_diary);
        service.Job<Cut>("cut", "daily 00:30").Job<Count>("generate", "monthly 21 00:00");
    }, _clock);

    [Fact]
    public async Task A_jump_of_the_clock_runs_everything_in_the_order_it_fell_due()
    {
        await using var host = await Start();
        await Seen(host);
        _clock.AdvanceTo(new DateTimeOffset(2023, 2, 22, 1, 0, 0, TimeSpan.FromHours(8)));
        await Eventually.Is(() => Task.FromResult(_diary.Ran.Count), 13);
        _diary.Ran.ShouldBe([.. Enumerable.Range(11, 10).Select(day => $"cut 2023-02-{day}"), "generate 2023-02", "cut 2023-02-21", "cut 2023-02-22"]);
        // The diary is written before the run is stored.
        await Eventually.Is(async () => (await host.Door.Read(Till.Key("cut"))).Balance, new Money(12));
        await Eventually.Is(async () => (await host.Get<IJobs>().List())[0].NextPeriod, "2023-02-23");
        var list = await host.Get<IJobs>().List();
        list.Select(job => (job.Name, job.Schedule, job.NextPeriod)).ShouldBe([("cut", "daily 00:30", "2023-02-23"), ("generate", "monthly 21 00:00", "2023-03")]);
    }

    [Fact]
    public async Task A_new_job_has_nothing_to_catch_up_on_and_a_stopped_host_everything()
    {
        await using (var host = await Start()) await Seen(host);
        _clock.Advance(TimeSpan.FromDays(3));
        await using var later = await Start();
        await Eventually.Is(() => Task.FromResult(_diary.Ran.Count), 3);
        _diary.Ran.ShouldBe(["cut 2023-02-11", "cut 2023-02-12", "cut 2023-02-13"]);
    }

    [Fact]
    public async Task However_many_hosts_each_period_runs_once()
    {
        await using var one = await Start();
        await using var two = await Start();
        await using var three = await Start();
        await Seen(one);
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(TimeSpan.FromDays(2));
            await Task.WhenAll(one.Get<IJobs>().CatchUp(), two.Get<IJobs>().CatchUp(), three.Get<IJobs>().CatchUp());
        }

        await Eventually.Is(() => Task.FromResult(_diary.Ran.Count), 10);
        _diary.Ran.ShouldBe(Enumerable.Range(11, 10).Select(day => $"cut 2023-02-{day}"));
    }

    [Fact]
    public async Task A_period_that_fails_holds_up_its_own_job_only()
    {
        var broken = true;
        _diary.During = (run, _) => broken && run is { Job: "cut", Period: "2023-02-20" } ? throw SystemErrors.Unavailable.With("filing").AsException() : Task.CompletedTask;
        await using var host = await Start();
        await Seen(host);
        _clock.AdvanceTo(new DateTimeOffset(2023, 2, 22, 1, 0, 0, TimeSpan.FromHours(8)));
        await Eventually.Is(() => Task.FromResult(_diary.Ran.Contains("generate 2023-02")), true);
        _diary.Ran.ShouldNotContain("cut 2023-02-21");
        await Eventually.Is(async () => (await host.Get<IJobs>().List())[0].Trouble, "SERVICE_UNAVAILABLE");
        broken = false;
        await Eventually.Is(() => Task.FromResult(_diary.Ran.Contains("cut 2023-02-22")), true);
        _diary.Ran.Where(run => run.StartsWith("cut", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(11, 12).Select(day => $"cut 2023-02-{day}"));
    }

    [Fact]
    public async Task By_hand_a_period_runs_at_once_and_not_again_when_it_falls_due()
    {
        await using var host = await Start();
        await Seen(host);
        (await host.Get<IJobs>().Run("generate", "2023-02")).ShouldBe(JobOutcome.Done);
        (await host.Get<IJobs>().Run("generate", "2023-02")).ShouldBe(JobOutcome.WasDone);
        _clock.AdvanceTo(new DateTimeOffset(2023, 2, 21, 12, 0, 0, TimeSpan.FromHours(8)));
        await Eventually.Is(async () => (await host.Get<IJobs>().List())[1].NextPeriod, "2023-03");
        _diary.Ran.Count(run => run == "generate 2023-02").ShouldBe(1);
        await Should.ThrowAsync<ArgumentException>(() => host.Get<IJobs>().Run("generate", "2023-02-21"));
        await Should.ThrowAsync<ArgumentException>(() => host.Get<IJobs>().Run("nothing", "2023-02"));
    }

    [Fact]
    public async Task Another_host_takes_over_from_one_that_died_in_the_middle()
    {
        await using var one = await Start();
        await Seen(one);
        await one.DisposeAsync();
        _clock.Advance(TimeSpan.FromDays(1));
        await using var two = await TillHost.Start(TillHost.Settings(_space.Database), service => service.Services.AddSingleton(_diary));
        // As a host leaves it that was killed at work: running, with a lease that will not be renewed.
        await two.Rows.Execute("insert into job_run (job, period, due, state, owner, lease_until, attempts) values ('cut', '2023-02-11', now(), 'running', gen_random_uuid(), now() + interval '1 hour', 1)");
        await using var three = await Start();
        (await three.Get<IJobs>().CatchUp()).ShouldBe(0);
        _diary.Ran.ShouldBeEmpty();
        // The hour is over, and nobody has renewed it.
        (await two.Rows.Execute("update job_run set lease_until = now() - interval '1 second' where job = 'cut' and period = '2023-02-11'")).ShouldBe(1);
        await Eventually.Is(async () => (await three.Get<IJobs>().CatchUp()) + _diary.Ran.Count > 0, true);
        _diary.Ran.ShouldBe(["cut 2023-02-11"]);
        (await three.Rows.Query("select attempts from job_run where job = 'cut'", row => row.GetInt32(0))).ShouldBe([2]);
    }

    /// <summary>The jobs are known from now on.</summary>
    private static Task Seen(TillHost host) => host.Get<IJobs>().List();
}
