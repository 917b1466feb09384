using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Yibao.Hosting;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Places;

namespace Yibao.Local.Tests;

/// <summary>What the launcher hands to a process is what the process reads.</summary>
public sealed class EnvironmentSettingsTests
{
    [Fact]
    public void A_process_reads_what_it_was_given()
    {
        var given = Given;

        var read = SettingsReader.Read(AsEnvironment(EnvironmentSettings.Of(given)), "clearing");

        read.Peers.OrderBy(peer => peer.Key, StringComparer.Ordinal).ShouldBe(given.Peers.OrderBy(peer => peer.Key, StringComparer.Ordinal));
        read.Edges.OrderBy(edge => edge.Neighbour.Code, StringComparer.Ordinal).ShouldBe(given.Edges.OrderBy(edge => edge.Neighbour.Code, StringComparer.Ordinal));
        (read with { Peers = given.Peers, Edges = given.Edges }).ShouldBe(given);
    }

    /// <summary>A process of a whole node: each service reads its own out of what they share.</summary>
    [Fact]
    public void Each_service_of_a_process_reads_what_it_was_given()
    {
        ServiceSettings[] given =
        [
            Given,
            Given with { Service = "filing", GrpcListen = "127.0.0.1:18011", HttpListen = "127.0.0.1:18012", DoorsFile = "/doors/630000-filing", Peers = new Dictionary<string, Uri>(StringComparer.Ordinal) { ["settlement"] = new("https://127.0.0.1:18031/") } },
        ];

        var environment = EnvironmentSettings.Of(given);

        environment["Yibao__Node"].ShouldBe("630000");
        environment.Keys.Count(key => key.EndsWith("__Database", StringComparison.Ordinal)).ShouldBe(1);
        foreach (var one in given)
        {
            var read = SettingsReader.Read(SettingsReader.Of(AsEnvironment(environment), one.Service), one.Service);
            read.Peers.OrderBy(peer => peer.Key, StringComparer.Ordinal).ShouldBe(one.Peers.OrderBy(peer => peer.Key, StringComparer.Ordinal));
            (read with { Peers = one.Peers, Edges = one.Edges }).ShouldBe(one);
        }
    }

    private static ServiceSettings Given => new ServiceSettings
    {
        Node = new AdminDivision("630000"),
        Service = "clearing",
        Database = "Host=127.0.0.1;Port=5432;Username=platform;Password=p;Database=n630000",
        Broker = new Uri("amqp://n630000:p%40ss@127.0.0.1:5672/n630000"),
        Edges =
        [
            new EdgeSettings { Neighbour = new AdminDivision("630100"), Broker = new Uri("amqp://a:b@127.0.0.1:5672/n630000-edges"), Hosted = true },
            new EdgeSettings { Neighbour = new AdminDivision("100000"), Broker = new Uri("amqp://c:d@127.0.0.1:5672/n100000-edges") },
        ],
        GrpcListen = "127.0.0.1:18001",
        HttpListen = "127.0.0.1:18002",
        Peers = new Dictionary<string, Uri>(StringComparer.Ordinal)
        {
            ["filing"] = new("https://127.0.0.1:18011/"), ["filing/http"] = new("http://127.0.0.1:18012/"), ["100000"] = new("https://127.0.0.1:18021/"),
        },
        CertificateFolder = "/certificates/630000",
        DoorsFile = "/doors/630000-clearing",
        Identity = new IdentitySettings { DevelopmentKey = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----" },
        LogLevel = LogLevel.Error,
        CallDeadline = TimeSpan.FromSeconds(25),
        ConnectWithin = TimeSpan.FromMilliseconds(2500),
        Migrate = true,
        Development = true,
    };

    /// <summary>As the environment provider reads variables: two underscores part the levels.</summary>
    private static IConfigurationRoot AsEnvironment(IReadOnlyDictionary<string, string> variables) => new ConfigurationBuilder()
        .AddInMemoryCollection(variables.Select(variable => new KeyValuePair<string, string?>(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value)))
        .Build();
}
