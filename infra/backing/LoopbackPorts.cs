using System.Net;
using System.Net.Sockets;

namespace Yibao.Backing;

/// <summary>Ports on loopback that nobody listens on, each handed out once among all processes of the machine that ask here.</summary>
public static class LoopbackPorts
{
    // Below the range from which the kernel takes the ports of outgoing connections: a server that is killed must find its port free when it comes back.
    private const int First = 20_000;
    private const int Last = 32_000;
    private static readonly Lock Door = new();

    // Between choosing a port and listening on it seconds pass. Its twin among the datagram ports is held until this process ends, however it
    // ends: two platforms that start at once cannot choose the same one.
    private static readonly List<Socket> Held = [];

    /// <param name="preferred">Taken if it is free: an address that people can remember.</param>
    public static int Take(int? preferred = null)
    {
        if (preferred is { } wish && TryTake(wish)) return wish;
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            if (TryTake(port)) return port;
        }

        throw new BackingException($"No free port between {First} and {Last}.");
    }

    private static bool TryTake(int port)
    {
        var twin = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ExclusiveAddressUse = true };
        try
        {
            twin.Bind(new IPEndPoint(IPAddress.Loopback, port));
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException)
        {
            twin.Dispose();
            return false;
        }

        lock (Door) Held.Add(twin);
        return true;
    }
}
