using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.Doors;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Identify;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Tests.Hosting;

/// <summary>The wiring: every endpoint has its rule, and everything the doors and the worker need can be made.</summary>
public sealed class TheModule
{
    [Fact]
    public async Task Builds_into_a_host_with_everything_it_needs()
    {
        var settings = new ServiceSettings
        {
            Node = new AdminDivision("420000"), Service = "settlement", Database = "Host=127.0.0.1;Port=1;Database=none;Username=none", Broker = new Uri("amqp://127.0.0.1:1"),
            Development = true, Credentials = new DevelopmentCertificates().For(new AdminDivision("420000"), "settlement", [new AdminDivision("100000")]),
        };
        await using var app = ServiceHost.Build(settings, new SettlementModule());

        await using var scope = app.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        services.GetRequiredService<TreatmentDesk>().ShouldNotBeNull();
        services.GetRequiredService<NodeDesk>().ShouldNotBeNull();
        services.GetRequiredService<Identification>().ShouldNotBeNull();
        services.GetRequiredService<Redrive>().ShouldNotBeNull();
        ActivatorUtilities.CreateInstance<SettlementsService>(services).ShouldNotBeNull();
        ActivatorUtilities.CreateInstance<UpkeepService>(services).ShouldNotBeNull();
        services.GetRequiredService<PolicyLibrary>().Areas.ShouldNotBeEmpty();
        services.GetRequiredService<CatalogueLibrary>().At(new AdminDivision("420100")).Count.ShouldBeGreaterThan(0);
    }
}
