using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Cli.Import;
using Yibao.Cli.Shell;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Upload.V1;
using Yibao.Backing;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Local;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>What a province loads into its node, through the gateway and with an operator's token, on the samples that the guide shows.</summary>
public sealed class ImportTests
{
    private static readonly AdminDivision Nation = new("100000");
    private static readonly AdminDivision Hubei = new("420000");
    private static readonly AdminDivision Wuhan = new("420100");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(Repository.Root(), "infra", "samples", "import", name));

    [Fact]
    public async Task A_province_loads_its_own_data()
    {
        await using var platform = await LocalPlatform.StartAsync(new LocalOptions { Nodes = [Nation, Hubei] });
        using var province = Door(platform, Hubei, Role.ProvinceOperator, Hubei);
        using var nation = Door(platform, Nation, Role.NationalOperator, Nation);
        using var city = Door(platform, Hubei, Role.CityOperator, Wuhan);

        await Registers(province, city);
        await Catalogue(platform, province, city);
        await Registry(platform, nation, province);
    }

    private static async Task Registers(GatewayDoor province, GatewayDoor city)
    {
        foreach (var (kind, lines) in ((string, int)[])[("persons", 5), ("filings", 3), ("institutions", 3)])
        {
            var dry = await Send(province, kind, Hubei, Sample(kind + ".csv"), dryRun: true);
            (dry.Lines, dry.Taken, dry.BadCount).ShouldBe((lines, lines, 0));
            var loaded = await Send(province, kind, Hubei, Sample(kind + ".csv"));
            (loaded.Taken, loaded.Skipped, loaded.BadCount).ShouldBe((lines, 0, 0));
            (await Send(province, kind, Hubei, Sample(kind + ".csv"))).Skipped.ShouldBe(lines);
        }

        // Written down as the area's own, by whom it was done: the city sees its institution, and not its neighbour's.
        var institutions = new Institutions.InstitutionsClient(city.Calls);
        (await institutions.GetAsync(new GetInstitutionRequest { Code = "H42010000101" })).Openings.Count.ShouldBe(6);

        // A city loads what is its own and nothing else.
        var stranger = await Send(city, "persons", Wuhan, Sample("persons.csv"));
        stranger.Bad.Select(bad => (bad.Line, bad.Code)).ShouldBe([(4, "OUT_OF_REGION"), (5, "OUT_OF_REGION"), (6, "OUT_OF_REGION")]);
    }

    private static async Task Catalogue(LocalPlatform platform, GatewayDoor province, GatewayDoor city)
    {
        const string Bed = "001109092348077";
        var catalogues = new Catalogues.CataloguesClient(province.Calls);
        async Task<long> Limit(string day) => (await catalogues.FindAsync(new FindItemRequest { Area = Wuhan.Code, Code = Bed, Day = day })).LimitPriceFen;

        // One bad line, and the version is not stored: each is named.
        var wrong = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Sample("catalogue-420100.csv")) + "X,缺项\n001109092348077,普通床位费,01,甲,,70.00,,次,2028-01-01,\nITEM7,无自付比例,05,乙,,,,次,2027-01-01,\n");
        var refused = await Send(city, "catalogue", Wuhan, wrong, from: "2027-01-01");
        (refused.Taken, refused.Bad.Count).ShouldBe((0, 3));
        refused.Bad.Select(bad => bad.Line).ShouldBe([7, 8, 9]);
        (await catalogues.ListAsync(new ListCataloguesRequest())).Versions.ShouldBeEmpty();

        (await Send(city, "catalogue", Wuhan, Sample("catalogue-420100.csv"), dryRun: true, from: "2027-01-01")).Taken.ShouldBe(4);
        (await Limit("2027-01-01")).ShouldBe(5_000);
        var loaded = await Send(city, "catalogue", Wuhan, Sample("catalogue-420100.csv"), from: "2027-01-01");
        (loaded.Taken, loaded.Skipped).ShouldBe((4, 0));
        (await Send(city, "catalogue", Wuhan, Sample("catalogue-420100.csv"), from: "2027-01-01")).Skipped.ShouldBe(4);
        (await Limit("2026-12-31")).ShouldBe(5_000);
        (await Limit("2027-01-01")).ShouldBe(6_000);

        // After a restart the version is still there.
        await platform[Hubei, "settlement"].StopAsync();
        await platform[Hubei, "settlement"].StartAsync();
        (await Limit("2026-12-31")).ShouldBe(5_000);
        (await Limit("2027-01-01")).ShouldBe(6_000);
        (await catalogues.ListAsync(new ListCataloguesRequest { Area = Wuhan.Code })).Versions.ShouldHaveSingleItem().Version.ShouldBe(loaded.Version);

        // The province's layer is not the city's to set.
        (await Refusal(() => Send(city, "catalogue", Hubei, Sample("catalogue-420100.csv"), from: "2027-01-01"))).ShouldContain("OUT_OF_REGION");
    }

    private static async Task Registry(LocalPlatform platform, GatewayDoor nation, GatewayDoor province)
    {
        (await Refusal(() => Send(province, "registry", Hubei, Sample("registry.csv")))).ShouldContain("REGISTRY_NOT_HERE");
        (await Send(nation, "registry", Nation, Sample("registry.csv"), dryRun: true)).Taken.ShouldBe(3);
        var loaded = await Send(nation, "registry", Nation, Sample("registry.csv"));
        (loaded.Taken, loaded.Skipped).ShouldBe((3, 0));
        (await Send(nation, "registry", Nation, Sample("registry.csv"))).Skipped.ShouldBe(3);

        // Every service of every node routes by it from its instant, and by the former one before.
        var instant = new DateTimeOffset(2030, 3, 2, 0, 0, 0, TimeSpan.FromHours(8));
        string[] services = ["filing", "settlement", "clearing"];
        bool Knows(AdminDivision node, string service)
        {
            var registry = platform[node, service].Services!.GetRequiredService<NodeRegistry>();
            return registry.At(instant).HostOf(Wuhan) == Wuhan && registry.At(instant.AddTicks(-1)).HostOf(Wuhan) == Hubei && registry.At(instant.AddHours(-1)).NotConnected(Wuhan) is not null;
        }

        using var limit = new CancellationTokenSource(Patience);
        foreach (var (node, service) in from node in (AdminDivision[])[Nation, Hubei] from service in services select (node, service))
        {
            while (!Knows(node, service)) await Task.Delay(50, limit.Token);
        }

        await platform[Hubei, "clearing"].StopAsync();
        await platform[Hubei, "clearing"].StartAsync();
        Knows(Hubei, "clearing").ShouldBeTrue();
        // The registry that the program came with is nobody's to change.
        NodeRegistry.Reference.At(instant).HostOf(Wuhan).ShouldBe(Hubei);
    }

    private static GatewayDoor Door(LocalPlatform platform, AdminDivision node, Role role, AdminDivision agency) =>
        new(platform[node, "gateway"].Grpc, platform.Issuer.Issue(new TokenOf($"test-{agency}", agency, role)), platform.Authority);

    private static Task<UploadReport> Send(GatewayDoor door, string kind, AdminDivision area, byte[] file, bool dryRun = false, string from = "") =>
        new FileUpload(door, TimeProvider.System).Send(new UploadStart { Kind = kind, Area = area.Code, DryRun = dryRun, From = from }, file, Patience, _ => { }, _ => { }, CancellationToken.None);

    private static async Task<string> Refusal(Func<Task> work) => (await Should.ThrowAsync<FailedException>(work)).Message;
}
