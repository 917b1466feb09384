using System.Net;
using System.Net.Sockets;

namespace Yibao.Backing.Private;

/// <summary>Ports on loopback that nobody listens on.</summary>
internal static class FreePorts
{
    // Below the range from which the kernel takes the ports of outgoing connections: a server that is killed must find its port free when it comes back.
    private const int First = 20_000;
    private const int Last = 32_000;

    public static int Take()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try the next.
            }
        }

        throw new BackingException($"No free port between {First} and {Last}.");
    }
}
