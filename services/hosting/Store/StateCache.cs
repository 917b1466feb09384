using System.Collections.Concurrent;

namespace Yibao.Hosting.Store;

/// <summary>
/// Folded states of long streams. A state at a version never changes, so nothing here can be stale: the reader asks
/// only for the facts after the version it knows. Two generations bound the memory: when the young one is full it becomes the old one.
/// </summary>
internal sealed class StateCache(int perGeneration = 4096, int worthKeepingFrom = 16)
{
    private ConcurrentDictionary<string, Entry> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, Entry> _old = new(StringComparer.Ordinal);

    public readonly record struct Entry(object State, long Version);

    public Entry? Find(string stream)
    {
        if (_young.TryGetValue(stream, out var entry)) return entry;
        if (!_old.TryGetValue(stream, out entry)) return null;
        _young.TryAdd(stream, entry);
        return entry;
    }

    public void Keep(string stream, object state, long version)
    {
        if (version < worthKeepingFrom) return;
        if (_young.Count >= perGeneration)
        {
            // Two threads turning at once lose at most a generation of cache, never a fact.
            _old = _young;
            _young = new(StringComparer.Ordinal);
        }

        _young.AddOrUpdate(stream, new Entry(state, version), (_, known) => known.Version >= version ? known : new Entry(state, version));
    }
}
