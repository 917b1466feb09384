using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Yibao.Hosting.Nodes;

/// <summary>Instances of one key, each used by one thread at a time: making one costs more than using it, and sharing one is not promised to be safe.</summary>
internal sealed class KeyPool(Func<ECDsa> make) : IDisposable
{
    private readonly ConcurrentBag<ECDsa> _idle = [];

    public T Use<TArgument, T>(TArgument argument, Func<ECDsa, TArgument, T> work) where TArgument : allows ref struct
    {
        var key = _idle.TryTake(out var idle) ? idle : make();
        try
        {
            return work(key, argument);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var key)) key.Dispose();
    }
}
