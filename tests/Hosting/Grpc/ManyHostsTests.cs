using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Tests.Sample;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Grpc;

public sealed class ManyHostsTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Many_hosts_live_in_one_process_each_behind_its_own_doors()
    {
        var two = new TwoServices();
        var began = Stopwatch.GetTimestamp();
        var hosts = new List<WebApplication>();
        try
        {
            foreach (var i in Enumerable.Range(0, 15))
            {
                var host = ServiceHost.Build(two.Settings($"service{i}", node: new AdminDivision(i % 2 == 0 ? "420000" : "630000")), new Named($"service{i}"));
                await host.StartAsync();
                hosts.Add(host);
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"15 hosts after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms"));
            hosts.SelectMany(host => new[] { host.Doors().Grpc.Port, host.Doors().Http.Port }).Distinct().Count().ShouldBe(30);
            for (var i = 0; i < hosts.Count; i++)
            {
                using var client = new HttpClient { BaseAddress = hosts[i].Doors().Http };
                (await client.GetStringAsync("/name")).ShouldBe($"service{i}");
            }
        }
        finally
        {
            await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task The_description_of_the_json_door_says_who_may_call_what()
    {
        await using var host = ServiceHost.Build(new TwoServices().Settings("described"), new Named("described"));
        await host.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Doors().Http };
        var document = await client.GetStringAsync("/openapi/v1.json");
        document.ShouldContain("\"/areas/{area}\"");
        document.ShouldContain("可由市级经办、审计办理");
        document.ShouldContain("problem+json");
        document.ShouldContain("\"bearer\"");
    }

    private sealed class Named(string name) : IServiceModule
    {
        public string Name => name;

        public void Configure(ServiceBuilder service)
        {
            if (name == "described") service.OpenApi("Described");
            service.Endpoints(routes =>
            {
                routes.MapGet("/name", () => name).Allow(Access.Anyone);
                routes.MapGet("/areas/{area}", (string area) => area).Allow(Access.Read(Yibao.Kernel.Deciding.Role.CityOperator).OwnSubtree<HttpContext>(
                    http => AdminDivision.TryParse((string?)http.GetRouteValue("area"), out var area) ? area : null));
            });
        }
    }
}
