using System.Net.Sockets;
using DotNet.Testcontainers.Configurations;

namespace Yibao.Backing.Containers;

/// <summary>Whether a Docker engine is at hand. A client without an engine is common, so only an answer counts.</summary>
internal static class ContainerEngine
{
    public static async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        if (Endpoint() is not { } endpoint) return false;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(endpoint, token) });
        try
        {
            using var answer = await http.GetAsync(new Uri("http://engine/_ping"), patience.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception silent) when (silent is HttpRequestException or SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The engine is on this machine, so ports can be kept on loopback.</summary>
    public static bool IsLocal => Endpoint()?.Scheme == "unix";

    private static Uri? Endpoint()
    {
        try
        {
            return TestcontainersSettings.OS.DockerEndpointAuthConfig?.Endpoint;
        }
        catch (Exception none) when (none is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async ValueTask<Stream> ConnectAsync(Uri endpoint, CancellationToken cancellation)
    {
        var unix = endpoint.Scheme == "unix";
        var socket = unix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (unix) await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint.AbsolutePath), cancellation);
            else await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
