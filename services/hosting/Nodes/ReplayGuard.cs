using Yibao.Contracts.Nodes;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Nodes;

/// <summary>
/// The first line against replay (SEC-004): a signer's id that was seen lately stands for one content that came one
/// way. The same message the same way again is a repeat and is answered as before; anything else is refused. Bounded
/// and in memory: the lasting authority is the stream that the handler keeps under the id.
/// </summary>
public sealed class ReplayGuard(int capacity = 100_000)
{
    private readonly Dictionary<(AdminDivision From, string Id), Seen> _seen = [];
    private readonly Queue<(AdminDivision From, string Id)> _order = new();
    private readonly Lock _gate = new();

    /// <exception cref="RefusedException"><c>REPLAY</c>.</exception>
    public void Admit(Envelope envelope, AdminDivision neighbour)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var digest = EnvelopeBytes.Digest(envelope);
        lock (_gate)
        {
            var key = (envelope.From, envelope.Id);
            if (_seen.TryGetValue(key, out var seen))
            {
                if (seen.Neighbour != neighbour || !seen.Digest.AsSpan().SequenceEqual(digest)) throw SecurityErrors.Replay.With(envelope.Id).AsException();
                return;
            }

            if (_order.Count == capacity) _seen.Remove(_order.Dequeue());
            _order.Enqueue(key);
            _seen.Add(key, new Seen(digest, neighbour));
        }
    }

    private readonly record struct Seen(byte[] Digest, AdminDivision Neighbour);
}
