namespace Yibao.Kernel.Deciding;

/// <summary>The write door without a database: for the simulator and for tests of deciders. One command at a time, like one transaction.</summary>
/// <remarks>Completes synchronously, so a single-threaded simulation stays deterministic.</remarks>
public sealed class MemoryDoor : IWriteDoor
{
    private readonly Dictionary<string, List<StoredFact>> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _states = new(StringComparer.Ordinal);
    private readonly HashSet<HandledMessage> _handled = [];
    private readonly Lock _gate = new();

    /// <summary>Called after each commit with what it stored, in order: where a test or simulation hangs its outbox.</summary>
    public Action<IReadOnlyList<StoredFact>>? Committed { get; set; }

    public Task<Executed> Execute(Command command, CancellationToken cancellation = default)
    {
        IReadOnlyList<StoredFact> stored;
        Executed executed;
        lock (_gate)
        {
            var states = Load(command.Streams);
            var seen = command.Handled.Count(_handled.Contains);
            if (seen > 0) return seen == command.Handled.Count() ? Task.FromResult(new Executed(Decision.Done, states)) : throw new PartlyHandledException();
            var decision = command.Decide(states);
            stored = decision is Decision.Accepted accepted ? Store(accepted, command) : [];
            if (decision is not Decision.Refused) _handled.UnionWith(command.Handled);
            executed = new Executed(decision, stored.Count == 0 ? states : Load(command.Streams));
        }

        if (stored.Count > 0) Committed?.Invoke(stored);
        return Task.FromResult(executed);
    }

    public Task<TState> Read<TState>(StreamKey<TState> stream, CancellationToken cancellation = default) where TState : class, IState<TState>
    {
        lock (_gate) return Task.FromResult((TState)_states.GetValueOrDefault(stream.Id, TState.Empty));
    }

    /// <summary>Every fact of one stream, in order.</summary>
    public IReadOnlyList<StoredFact> Facts(string stream)
    {
        lock (_gate) return _streams.TryGetValue(stream, out var facts) ? [.. facts] : [];
    }

    /// <summary>The names of all streams.</summary>
    public IReadOnlyList<string> Streams()
    {
        lock (_gate) return [.. _streams.Keys];
    }

    private StreamStates Load(IReadOnlyList<StreamKey> keys)
    {
        var states = new StreamStates();
        foreach (var key in keys)
        {
            var version = _streams.TryGetValue(key.Id, out var facts) ? facts.Count : 0;
            states.Put(key, _states.GetValueOrDefault(key.Id) ?? key.Fold(null, []), version);
        }

        return states;
    }

    private List<StoredFact> Store(Decision.Accepted accepted, Command command)
    {
        // Fold everything before storing anything: a fact that its state refuses must leave nothing behind.
        var folded = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (key, facts) in accepted.Appends)
        {
            if (!command.Streams.Any(named => named.Id == key.Id)) throw new InvalidOperationException($"The command did not name the stream '{key.Id}'.");
            folded[key.Id] = key.Fold(folded.GetValueOrDefault(key.Id) ?? _states.GetValueOrDefault(key.Id), facts);
        }

        var stored = new List<StoredFact>();
        foreach (var (key, facts) in accepted.Appends)
        {
            if (!_streams.TryGetValue(key.Id, out var stream)) _streams[key.Id] = stream = [];
            foreach (var fact in facts)
            {
                var entry = new StoredFact(key.Id, stream.Count + 1, fact, command.Actor, command.Correlation);
                stream.Add(entry);
                stored.Add(entry);
            }
        }

        foreach (var (id, state) in folded) _states[id] = state;
        return stored;
    }
}

/// <summary>A fact as it stands in its stream.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Version">1 for the first fact of the stream.</param>
/// <param name="Fact">What happened.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Correlation">The business transaction it belongs to.</param>
public sealed record StoredFact(string Stream, long Version, IFact Fact, Actor Actor, string Correlation);
