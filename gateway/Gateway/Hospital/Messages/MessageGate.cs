namespace Yibao.Gateway.Hospital.Messages;

/// <summary>The same message at the same time: the second waits for the first and then finds its answer.</summary>
internal sealed class MessageGate
{
    private readonly Dictionary<(string Institution, string Id), Place> _places = [];

    public async Task<IDisposable> Enter(string institution, string messageId, CancellationToken cancellation)
    {
        Place place;
        lock (_places)
        {
            if (!_places.TryGetValue((institution, messageId), out place!)) _places[(institution, messageId)] = place = new Place(this, (institution, messageId));
            place.Waiting++;
        }

        try
        {
            await place.Door.WaitAsync(cancellation);
        }
        catch
        {
            place.Leave();
            throw;
        }

        return place;
    }

    private sealed class Place(MessageGate gate, (string, string) key) : IDisposable
    {
        public SemaphoreSlim Door { get; } = new(1, 1);

        public int Waiting { get; set; }

        public void Leave()
        {
            lock (gate._places)
            {
                if (--Waiting == 0) gate._places.Remove(key);
            }
        }

        public void Dispose()
        {
            Door.Release();
            Leave();
        }
    }
}
