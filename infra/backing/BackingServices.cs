using System.Runtime.InteropServices;
using Yibao.Backing.Containers;
using Yibao.Backing.Private;

namespace Yibao.Backing;

/// <summary>
/// PostgreSQL and RabbitMQ, real ones, wherever they can be had: given by the environment, else a Docker engine, else the machine's
/// binaries in private instances, else Debian packages and then the same.
/// </summary>
public sealed class BackingServices : IAsyncDisposable
{
    private readonly InstanceFolder? _folder;
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _ended;

    private BackingServices(PostgresServer postgres, RabbitServer rabbit, InstanceFolder? folder)
    {
        Postgres = postgres;
        Rabbit = rabbit;
        _folder = folder;
    }

    public PostgresServer Postgres { get; }

    public RabbitServer Rabbit { get; }

    /// <summary>What a child process needs in its environment to use the same servers.</summary>
    public IReadOnlyDictionary<string, string> Environment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Given.PostgresVariable] = Postgres.AdminConnectionString,
            [Given.RabbitVariable] = Rabbit.Amqp.AbsoluteUri,
        };
        if (Rabbit.Management is { } manage) variables[Given.RabbitManageVariable] = manage.AbsoluteUri;
        return variables;
    }

    /// <summary>Starts both side by side and returns once both are ready.</summary>
    /// <exception cref="BackingException">No way leads to one of them; nothing is left running.</exception>
    public static async Task<BackingServices> StartAsync(BackingOptions options, CancellationToken cancellation = default)
    {
        var postgres = options.UseGiven ? Given.Postgres() : null;
        var rabbit = options.UseGiven ? Given.Rabbit() : null;
        InstanceFolder? folder = null;
        try
        {
            if (postgres is null || rabbit is null)
            {
                if (options.UseContainers && await ContainerEngine.AnswersAsync(cancellation))
                {
                    options.Progress?.Invoke("Docker engine found: starting containers");
                    postgres ??= PostgresContainer.Create(options);
                    rabbit ??= RabbitContainer.Create(options);
                }
                else
                {
                    if (!OperatingSystem.IsLinux())
                        throw new BackingException($"On this system a Docker engine is needed, or servers named in {Given.PostgresVariable}, {Given.RabbitVariable} and {Given.RabbitManageVariable}.");
                    await DebianPackages.EnsureAsync(options, postgres is null, rabbit is null, cancellation);
                    folder = await InstanceFolder.ClaimAsync(options, cancellation);
                    postgres ??= await PrivatePostgres.CreateAsync(folder, options, cancellation);
                    rabbit ??= PrivateRabbit.Create(folder);
                }
            }

            options.Progress?.Invoke($"starting PostgreSQL ({postgres.Kind}) and RabbitMQ ({rabbit.Kind})");
            await Task.WhenAll(ReadyAsync(postgres, options, cancellation), rabbit.StartAsync(cancellation));
            var services = new BackingServices(postgres, rabbit, folder);
            services.WatchTheEnd(options.StopOnSignals);
            return services;
        }
        catch
        {
            if (rabbit is not null) await rabbit.DisposeAsync();
            if (postgres is not null) await postgres.DisposeAsync();
            if (folder is not null) await folder.ReleaseAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await Task.WhenAll(Rabbit.DisposeAsync().AsTask(), Postgres.DisposeAsync().AsTask());
        if (_folder is not null) await _folder.ReleaseAsync();
        foreach (var signal in _signals) signal.Dispose();
    }

    private static async Task ReadyAsync(PostgresServer postgres, BackingOptions options, CancellationToken cancellation)
    {
        await postgres.StartAsync(cancellation);
        if (options.PostgresReady is { } prepare) await prepare(postgres, cancellation);
    }

    private void WatchTheEnd(bool signals)
    {
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        if (!signals) return;
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            _signals.Add(PosixSignalRegistration.Create(signal, _ => OnProcessExit(null, EventArgs.Empty)));
    }

    // The process is about to go: there is nobody left to await.
    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (Volatile.Read(ref _ended) == 0) Task.Run(async () => await DisposeAsync()).Wait(TimeSpan.FromSeconds(20));
    }
}
