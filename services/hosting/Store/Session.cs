using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>Runs decisions in memory on what one read found, so that later ones see earlier ones, and gathers what they want stored.</summary>
internal sealed class Session(Loader.Loaded loaded)
{
    private readonly HashSet<HandledMessage> _handled = [.. loaded.Handled];
    private readonly Dictionary<string, (object State, long Version)> _now = loaded.Streams.ToDictionary(entry => entry.Key, entry => (entry.Value.State, entry.Value.Version), StringComparer.Ordinal);

    public Transaction Transaction { get; } = new();

    /// <summary>The streams that grew, as they are once the transaction is saved.</summary>
    public IEnumerable<(StreamKey Key, object State, long Version)> Grown =>
        Transaction.Parts.Where(part => part.Facts.Count > 0).Select(part => (part.Key, _now[part.Key.Id].State, _now[part.Key.Id].Version));

    public Executed Decide(Command command)
    {
        var states = States(command);
        var seen = command.Handled.Count(_handled.Contains);
        if (seen > 0) return seen == command.Handled.Count() ? new Executed(Decision.Done, states) : throw new PartlyHandledException();

        var decision = command.Decide(states);
        if (decision is Decision.Refused) return new Executed(decision, states);

        if (decision is Decision.Accepted accepted)
        {
            Check(command, accepted);
            // Fold before anything is gathered: a fact that its state refuses must leave nothing behind.
            var folded = Fold(accepted);
            // What was only read guards the decision too: it must not have moved when this is saved.
            foreach (var key in command.Streams) Transaction.Of(key, loaded.Streams[key.Id].Version);
            foreach (var (key, facts) in accepted.Appends)
                foreach (var fact in facts) Transaction.Of(key, loaded.Streams[key.Id].Version).Facts.Add((fact, command));
            foreach (var (id, entry) in folded) _now[id] = entry;
        }

        foreach (var message in command.Handled)
            if (_handled.Add(message)) Transaction.Handled.Add(message);

        return new Executed(decision, States(command));
    }

    private Dictionary<string, (object State, long Version)> Fold(Decision.Accepted accepted)
    {
        var folded = new Dictionary<string, (object State, long Version)>(StringComparer.Ordinal);
        foreach (var (key, facts) in accepted.Appends)
        {
            var (state, version) = folded.TryGetValue(key.Id, out var entry) ? entry : _now[key.Id];
            folded[key.Id] = (key.Fold(state, facts), version + facts.Count);
        }

        return folded;
    }

    private StreamStates States(Command command)
    {
        var states = new StreamStates();
        foreach (var key in command.Streams)
        {
            var (state, version) = _now[key.Id];
            states.Put(key, state, version);
        }

        return states;
    }

    private static void Check(Command command, Decision.Accepted accepted)
    {
        foreach (var append in accepted.Appends)
            if (!command.Streams.Any(named => named.Id == append.Stream.Id)) throw new InvalidOperationException($"The command did not name the stream '{append.Stream.Id}'.");
    }
}
