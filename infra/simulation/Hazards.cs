using Yibao.Contracts.Nodes;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Simulation;

/// <summary>A node's clock: virtual, and a little wrong.</summary>
internal sealed class SimulatedTime(World world, SimulatedNode node, TimeSpan skew) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => world.Now + skew;

    public override long GetTimestamp() => world.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer();
        timer.Arm(world, node, callback, state, dueTime);
        return timer;
    }

    private sealed class Timer : ITimer
    {
        private bool _disposed;

        public void Arm(World world, SimulatedNode node, TimerCallback callback, object? state, TimeSpan due)
        {
            if (due == Timeout.InfiniteTimeSpan) return;
            world.After(due, node, () =>
            {
                if (!_disposed) callback(state);
            });
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException("The round trip arms its timers once.");

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            _disposed = true;
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A node's store: takes its time, is sometimes out of reach, and sometimes loses the connection during COMMIT.</summary>
internal sealed class SimulatedDoor(World world, SimulatedNode node) : IWriteDoor
{
    public Task<Executed> Execute(Command command, CancellationToken cancellation = default)
    {
        var done = new TaskCompletionSource<Executed>();
        var sabotaged = world.Options.Sabotage is { } sabotage ? command with { Decide = states => command.Decide(Forget(command, states, sabotage)) } : command;
        world.After(world.Blink(), node, () =>
        {
            var trouble = !world.Healed && world.Options.StoreTrouble ? world.Chance.Below(1000) : 1000;
            if (trouble < 8)
            {
                done.SetException(SystemErrors.Unavailable.With("store").AsException());
                return;
            }

            Executed executed;
            try
            {
                executed = node.Disk.Execute(sabotaged, CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (Exception bug) when (bug is not RefusedException)
            {
                world.Bugs.Add($"{node.Code} {command.Correlation}: {bug.GetType().Name} {bug.Message}");
                done.SetException(bug);
                return;
            }
            catch (RefusedException refused)
            {
                done.SetException(refused);
                return;
            }

            if (executed.Decision is Decision.Accepted accepted)
            {
                foreach (var append in accepted.Appends) world.Note($"{node.Code} {append.Stream.Id}: {string.Join(", ", append.Facts.Select(fact => fact.GetType().Name))}");
            }

            world.After(world.Blink(), node, () =>
            {
                if (trouble < 16) done.SetException(SystemErrors.Unavailable.With("commit").AsException());
                else done.SetResult(executed);
            });
        });
        return done.Task;
    }

    public Task<TState> Read<TState>(StreamKey<TState> stream, CancellationToken cancellation = default) where TState : class, IState<TState>
    {
        var done = new TaskCompletionSource<TState>();
        world.After(world.Blink(), node, () => 
        {
            var state = node.Disk.Read(stream, CancellationToken.None).GetAwaiter().GetResult();
            done.SetResult(world.Options.Sabotage is { } sabotage ? (TState)sabotage(stream, state) : state);
        });
        return done.Task;
    }

    private static StreamStates Forget(Command command, StreamStates states, Func<StreamKey, object, object> sabotage)
    {
        var forgotten = new StreamStates();
        foreach (var key in command.Streams) forgotten.Put(key, sabotage(key, states.Of(key)), states.VersionOf(key));
        return forgotten;
    }
}

/// <summary>The network between neighbours: loses, doubles, delays, reorders.</summary>
internal sealed class SimulatedLink(World world, SimulatedNode node) : INodeLink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SimulatedSigner _signer = new(node.Code);

    public Task<Envelope> Send(AdminDivision neighbour, Envelope message, CancellationToken cancellation = default)
    {
        var done = new TaskCompletionSource<Envelope>();
        var target = world.Node(neighbour);
        world.After(Patience, node, () => done.TrySetException(SystemErrors.OutcomeUnknown.With(neighbour).AsException()));
        var copies = !world.Healed && world.Options.Duplicates && world.Chance.Permille(60) ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            if (Lost()) continue;
            world.After(Way(), null, () =>
            {
                if (!target.IsUp) return;
                _ = target.Serve(message, (answer, refused) =>
                {
                    if (Lost()) return;
                    world.After(Way(), node, () =>
                    {
                        if (refused is not null) done.TrySetException(refused);
                        else if (!done.Task.IsCompleted)
                        {
                            _signer.Verify(answer!);
                            done.TrySetResult(answer!);
                        }
                    });
                });
            });
        }

        return done.Task;
    }

    private bool Lost() => !world.Healed && world.Options.Losses && world.Chance.Permille(50);

    private TimeSpan Way() => !world.Healed && world.Options.Delays && world.Chance.Permille(60)
        ? TimeSpan.FromMilliseconds(world.Chance.Between(500, 40_000))
        : TimeSpan.FromMicroseconds(world.Chance.Between(1_000, 40_000));
}

/// <summary>Signs with a name in place of a key: forged messages are another test's matter, mixed-up ones would be found here.</summary>
internal sealed class SimulatedSigner(AdminDivision node) : IEnvelopeSigner
{
    public Envelope Sign(AdminDivision to, string id, DateTimeOffset instant, string kind, ReadOnlyMemory<byte> payload) =>
        new(node, to, id, instant, kind, payload, node.Code, Mark(node, to, id, instant, kind, payload)) { Path = [node] };

    public void Verify(Envelope envelope)
    {
        if (!envelope.Signature.Span.SequenceEqual(Mark(envelope.From, envelope.To, envelope.Id, envelope.Instant, envelope.Kind, envelope.Payload)))
            throw SecurityErrors.SignatureInvalid.With(envelope.Id).AsException();
    }

    private static byte[] Mark(AdminDivision from, AdminDivision to, string id, DateTimeOffset instant, string kind, ReadOnlyMemory<byte> payload)
    {
        unchecked
        {
            var hash = 14695981039346656037UL;
            void Mix(ulong value) => hash = (hash ^ value) * 1099511628211UL;
            foreach (var c in from.Code) Mix(c);
            foreach (var c in to.Code) Mix(c);
            foreach (var c in id) Mix(c);
            foreach (var c in kind) Mix(c);
            Mix((ulong)instant.UtcTicks);
            var span = payload.Span;
            var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(span);
            foreach (var word in words) Mix(word);
            foreach (var b in span[(words.Length * 8)..]) Mix(b);
            return BitConverter.GetBytes(hash);
        }
    }
}
