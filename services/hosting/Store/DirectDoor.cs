using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Store;

/// <summary>One command, one transaction.</summary>
internal sealed partial class DirectDoor(Loader loader, Readers readers, Saver saver, StoreModel model, NpgsqlDataSource source, ILogger<DirectDoor> log) : IWriteDoor
{
    /// <summary>So many lost races in a row mean a hot stream that wants the batching door.</summary>
    public const int MaxConflicts = 30;

    /// <summary>A server that restarts is waited for; a server that is gone is reported.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public Task<Executed> Execute(Command command, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        // The caller may stop waiting; the work goes on.
        return Run(command).WaitAsync(cancellation);
    }

    public async Task<TState> Read<TState>(StreamKey<TState> stream, CancellationToken cancellation = default) where TState : class, IState<TState>
    {
        var started = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (TState)await readers.Read(stream).WaitAsync(cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && Troubles.Classify(e, model, out _) == Trouble.Lost && Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Reconnect(attempt, e);
            }
        }
    }

    internal async Task<Executed> Run(Command command)
    {
        var started = Stopwatch.GetTimestamp();
        var conflicts = 0;
        var saving = false;
        for (var attempt = 1; ; attempt++)
        {
            Loader.Loaded? loaded = null;
            try
            {
                // The first time on what this process remembers: the save checks it.
                loaded = attempt == 1 ? await loader.Guess([command]) : await loader.Load(command.Streams, command.Handled, CancellationToken.None);
                var session = new Session(loaded);
                var executed = session.Decide(command);
                if (!session.Transaction.IsEmpty)
                {
                    saving = true;
                    await saver.Save(session.Transaction);
                    foreach (var (key, state, version) in session.Grown) loader.Remember(key, state, version);
                }
                else if (loaded.FromMemory)
                {
                    // What stores nothing is checked by no save: once more, on what stands in the store.
                    continue;
                }

                return executed;
            }
            catch (Exception e) when (loaded is { FromMemory: true } && Troubles.Classify(e, model, out _) is var trouble and not Trouble.Lost)
            {
                // Likewise whatever went wrong: another process may have written what this one does not know of.
                if (trouble == Trouble.Conflict) loader.Mistaken(command.Streams);
            }
            catch (Exception e)
            {
                switch (Troubles.Classify(e, model, out var violated))
                {
                    case Trouble.Violation:
                        return new Executed(Decision.Refuse(violated!), await StatesNow(command));
                    case Trouble.Conflict when ++conflicts <= MaxConflicts:
                        loader.Mistaken(command.Streams);
                        // Spread out a little, else the same ones collide again.
                        if (conflicts > 1) await Task.Delay(Random.Shared.Next(1, 2 << Math.Min(conflicts, 6)));
                        continue;
                    case Trouble.Conflict:
                        throw new RefusedException(StoreErrors.Contention.With(conflicts));
                    case Trouble.Lost when Stopwatch.GetElapsedTime(started) < Patience:
                        // Possibly committed. Deciding again reads it back: the decider recognises its own effect as a repeat.
                        await Reconnect(attempt, e);
                        continue;
                    case Trouble.Lost:
                        throw new RefusedException(saving ? SystemErrors.OutcomeUnknown.With("存储连接中断") : SystemErrors.Unavailable.With(model.Service));
                    default:
                        throw;
                }
            }
        }
    }

    private async Task<StreamStates> StatesNow(Command command)
    {
        var loaded = await loader.Load(command.Streams, [], CancellationToken.None);
        var states = new StreamStates();
        foreach (var (key, state, version) in loaded.Streams.Values) states.Put(key, state, version);
        return states;
    }

    private async Task Reconnect(int attempt, Exception e)
    {
        if (attempt == 1) Reconnecting(e.GetType().Name);
        // Connections that a dead server left in the pool would each fail once more; and what stands up in its place may have lost its last commits.
        source.Clear();
        loader.Forget();
        await Task.Delay(Math.Min(50 * attempt, 500));
    }

    [LoggerMessage(2101, LogLevel.Warning, "The store's connection was lost ({Kind}); reading back and deciding again")]
    private partial void Reconnecting(string kind);
}
