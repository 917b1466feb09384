using System.Collections.Concurrent;

namespace Yibao.Hosting.Store;

/// <summary>
/// Folded states of streams that were used lately. A state at a version never changes, so nothing here can be stale: the reader asks
/// only for the facts after the version it knows. Two generations bound the memory: when the young one is full it becomes the old one.
/// </summary>
internal sealed class StateCache(int perGeneration = 4096)
{
    private ConcurrentDictionary<string, Entry> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, Entry> _old = new(StringComparer.Ordinal);
    private int _count;

    public sealed record Entry(object State, long Version);

    public Entry? Find(string stream)
    {
        if (_young.TryGetValue(stream, out var entry)) return entry;
        if (!_old.TryGetValue(stream, out entry)) return null;
        Keep(stream, entry);
        return entry;
    }

    public void Keep(string stream, object state, long version) => Keep(stream, new Entry(state, version));

    public void Forget(string stream)
    {
        if (_young.TryRemove(stream, out _)) Interlocked.Decrement(ref _count);
        _old.TryRemove(stream, out _);
    }

    public void Clear() => (_old, _young, _count) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal), 0);

    private void Keep(string stream, Entry entry)
    {
        if (_young.TryAdd(stream, entry))
        {
            if (Interlocked.Increment(ref _count) < perGeneration) return;
            // Two threads turning at once lose at most a generation of cache, never a fact.
            _old = _young;
            _young = new(StringComparer.Ordinal);
            Volatile.Write(ref _count, 0);
            return;
        }

        _young.AddOrUpdate(stream, entry, (_, known) => known.Version >= entry.Version ? known : entry);
    }
}
