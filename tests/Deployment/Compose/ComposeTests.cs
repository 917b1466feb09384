using System.Text.Json;
using Npgsql;
using RabbitMQ.Client;
using Yibao.Backing;
using Yibao.Hosting;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Local;
using Yibao.Local.Compose;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using Yibao.Node;

namespace Yibao.Deployment.Tests.Compose;

/// <summary>docker-compose.yml and what <c>./yibao compose</c> makes for it, on a real PostgreSQL and a real RabbitMQ.</summary>
public sealed class ComposeTests : IDisposable
{
    private static readonly string Root = Repository.Root();

    private readonly string _folder = Directory.CreateTempSubdirectory("yibao-compose-").FullName;
    private readonly DevelopmentIssuer _issuer = new();

    public ComposeTests()
    {
        Directory.Delete(_folder);
        ComposeFolder.Make(_folder, _issuer).ShouldBeTrue();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _issuer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Every_service_of_every_node_reads_what_it_is_given_and_finds_its_neighbours()
    {
        var compose = Load();
        var services = Map(compose["services"]);
        foreach (var node in ComposeFolder.Nodes)
            foreach (var module in NodeModules.All)
            {
                var service = Map(services[$"n{node}-{module.Name}"]);
                var program = module.GetType().Assembly.GetName().Name!;
                List(service["command"]).ShouldBe([$"{program}/{program}.dll"]);
                List(Map(service["healthcheck"])["test"]).ShouldBe(["CMD", "dotnet", $"{program}/{program}.dll", "health"]);
                service["read_only"].ToString().ShouldBe("true");

                var environment = Map(service["environment"]).ToDictionary(entry => entry.Key, entry => Filled(entry.Value.ToString()!), StringComparer.Ordinal);
                var mounts = List(service["volumes"]).Select(volume => volume.Split(':')).ToDictionary(parts => parts[1], parts => parts[0].Replace("./.run/compose", _folder, StringComparison.Ordinal), StringComparer.Ordinal);
                var secrets = Directory.EnumerateFiles(mounts["/secrets"]).ToDictionary(file => Path.GetFileName(file)!, File.ReadAllText, StringComparer.Ordinal);
                environment.Keys.Intersect(secrets.Keys, StringComparer.Ordinal).ShouldBeEmpty();
                var (settings, unread) = ReadSettings.Of(environment.Concat(secrets).ToDictionary(StringComparer.Ordinal), module.Name);

                unread.ShouldBeEmpty();
                settings.Node.ShouldBe(node);
                (settings.PersonKeys is not null).ShouldBe(module.Name == "filing", "only filing holds the keys of the identity table");
                settings.Identity.DevelopmentKey.ShouldBe(_issuer.PublicPem);
                NodeCredentials.FromFolder(mounts["/certificates"], module.Name).MustBeOf(node, module.Name);
                foreach (var (_, address) in settings.Peers) services.ShouldContainKey(address.Host);
                settings.Peers.Keys.Where(Yibao.Kernel.Places.AdminDivision.IsWellFormed).Order(StringComparer.Ordinal)
                    .ShouldBe(settings.Edges.Select(edge => edge.Neighbour.Code).Order(StringComparer.Ordinal), "neighbours by gRPC and by broker are the same");
            }
    }

    [Fact]
    public void Every_file_is_there_and_every_dependency_is_a_service()
    {
        var compose = Load();
        var services = Map(compose["services"]);
        var volumes = Map(compose["volumes"]).Keys.ToHashSet(StringComparer.Ordinal);
        services.Count.ShouldBe(5 + (ComposeFolder.Nodes.Count * NodeModules.All.Count));
        foreach (var (name, value) in services)
        {
            var service = Map(value);
            foreach (var volume in service.TryGetValue("volumes", out var mounted) ? List(mounted) : [])
            {
                var source = volume.Split(':')[0];
                if (!source.StartsWith('.')) volumes.ShouldContain(source);
                else Path.Exists(source.StartsWith("./.run/compose", StringComparison.Ordinal) ? source.Replace("./.run/compose", _folder, StringComparison.Ordinal) : Path.Combine(Root, source)).ShouldBeTrue($"{name} mounts {source}");
            }

            foreach (var other in service.TryGetValue("depends_on", out var needed) ? Map(needed) : [])
            {
                services.ShouldContainKey(other.Key);
                Map(services[other.Key]).ShouldContainKey("healthcheck");
            }

            // Nothing listens beyond the machine.
            foreach (var port in service.TryGetValue("ports", out var ports) ? List(ports) : []) port.ShouldStartWith("127.0.0.1:");
        }
    }

    [Fact]
    public async Task A_second_run_changes_nothing_and_only_the_owner_may_enter()
    {
        var before = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllText, StringComparer.Ordinal);
        ComposeFolder.Make(_folder, _issuer).ShouldBeFalse();
        foreach (var (file, text) in before) (await File.ReadAllTextAsync(file, Cancellation)).ShouldBe(text);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(_folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>What the containers' servers start with, given to real servers: every node can use its own and nothing else.</summary>
    [Fact]
    public async Task Databases_and_virtual_hosts_are_as_the_services_need_them()
    {
        await using var backing = await BackingServices.StartAsync(new BackingOptions { UseGiven = false, Durable = false }, Cancellation);
        await using (var admin = new NpgsqlConnection(backing.Postgres.AdminConnectionString))
        {
            await admin.OpenAsync(Cancellation);
            foreach (var statement in (await File.ReadAllTextAsync(Path.Combine(_folder, "postgres", "databases.sql"), Cancellation)).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                await using var command = new NpgsqlCommand(statement, admin);
                await command.ExecuteNonQueryAsync(Cancellation);
            }
        }

        using (var management = new HttpClient { BaseAddress = new UriBuilder(backing.Rabbit.Management!) { UserName = "", Password = "", Path = "/" }.Uri })
        {
            var credentials = backing.Rabbit.Management!.UserInfo.Length > 0 ? backing.Rabbit.Management.UserInfo : backing.Rabbit.Amqp.UserInfo;
            management.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(credentials))));
            using var content = new StringContent(await File.ReadAllTextAsync(Path.Combine(_folder, "rabbitmq", "definitions.json"), Cancellation), System.Text.Encoding.UTF8, "application/json");
            using var answer = await management.PostAsync("api/definitions", content, Cancellation);
            answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Cancellation));
        }

        foreach (var node in ComposeFolder.Nodes)
        {
            var settings = SettingsReader.Read(new ConfigurationBuilder().AddKeyPerFile(Path.Combine(_folder, "secrets", node.Code))
                .AddInMemoryCollection(new Dictionary<string, string?> { ["Yibao:Node"] = node.Code }).Build(), "settlement");
            var database = new NpgsqlConnectionStringBuilder(settings.Database) { Host = "127.0.0.1", Port = new NpgsqlConnectionStringBuilder(backing.Postgres.AdminConnectionString).Port, Pooling = false };
            await StoreExtensions.Migrate(settings with { Database = database.ConnectionString }, NodeModules.All.Single(module => module.Name == "settlement"), Cancellation);
            await using (var foreign = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = node.Code == "420000" ? "n520000" : "n420000" }.ConnectionString))
                (await Should.ThrowAsync<PostgresException>(() => foreign.OpenAsync(Cancellation))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);

            (await MayPublish(Here(settings.Broker), "amq.direct")).ShouldBeTrue();
            foreach (var edge in settings.Edges)
            {
                // A parent makes the topology of its edges; a child makes nothing.
                (await MayDeclare(Here(edge.Broker), "edge.test")).ShouldBe(edge.Hosted);
                if (!edge.Hosted) (await MayPublish(Here(edge.Broker), EdgeTopology.Up(edge.Neighbour))).ShouldBeFalse("a child writes its own exchange only");
            }
        }

        Uri Here(Uri broker) => new UriBuilder(broker) { Host = backing.Rabbit.Amqp.Host, Port = backing.Rabbit.Amqp.Port }.Uri;
    }

    /// <summary>The image is made of folders that exist and holds the program of every service.</summary>
    [Fact]
    public async Task The_image_holds_every_program()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Root, "infra", "compose", "Dockerfile"), Cancellation);
        foreach (var copy in lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal)))
            foreach (var source in copy.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1]) Path.Exists(Path.Combine(Root, source)).ShouldBeTrue(source);
        var published = lines.Single(line => line.StartsWith("RUN for project in ", StringComparison.Ordinal)).Split("; do")[0].Split(' ')[4..];
        foreach (var project in published) File.Exists(Path.Combine(Root, project + ".csproj")).ShouldBeTrue(project);
        published.Select(project => Path.GetFileName(project)).Order(StringComparer.Ordinal).ShouldBe(NodeModules.All.Select(module => module.GetType()).Append(typeof(NodeModules)).Select(type => type.Assembly.GetName().Name!).Order(StringComparer.Ordinal));
        lines.ShouldContain("USER $APP_UID");
    }

    private static async Task<bool> MayDeclare(Uri broker, string exchange) => await Allowed(broker, channel => channel.ExchangeDeclareAsync(exchange, ExchangeType.Direct, durable: false, autoDelete: true, cancellationToken: Cancellation));

    private static async Task<bool> MayPublish(Uri broker, string exchange) =>
        await Allowed(broker, channel => channel.BasicPublishAsync(exchange, "none", mandatory: false, new BasicProperties(), ReadOnlyMemory<byte>.Empty, Cancellation).AsTask());

    private static async Task<bool> Allowed(Uri broker, Func<IChannel, Task> act)
    {
        await using var connection = await new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Cancellation);
        try
        {
            await act(channel);
            return true;
        }
        catch (Exception refused) when (refused is RabbitMQ.Client.Exceptions.OperationInterruptedException or RabbitMQ.Client.Exceptions.PublishException)
        {
            return false;
        }
    }

    private static string Filled(string value) => value.Replace("${YIBAO_DEVELOPMENT:-false}", "true", StringComparison.Ordinal).Replace("${YIBAO_IDENTITY_AUTHORITY:-}", "", StringComparison.Ordinal);

    private static Dictionary<string, object> Load()
    {
        using var reader = new StreamReader(Path.Combine(Root, "docker-compose.yml"));
        return Map(new DeserializerBuilder().Build().Deserialize<object>(new MergingParser(new Parser(reader)))!);
    }

    private static Dictionary<string, object> Map(object node) => ((Dictionary<object, object>)node).ToDictionary(entry => (string)entry.Key, entry => entry.Value ?? "", StringComparer.Ordinal);

    private static List<string> List(object node) => [.. ((List<object>)node).Select(entry => entry.ToString()!)];
}
