using System.Globalization;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Yibao.Backing.Private;

namespace Yibao.Backing.Containers;

/// <summary>A server in a container. Its ports are chosen here, not by the engine, so that they stay the same when it is killed and started again.</summary>
internal sealed class ContainerServer(IContainer container) : IServerLife
{
    public string Kind => "container";

    public Task StartAsync(CancellationToken cancellation) => container.StartAsync(cancellation);

    public Task StopAsync(CancellationToken cancellation) => container.StopAsync(cancellation);

    public async Task KillAsync(CancellationToken cancellation)
    {
        using var client = TestcontainersSettings.OS.DockerEndpointAuthConfig.GetDockerClientBuilder(Guid.Empty).Build();
        await client.Containers.KillContainerAsync(container.Id, new ContainerKillParameters { Signal = "SIGKILL" }, cancellation);
    }

    public string? WhyGone() => container.State is TestcontainersStates.Exited or TestcontainersStates.Dead ? $"container {container.Name} ended" : null;

    public ValueTask DisposeAsync() => container.DisposeAsync();

    /// <summary>Publishes a port at one of ours, on loopback where the engine is on this machine.</summary>
    public static (string Host, string Port) Publish(int port, out Action<CreateContainerParameters> bind)
    {
        var published = LoopbackPorts.Take().ToString(CultureInfo.InvariantCulture);
        var key = string.Create(CultureInfo.InvariantCulture, $"{port}/tcp");
        bind = parameters =>
        {
            parameters.HostConfig ??= new HostConfig();
            parameters.HostConfig.PortBindings ??= new Dictionary<string, IList<PortBinding>>(StringComparer.Ordinal);
            parameters.HostConfig.PortBindings[key] = [new PortBinding { HostIP = ContainerEngine.IsLocal ? "127.0.0.1" : "", HostPort = published }];
        };
        return (TestcontainersSettings.OS.DockerEndpointAuthConfig.Endpoint is { Scheme: "tcp" or "http" or "https" } remote ? remote.Host : "127.0.0.1", published);
    }

    /// <summary>Kept data lives in a volume that the engine's clean-up leaves alone.</summary>
    public static string? Volume(BackingOptions options, string server) => options.Keep is { } kept ? $"yibao-{kept}-{server}" : null;

    /// <summary>A password for one run; for kept data one that is found again.</summary>
    public static string Password(BackingOptions options) => options.Keep is null
        ? Guid.NewGuid().ToString("N")
        : Private.Secret.In(Directory.CreateDirectory(Path.Combine(options.Folder ?? Path.Combine(Repository.Root(), ".run"), $"volumes-{options.Keep}")).FullName);
}

/// <summary>PostgreSQL in a container.</summary>
internal static class PostgresContainer
{
    public static PostgresServer Create(BackingOptions options)
    {
        var password = ContainerServer.Password(options);
        var (host, port) = ContainerServer.Publish(5432, out var bind);
        var limits = string.Create(CultureInfo.InvariantCulture, $"max_connections={options.MaxConnections}");
        var durable = options.Durable ? "on" : "off";
        var builder = new Testcontainers.PostgreSql.PostgreSqlBuilder("postgres:15-alpine")
            .WithUsername("platform").WithPassword(password).WithDatabase("postgres")
            .WithCommand("-c", limits, "-c", "max_wal_size=2GB", "-c", "default_toast_compression=lz4", "-c", "random_page_cost=1.1", "-c", $"fsync={durable}", "-c", $"full_page_writes={durable}")
            .WithCreateParameterModifier(bind)
            .WithWaitStrategy(Wait.ForUnixContainer());
        if (ContainerServer.Volume(options, "postgres") is { } volume)
            builder = builder.WithVolumeMount(new VolumeBuilder().WithName(volume).WithCleanUp(false).Build(), "/var/lib/postgresql/data");
        return new PostgresServer(new ContainerServer(builder.Build()), $"Host={host};Port={port};Username=platform;Password={password};Database=postgres");
    }
}

/// <summary>RabbitMQ in a container, with the management plugin.</summary>
internal static class RabbitContainer
{
    public static RabbitServer Create(BackingOptions options)
    {
        var password = ContainerServer.Password(options);
        var (host, amqp) = ContainerServer.Publish(5672, out var bindAmqp);
        var (_, management) = ContainerServer.Publish(15672, out var bindManagement);
        var builder = new Testcontainers.RabbitMq.RabbitMqBuilder("rabbitmq:3.13-management-alpine")
            .WithUsername("platform").WithPassword(password)
            // The data folder is named after the host: a kept volume is only found again under the same name.
            .WithHostname("yibao")
            .WithCreateParameterModifier(bindAmqp).WithCreateParameterModifier(bindManagement)
            .WithWaitStrategy(Wait.ForUnixContainer());
        if (ContainerServer.Volume(options, "rabbitmq") is { } volume)
            builder = builder.WithVolumeMount(new VolumeBuilder().WithName(volume).WithCleanUp(false).Build(), "/var/lib/rabbitmq");
        return new RabbitServer(new ContainerServer(builder.Build()),
            new Uri($"amqp://platform:{password}@{host}:{amqp}/"), new Uri($"http://platform:{password}@{host}:{management}/"));
    }
}
