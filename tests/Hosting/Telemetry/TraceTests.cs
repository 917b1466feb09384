using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Telemetry;
using Yibao.Hosting.Tests.Sample;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;

namespace Yibao.Hosting.Tests.Telemetry;

public sealed class TraceTests
{
    [Fact]
    public async Task Trace_and_correlation_follow_a_message_through_every_node()
    {
        ActivityTraceId? far = null;
        string? correlation = null;
        SampleTree? tree = null;
        tree = await SampleTree.Start(_ =>
        {
            far = Activity.Current?.TraceId;
            correlation = tree!.Host(SampleTree.C).Services.GetRequiredService<ICurrentActor>().Correlation;
            return Task.FromResult("ok");
        });
        await using var _ = tree;
        using var activity = new Activity("settle").SetIdFormat(ActivityIdFormat.W3C).Start();
        using (tree.First.Services.GetRequiredService<ICurrentActor>().Act(Actor.System(SampleTree.A, "test"), "setl-77")) await tree.Send(tree.Sign("t-1", "x"));
        far.ShouldBe(activity.TraceId);
        correlation.ShouldBe("setl-77");
    }

    [Fact]
    public async Task Every_hop_is_measured_by_pair_of_nodes_and_outcome()
    {
        var hops = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == HopMeter.Name) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string);
            if (values["kind"] == SampleNode.Kind) lock (hops) hops.Add($"{values["from"]}>{values["to"]} {values["outcome"]}");
        });
        listener.Start();
        await using var tree = await SampleTree.Start();
        await tree.Send(tree.Sign("t-2", "x"));
        lock (hops) hops.ShouldContain("100000>630000 ok");
        lock (hops) hops.ShouldContain("420000>100000 ok");
    }

    [Fact]
    public void No_identity_leaves_in_a_span()
    {
        var somebody = InventedPerson.Number(815);
        using var scrubber = new SpanScrubber();
        using var activity = new Activity($"find {somebody.Id.Reveal()}");
        activity.SetTag("db.query.text", $"select * from person where certno = '{somebody.Id.Reveal()}'").SetTag("url.path", "/persons/ok").SetTag("count", 3);
        activity.SetStatus(ActivityStatusCode.Error, $"tel {somebody.Phone}");
        scrubber.OnEnd(activity);
        var all = string.Join('\n', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Append(activity.DisplayName).Append(activity.StatusDescription));
        all.ShouldNotContain(somebody.Id.Reveal());
        all.ShouldNotContain(somebody.Phone);
        all.ShouldContain("url.path=/persons/ok");
        all.ShouldContain("count=3");
    }

    [Fact]
    public async Task Exporting_starts_only_where_a_collector_is_configured()
    {
        // Nobody listens there: the host must run all the same.
        var settings = Identity.Doors.Settings(Identity.Doors.Qinghai);
        await using (var silent = ServiceHost.Build(settings, new SampleFiling())) silent.Services.GetService<OpenTelemetry.Trace.TracerProvider>().ShouldBeNull();
        await using var exporting = ServiceHost.Build(settings with { Otlp = new Uri("http://127.0.0.1:9") }, new SampleFiling());
        await exporting.StartAsync();
        exporting.Services.GetService<OpenTelemetry.Trace.TracerProvider>().ShouldNotBeNull();
    }

    private sealed class SampleFiling : IServiceModule
    {
        public string Name => "filing";

        public void Configure(ServiceBuilder service)
        {
        }
    }
}
