namespace Yibao.Hosting.Store;

/// <summary>
/// Where commands wait for a lane. What is handed out names no stream that another lane is working on, and never overtakes an
/// earlier command on a stream they share.
/// </summary>
internal sealed class WaitingRoom(int places, int atMost) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Request> _waiting = new();
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(places);
    private readonly List<(int Waiting, TaskCompletionSource Woken)> _idle = [];
    private bool _closed;

    /// <summary>Waits for a place first when the room is full.</summary>
    public async Task Enter(Request request, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        lock (_gate)
        {
            if (_closed)
            {
                _places.Release();
                throw new ObjectDisposedException(nameof(BatchingDoor));
            }

            _waiting.AddLast(request);
            Changed();
        }
    }

    /// <summary>The next batch for a lane; null when the room is closed and empty.</summary>
    /// <param name="waiting">From how many on that wait this lane takes any.</param>
    public async Task<IReadOnlyList<Request>?> Next(int waiting = 1)
    {
        while (true)
        {
            TaskCompletionSource woken;
            lock (_gate)
            {
                if (_waiting.Count >= waiting && Take() is { Count: > 0 } batch) return batch;
                if (_closed && _waiting.Count == 0) return null;
                woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _idle.Add((waiting, woken));
            }

            await woken.Task;
        }
    }

    /// <summary>Waits until so many wait, or the room is closed, or the time is over.</summary>
    public async Task Gather(int enough, TimeSpan atMost)
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            if (_closed || _waiting.Count >= enough) return;
            woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _idle.Add((enough, woken));
        }

        await Task.WhenAny(woken.Task, Task.Delay(atMost));
        lock (_gate) _idle.RemoveAll(idle => idle.Woken == woken);
    }

    /// <summary>What a lane may have right now; may be nothing.</summary>
    public IReadOnlyList<Request> TakeNow()
    {
        lock (_gate) return Take();
    }

    /// <summary>The lane is done with these: their streams are free.</summary>
    public void Leave(IReadOnlyList<Request> batch)
    {
        lock (_gate)
        {
            foreach (var request in batch)
                foreach (var key in request.Command.Streams) _taken.Remove(key.Id);
            Changed();
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Changed();
        }
    }

    public void Dispose() => _places.Dispose();

    private List<Request> Take()
    {
        var batch = new List<Request>();
        HashSet<string>? passed = null;
        for (var node = _waiting.First; node is not null && batch.Count < atMost;)
        {
            var (request, next) = (node.Value, node.Next);
            if (request.Command.Streams.Any(key => _taken.Contains(key.Id) || passed?.Contains(key.Id) == true))
            {
                // It waits, and so does everything behind it that shares a stream with it.
                passed ??= new HashSet<string>(StringComparer.Ordinal);
                foreach (var key in request.Command.Streams) passed.Add(key.Id);
            }
            else
            {
                batch.Add(request);
                _waiting.Remove(node);
            }

            node = next;
        }

        foreach (var request in batch)
            foreach (var key in request.Command.Streams) _taken.Add(key.Id);
        if (batch.Count > 0) _places.Release(batch.Count);
        return batch;
    }

    /// <summary>Wakes the lanes that may find something now, and no other: most wake-ups would be for nothing.</summary>
    private void Changed()
    {
        for (var i = _idle.Count - 1; i >= 0; i--)
        {
            if (!_closed && _waiting.Count < _idle[i].Waiting) continue;
            _idle[i].Woken.SetResult();
            _idle.RemoveAt(i);
        }
    }
}
