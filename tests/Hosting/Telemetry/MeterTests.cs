using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Hosting.Telemetry;
using Yibao.Hosting.Tests.Store;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Telemetry;

/// <summary>What a module counts is what was stored; what it measures is what its tables hold.</summary>
public sealed class MeterTests : IAsyncLifetime
{
    private BackingSpace _space = null!;

    public async ValueTask InitializeAsync() => _space = await SharedBacking.NewSpaceAsync();

    public ValueTask DisposeAsync() => _space.DisposeAsync();

    [Fact]
    public async Task Facts_count_once_and_only_when_they_are_stored()
    {
        await using var host = await TillHost.Start(TillHost.Settings(_space.Database), service => service
            .Counts<CashPut>("test.cash.put", "{fen}", "put", fact => fact.Amount.IsZero ? null : (fact.Amount.Fen, new TagList { { "slip", fact.Slip } })));
        using var heard = new Heard(host);

        (await host.Door.Execute(TillHost.Put("a", "s1", 250))).OrThrow();
        (await host.Door.Execute(TillHost.Put("a", "s1", 250))).Decision.ShouldBe(Decision.Done);
        (await host.Door.Execute(TillHost.Put("a", "s2", 0))).OrThrow();
        (await host.Door.Execute(TillHost.Take("a", "s3", 999))).Decision.ShouldBeOfType<Decision.Refused>();

        heard.Of("test.cash.put").ShouldBe(["250 slip=s1"]);
    }

    [Fact]
    public async Task A_gauge_says_what_the_tables_hold_and_nothing_when_they_cannot_be_asked()
    {
        await using var host = await TillHost.Start(TillHost.Settings(_space.Database), service =>
        {
            service.Table("create table if not exists drawer (kind text not null, coins int not null)");
            service.Gauge("test.drawer.coins", "{coin}", "coins", "select sum(coins)::float8, kind from drawer group by kind", "kind");
            service.Gauge("test.drawer.empty", "{coin}", "none", "select coins::float8 from drawer where kind = 'none'");
            service.Gauge("test.drawer.broken", "{coin}", "no such table", "select count(*)::float8 from no_such_table");
            service.Services.AddSingleton<GaugeSampler>();
        });
        using var heard = new Heard(host);
        var sampler = host.Get<GaugeSampler>();
        await host.Rows.Execute("insert into drawer values ('gold', 2), ('gold', 3), ('tin', 1)");

        await sampler.Sample(0, TestContext.Current.CancellationToken);
        heard.Observe();
        heard.Of("test.drawer.coins").Order(StringComparer.Ordinal).ShouldBe(["1 kind=tin", "5 kind=gold"]);
        heard.Of("test.drawer.empty").ShouldBe(["0 "]);
        heard.Of("test.drawer.broken").ShouldBeEmpty();

        // A figure that was known and no longer can be is missing, not frozen.
        await host.Rows.Execute("drop table drawer");
        await sampler.Sample(1, TestContext.Current.CancellationToken);
        heard.Clear();
        heard.Observe();
        heard.Of("test.drawer.coins").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_late_job_says_how_late_it_is()
    {
        var clock = new VirtualClock(new DateTimeOffset(2023, 2, 10, 12, 0, 0, TimeSpan.FromHours(8)));
        await using var host = await TillHost.Start(TillHost.Settings(_space.Database), service =>
        {
            service.Job<Stuck>("stuck", "daily 00:30");
            service.Services.AddSingleton<GaugeSampler>();
        }, clock);
        using var heard = new Heard(host);
        var jobs = host.Get<IJobs>();
        await jobs.List(TestContext.Current.CancellationToken);

        clock.AdvanceTo(new DateTimeOffset(2023, 2, 11, 2, 30, 0, TimeSpan.FromHours(8)));
        await jobs.CatchUp(TestContext.Current.CancellationToken);
        await host.Get<GaugeSampler>().Sample(0, TestContext.Current.CancellationToken);
        heard.Observe();

        var late = heard.Of("yibao.job.lateness").ShouldHaveSingleItem();
        late.ShouldEndWith(" job=stuck");
        // Two hours, and the moment that the clock went on since.
        double.Parse(late.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(7200, 9000);
        // Whether the job was caught up with here or by the host's own scheduler, which the jump has woken too.
        await Eventually.Is(() => Task.FromResult(heard.Of("yibao.job.duration").Count > 0), true);
        heard.Of("yibao.job.duration").ShouldAllBe(run => run.Contains("job=stuck", StringComparison.Ordinal) && run.Contains("outcome=SERVICE_UNAVAILABLE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_relay_that_stands_still_shows_as_facts_that_wait()
    {
        await using var host = await TillHost.Start(TillHost.Settings(_space.Database, new Uri("amqp://guest:guest@127.0.0.1:1/none")), service =>
        {
            service.Publishes<CashPut, Bus.TillFilled>(fact => new Bus.TillFilled("a", fact.Fact.Slip, fact.Fact.Amount));
            service.Services.AddSingleton<GaugeSampler>();
        });
        using var heard = new Heard(host);
        (await host.Door.Execute(TillHost.Put("a", "s1", 1))).OrThrow();
        (await host.Door.Execute(TillHost.Put("a", "s2", 1))).OrThrow();

        await host.Get<GaugeSampler>().Sample(1, TestContext.Current.CancellationToken);
        heard.Observe();

        heard.Of("yibao.outbox.waiting").ShouldBe(["2 way=outbox-bus"]);
        double.Parse(heard.Of("yibao.outbox.lag").ShouldHaveSingleItem().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
    }

    private sealed class Stuck : IJob
    {
        public Task Run(JobRun run, CancellationToken cancellation) => throw SystemErrors.Unavailable.With("test").AsException();
    }

    /// <summary>Hears the meters of one host.</summary>
    private sealed class Heard : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, string Text)> _heard = new();

        public Heard(TillHost host)
        {
            var factory = host.Get<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == factory) self.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.Start();
        }

        public void Observe() => _listener.RecordObservableInstruments();

        public void Clear() => _heard.Clear();

        public IReadOnlyList<string> Of(string name) => [.. _heard.Where(entry => entry.Name == name).Select(entry => entry.Text)];

        public void Dispose() => _listener.Dispose();

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _heard.Enqueue((instrument.Name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}")));
    }
}
