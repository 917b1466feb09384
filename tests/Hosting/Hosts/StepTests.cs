using Microsoft.Extensions.Configuration;
using Npgsql;
using Yibao.Backing;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Persons;
using Yibao.Hosting.Tests.Store;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Hosts;

/// <summary>Steps of a deployment: the migration before the first host, versions side by side, settings from a folder of secrets.</summary>
public sealed class StepTests : IAsyncLifetime
{
    private BackingSpace _space = null!;

    public async ValueTask InitializeAsync() => _space = await SharedBacking.NewSpaceAsync();

    public ValueTask DisposeAsync() => _space.DisposeAsync();

    private ServiceSettings Settings => TillHost.Settings(_space.Database, _space.Broker) with { Migrate = false };

    [Fact]
    public async Task A_host_that_may_not_migrate_refuses_to_start_before_the_step_and_starts_after_it()
    {
        (await Should.ThrowAsync<InvalidOperationException>(() => TillHost.Start(Settings))).Message.ShouldContain("run the migration step first");
        (await ServiceSteps.Run(ServiceSteps.Migrate, Settings, new Tills())).ShouldBe(0);
        await using var host = await TillHost.Start(Settings, Version(1));
        (await host.Door.Execute(TillHost.Put("a", "s", 1))).OrThrow();
    }

    /// <summary>OPS-002: while the new version comes up, a host of the old one that is moved or restarted must come back too.</summary>
    [Fact]
    public async Task A_host_of_the_version_before_starts_on_the_schema_of_the_version_after()
    {
        await using (await TillHost.Start(Settings with { Migrate = true }, Version(1))) { }
        await using (var next = await TillHost.Start(Settings with { Migrate = true }, Version(2))) (await next.Door.Execute(TillHost.Put("a", "s1", 1))).OrThrow();

        // Whether it may migrate or not: it never brings the schema back.
        await using (var before = await TillHost.Start(Settings with { Migrate = true }, Version(1))) (await before.Door.Execute(TillHost.Put("a", "s2", 1))).OrThrow();
        await using (var before = await TillHost.Start(Settings, Version(1))) (await before.Door.Execute(TillHost.Put("a", "s3", 1))).OrThrow();
        await using var after = await TillHost.Start(Settings, Version(2));
        (await after.Door.Read(Till.Key("a"))).Balance.Fen.ShouldBe(3);
        (await after.Rows.Execute("insert into note (text, colour) values ('x', 'red')")).ShouldBe(1);
        (await Should.ThrowAsync<InvalidOperationException>(() => TillHost.Start(Settings, Version(3)))).Message.ShouldContain("older than this service");
    }

    [Fact]
    public async Task Health_asks_the_host_of_the_same_settings()
    {
        // Nobody listens on a port that was just given back.
        var nobody = Settings with { HttpListen = $"0.0.0.0:{LoopbackPorts.Take()}" };
        (await ServiceSteps.Run(ServiceSteps.Health, nobody, new Tills())).ShouldBe(1);
        ServiceSteps.Of(["health", "--Yibao:Node=420000"]).Step.ShouldBe("health");
        ServiceSteps.Of(["--Yibao:Node=420000"]).Step.ShouldBeNull();
    }

    [Fact]
    public void Secrets_come_from_files_and_a_peer_s_json_door_may_be_named_with_a_dot()
    {
        var folder = Directory.CreateTempSubdirectory("yibao-secrets-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "Yibao__Database"), "Host=db;Password=from a file\n");
            File.WriteAllText(Path.Combine(folder.FullName, "Yibao__Edges__420000__Broker"), "amqps://n420000:p@broker:5671/edges");
            var configuration = new ConfigurationBuilder().AddKeyPerFile(folder.FullName).AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Yibao:Node"] = "100000", ["Yibao:Broker"] = "amqp://broker", ["Yibao:Peers:filing.http"] = "http://filing:8080", ["Yibao:Peers:420000"] = "https://hubei:8443",
            }).Build();

            var settings = SettingsReader.Read(configuration, "settlement");

            settings.Database.ShouldBe("Host=db;Password=from a file");
            settings.Edges.ShouldHaveSingleItem().Broker.Scheme.ShouldBe("amqps");
            settings.Peers.Keys.Order(StringComparer.Ordinal).ShouldBe(["420000", "filing/http"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A small node runs in one process: what is its own stands under the service, and a secret reaches only the service it is given to.</summary>
    [Fact]
    public void Services_of_one_process_share_settings_and_each_has_its_own()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Yibao:Node"] = "420000", ["Yibao:Database"] = "Host=db", ["Yibao:Broker"] = "amqp://broker", ["Yibao:CallDeadline"] = "00:00:05", ["Yibao:Peers:filing"] = "https://127.0.0.1:1",
            ["Yibao:Services:filing:GrpcListen"] = "0.0.0.0:8443", ["Yibao:Services:filing:CallDeadline"] = "00:00:07",
            ["Yibao:Services:filing:Persons:Fields:Current"] = "f1", ["Yibao:Services:filing:Persons:Fields:Keys:f1"] = KeyRing.Generate(), ["Yibao:Services:filing:Persons:Index:Current"] = "i1", ["Yibao:Services:filing:Persons:Index:Keys:i1"] = KeyRing.Generate(),
            ["Yibao:Services:settlement:Peers:100000"] = "https://nation:8443",
        }).Build();
        ServiceSettings Of(string service) => SettingsReader.Read(SettingsReader.Of(configuration, service), service);

        var (filing, settlement) = (Of("filing"), Of("settlement"));

        (filing.GrpcListen, filing.CallDeadline, filing.Database, filing.PersonKeys?.Fields.Current).ShouldBe(("0.0.0.0:8443", TimeSpan.FromSeconds(7), "Host=db", "f1"));
        (settlement.GrpcListen, settlement.CallDeadline, settlement.Database, settlement.PersonKeys).ShouldBe(("127.0.0.1:0", TimeSpan.FromSeconds(5), "Host=db", null));
        filing.Peers.Keys.ShouldBe(["filing"]);
        settlement.Peers.Keys.Order(StringComparer.Ordinal).ShouldBe(["100000", "filing"]);
    }

    [Fact]
    public async Task A_program_of_several_services_brings_each_schema_up_to_date()
    {
        string[] settings = ["--Yibao:Node=420000", $"--Yibao:Database={_space.Database}", $"--Yibao:Broker={_space.Broker}"];
        (await ServiceHost.Run(["migrate", .. settings], new Tills(), new Tills("tolls"))).ShouldBe(0);
        await using var source = NpgsqlDataSource.Create(_space.Database);
        foreach (var schema in new[] { "tills", "tolls" })
        {
            await using var there = source.CreateCommand($"select to_regclass('{schema}.note') is not null");
            (await there.ExecuteScalarAsync()).ShouldBe(true, schema);
        }

    }

    [Fact]
    public async Task Wrong_settings_of_one_service_end_the_program_before_any_listens()
    {
        var folder = Directory.CreateTempSubdirectory("yibao-certificates-");
        try
        {
            new DevelopmentCertificates().Write(folder.FullName, [new("420000")], ["tills", "tolls"]);
            var port = LoopbackPorts.Take();
            (await ServiceHost.Run(
                [
                    "--Yibao:Node=420000", $"--Yibao:Database={_space.Database}", $"--Yibao:Broker={_space.Broker}", $"--Yibao:CertificateFolder={Path.Combine(folder.FullName, "420000")}",
                    $"--Yibao:Services:tills:HttpListen=127.0.0.1:{port}", "--Yibao:Services:tolls:HttpListen=nonsense",
                ], new Tills(), new Tills("tolls"))).ShouldBe(2);
            using var client = new HttpClient();
            await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/live")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>OPS-004: a pooling area below 630000 gets a node of its own by configuration alone.</summary>
    [Fact, Covers("OPS-004")]
    public void A_new_node_is_configuration_and_its_messages_go_through_its_province()
    {
        var haixi = new AdminDivision("632800");
        var changes = Path.GetTempFileName();
        try
        {
            File.WriteAllText(changes, "since,code,change,note\n2026-12-01T00:00:00+08:00,632800,node_opened,海西州自建平台\n");
            ServiceSettings Of(string node) => SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Yibao:Node"] = node, ["Yibao:Database"] = "Host=db", ["Yibao:Broker"] = "amqp://broker", ["Yibao:NodeChanges"] = changes,
            }).Build(), "settlement");
            var before = new DateTimeOffset(2026, 11, 30, 23, 59, 59, TimeSpan.FromHours(8));
            var after = before.AddSeconds(1);

            var nation = Of("100000");
            nation.Registry.At(before).HostOf(haixi).Code.ShouldBe("630000");
            nation.Registry.At(after).HostOf(haixi).ShouldBe(haixi);
            nation.Registry.Route(AdminDivision.National, haixi, after, [new("420000"), AdminDivision.National]).NextHop!.Value.Code.ShouldBe("630000");
            Of("630000").Registry.Route(new("630000"), haixi, after, [AdminDivision.National, new("630000")]).NextHop.ShouldBe(haixi);
            Of("632800").Registry.Route(haixi, new("420100"), after, [haixi]).NextHop!.Value.Code.ShouldBe("630000");
            Should.Throw<FormatException>(() => { File.WriteAllText(changes, "since,code,change,note\n2026-12-01T00:00:00+08:00,999999,node_opened,\n"); return Of("630000"); });
        }
        finally
        {
            File.Delete(changes);
        }
    }

    [Fact]
    public void The_signing_certificates_of_all_nodes_may_stand_in_one_file()
    {
        var folder = Directory.CreateTempSubdirectory("yibao-certificates-");
        try
        {
            AdminDivision[] nodes = [new("100000"), new("420000")];
            new DevelopmentCertificates().Write(folder.FullName, nodes, ["settlement"]);
            var own = Path.Combine(folder.FullName, "420000");
            var known = NodeCredentials.FromFolder(own, "settlement").Nodes.Select(certificate => certificate.Thumbprint).ToList();
            File.WriteAllText(Path.Combine(own, "nodes.crt"), string.Join('\n', Directory.EnumerateFiles(Path.Combine(own, "nodes")).Order(StringComparer.Ordinal).Select(File.ReadAllText)));
            Directory.Delete(Path.Combine(own, "nodes"), recursive: true);
            NodeCredentials.FromFolder(own, "settlement").Nodes.Select(certificate => certificate.Thumbprint).ShouldBe(known);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Action<ServiceBuilder> Version(int version) => service =>
    {
        service.Table("create table if not exists note (text text not null)");
        if (version >= 2) service.Table("alter table note add column if not exists colour text");
        if (version >= 3) service.Table("alter table note add column if not exists size int");
    };

    private sealed class Tills(string name = "tills") : IServiceModule
    {
        public string Name => name;

        public void Configure(ServiceBuilder service)
        {
            service.Facts(typeof(Till).Assembly);
            Version(1)(service);
        }
    }
}
