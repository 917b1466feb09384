using System.Diagnostics;

namespace Yibao.Backing;

/// <summary>One running server: what PostgreSQL and RabbitMQ have in common.</summary>
public abstract class BackingServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly IServerLife _life;

    private protected BackingServer(string name, IServerLife life)
    {
        Name = name;
        _life = life;
    }

    public string Name { get; }

    /// <summary>"given", "container" or "private instance".</summary>
    public string Kind => _life.Kind;

    /// <summary>The number of its process; its children are its own too. Null where it is given or in a container.</summary>
    public int? ProcessId => _life.ProcessId;

    /// <summary>Starts it again after <see cref="KillAsync"/> or <see cref="StopAsync"/>, at the same address with the same data, and waits until it is ready.</summary>
    /// <exception cref="BackingException">It does not become ready.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _life.StartAsync(cancellation);
        await UntilReadyAsync(cancellation);
    }

    /// <summary>Ends it in order; data stays until the whole is disposed.</summary>
    public Task StopAsync(CancellationToken cancellation = default) => _life.StopAsync(cancellation);

    /// <summary><c>kill -9</c>: the server and all its children, without a word of warning.</summary>
    /// <remarks>
    /// RabbitMQ 3.10 writes its register of quorum queues half a second after a queue is declared: killed within that time, it forgets
    /// the queue for good and every use of it hangs. What it confirmed for an older queue it keeps.
    /// </remarks>
    public Task KillAsync(CancellationToken cancellation = default) => _life.KillAsync(cancellation);

    public ValueTask DisposeAsync() => _life.DisposeAsync();

    /// <summary>Asks once whether it answers; throws if it does not.</summary>
    private protected abstract Task ProbeAsync(CancellationToken cancellation);

    internal async Task UntilReadyAsync(CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var once = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                once.CancelAfter(TimeSpan.FromSeconds(5));
                await ProbeAsync(once.Token);
                return;
            }
            catch (Exception notYet) when (!cancellation.IsCancellationRequested)
            {
                if (_life.WhyGone() is { } why) throw new BackingException($"{Name} ended while starting: {why}", notYet);
                if (waited.Elapsed > Patience) throw new BackingException($"{Name} ({Kind}) is not ready after {Patience.TotalSeconds:0} s: {notYet.Message}", notYet);
            }

            await Task.Delay(50, cancellation);
        }
    }
}
