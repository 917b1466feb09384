namespace Yibao.Kernel.Deciding;

/// <summary>A past-tense fact in the field's terms. Immutable once stored; a new shape is a new type, never a rewrite.</summary>
public interface IFact;

/// <summary>What the facts of one stream add up to. Pure: no clock, no id, no I/O.</summary>
/// <typeparam name="TSelf">The state itself.</typeparam>
public interface IState<TSelf> where TSelf : class, IState<TSelf>
{
    /// <summary>The state of a stream that holds nothing yet.</summary>
    static abstract TSelf Empty { get; }

    /// <summary>The state after one more fact. A fact this state does not know is an error, never skipped.</summary>
    TSelf Evolve(IFact fact);
}

/// <summary>The readable name of a stream, e.g. <c>visit/{id}</c>, <c>benefit-year/{area}/{person}/{insutype}/{year}</c>.</summary>
public abstract record StreamKey
{
    private protected StreamKey(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        if (id.Length > 200) throw new ArgumentException("A stream's name has at most 200 characters.", nameof(id));
        Id = id;
    }

    public string Id { get; }

    /// <summary>The CLR type that the store declares the stream with.</summary>
    public abstract Type StateType { get; }

    /// <summary>Folds facts onto a state (null: the empty one).</summary>
    public abstract object Fold(object? state, IEnumerable<IFact> facts);

    public override string ToString() => Id;
}

/// <summary>A stream's name together with the state that its facts add up to.</summary>
public sealed record StreamKey<TState>(string Name) : StreamKey(Name) where TState : class, IState<TState>
{
    public override Type StateType => typeof(TState);

    public override object Fold(object? state, IEnumerable<IFact> facts) =>
        facts.Aggregate((TState?)state ?? TState.Empty, static (current, fact) => current.Evolve(fact));

    public bool Equals(StreamKey<TState>? other) => other is not null && string.Equals(Id, other.Id, StringComparison.Ordinal);

    public override int GetHashCode() => string.GetHashCode(Id, StringComparison.Ordinal);

    public override string ToString() => Id;
}

/// <summary>The states a decision sees: exactly those of the streams it named.</summary>
public sealed class StreamStates
{
    private readonly Dictionary<string, (object State, long Version)> _states = new(StringComparer.Ordinal);

    public void Put(StreamKey key, object state, long version) => _states[key.Id] = (state, version);

    /// <exception cref="InvalidOperationException">The command did not name this stream.</exception>
    public TState Of<TState>(StreamKey<TState> key) where TState : class, IState<TState> => (TState)Entry(key).State;

    public object Of(StreamKey key) => Entry(key).State;

    /// <summary>How many facts the stream holds; 0 when it does not exist.</summary>
    public long VersionOf(StreamKey key) => Entry(key).Version;

    private (object State, long Version) Entry(StreamKey key) => _states.TryGetValue(key.Id, out var entry)
        ? entry
        : throw new InvalidOperationException($"The command did not name the stream '{key.Id}'.");
}
