using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Yibao.Backing;

/// <summary>Ports on loopback that nobody listens on. One that was handed out is not handed out again by this process.</summary>
public static class LoopbackPorts
{
    // Below the range from which the kernel takes the ports of outgoing connections: a server that is killed must find its port free when it comes back.
    private const int First = 20_000;
    private const int Last = 32_000;
    private static readonly ConcurrentDictionary<int, byte> Taken = [];

    /// <param name="preferred">Taken if it is free: an address that people can remember.</param>
    public static int Take(int? preferred = null)
    {
        if (preferred is { } wish && IsFree(wish) && Taken.TryAdd(wish, 0)) return wish;
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            if (IsFree(port) && Taken.TryAdd(port, 0)) return port;
        }

        throw new BackingException($"No free port between {First} and {Last}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
