namespace Yibao.Backing;

/// <summary>How PostgreSQL and RabbitMQ are to be had.</summary>
public sealed record BackingOptions
{
    /// <summary>Take what <c>YIBAO_POSTGRES</c> and <c>YIBAO_RABBITMQ</c> name. A test that kills its servers says no: it must have its own.</summary>
    public bool UseGiven { get; init; } = true;

    /// <summary>Use a Docker engine if one answers.</summary>
    public bool UseContainers { get; init; } = true;

    /// <summary>Install Debian packages when the machine has no binaries.</summary>
    public bool InstallPackages { get; init; } = true;

    /// <summary>Keep the data under this name and find it again at the next start; null throws everything away at the end.</summary>
    public string? Keep { get; init; }

    /// <summary>
    /// PostgreSQL waits for the disk at every commit. Switched off, a crash of the machine could lose data but a killed process
    /// cannot: what tests need, and faster.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>The limit of PostgreSQL connections; all pools of all hosts together must stay below it.</summary>
    public int MaxConnections { get; init; } = 500;

    /// <summary>
    /// Stop the servers when this process is told to end (Ctrl-C, SIGTERM). A caller that handles signals itself and disposes
    /// in order says no.
    /// </summary>
    public bool StopOnSignals { get; init; } = true;

    /// <summary>Done as soon as PostgreSQL is ready, while RabbitMQ is still starting: what can be prepared there need not wait.</summary>
    public Func<PostgresServer, CancellationToken, Task>? PostgresReady { get; init; }

    /// <summary>The folder that holds private instances; null takes <c>.run/</c> of the repository, else a temporary one.</summary>
    public string? Folder { get; init; }

    /// <summary>Told in a few words what is going on: installing, starting, ready.</summary>
    public Action<string>? Progress { get; init; }
}
