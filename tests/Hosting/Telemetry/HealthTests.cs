using System.Net;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Tests.Identity;
using Yibao.Hosting.Tests.Sample;

namespace Yibao.Hosting.Tests.Telemetry;

public sealed class HealthTests
{
    [Fact]
    public async Task A_host_is_live_and_ready_while_its_checks_pass_and_only_live_while_one_fails()
    {
        var broker = new Broker();
        await using var app = ServiceHost.Build(Doors.Settings(Doors.Qinghai), new Module(broker));
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = app.Doors().Http };
        (await client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        broker.Away = true;
        (await client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var ready = await client.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var text = await ready.Content.ReadAsStringAsync();
        text.ShouldContain("\"broker\":\"Unhealthy\"");
        text.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Grpc_health_answers_neighbours()
    {
        await using var tree = await SampleTree.Start();
        var health = new Health.HealthClient(tree.First.Services.GetRequiredService<IPeers>().Invoker(SampleTree.B.Code, CallRules.Repeatable));
        (await health.CheckAsync(new HealthCheckRequest())).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
    }

    private sealed class Module(Broker broker) : IServiceModule
    {
        public string Name => "filing";

        public void Configure(ServiceBuilder service) => service.Services.AddHealthChecks().AddCheck("broker", broker, tags: ["ready"]);
    }

    private sealed class Broker : IHealthCheck
    {
        public bool Away { get; set; }

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(Away ? HealthCheckResult.Unhealthy("the secret reason") : HealthCheckResult.Healthy());
    }
}
