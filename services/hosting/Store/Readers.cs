using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>
/// Many readers, one question. A lone reader asks at once; those who come while a question is on its way ask theirs together after it, or beside it once
/// they are many, so that a busy service asks less often per reader. Nobody is answered by a question that was asked before he came.
/// </summary>
internal sealed class Readers(Loader loader)
{
    private const int AtOnce = 2;
    private const int Many = 16;
    private const int Most = 128;

    private readonly Lock _gate = new();
    private readonly Queue<Reader> _waiting = new();
    private int _asking;

    private sealed record Reader(StreamKey Key, TaskCompletionSource<object> State);

    /// <summary>The state of one stream as it is now.</summary>
    public Task<object> Read(StreamKey key)
    {
        var reader = new Reader(key, new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Enqueue(reader);
            if (_asking == AtOnce || (_asking > 0 && _waiting.Count < Many)) return reader.State.Task;
            _asking++;
        }

        _ = Ask();
        return reader.State.Task;
    }

    private async Task Ask()
    {
        while (Next() is { Count: > 0 } readers)
        {
            try
            {
                var loaded = await loader.Load(readers.Select(reader => reader.Key), [], CancellationToken.None);
                foreach (var reader in readers) reader.State.SetResult(loaded.Streams[reader.Key.Id].State);
            }
            catch (Exception e)
            {
                // Each decides for himself whether to ask again.
                foreach (var reader in readers) reader.State.TrySetException(e);
            }
        }
    }

    private List<Reader> Next()
    {
        lock (_gate)
        {
            var readers = new List<Reader>();
            while (readers.Count < Most && _waiting.TryDequeue(out var reader)) readers.Add(reader);
            if (readers.Count == 0) _asking--;
            return readers;
        }
    }
}
