using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Yibao.Backing;

/// <summary>A running RabbitMQ server and what the launcher and the tests need of it: virtual hosts and users.</summary>
public sealed class RabbitServer : BackingServer
{
    private readonly HttpClient? _management;

    internal RabbitServer(IServerLife life, Uri amqp, Uri? management) : base("RabbitMQ", life)
    {
        Amqp = amqp;
        Management = management;
        if (management is null) return;
        var credentials = management.UserInfo.Length > 0 ? management.UserInfo : amqp.UserInfo;
        _management = new HttpClient { BaseAddress = new UriBuilder(management) { UserName = "", Password = "", Path = "/" }.Uri, Timeout = TimeSpan.FromMinutes(2) };
        _management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(credentials))));
    }

    /// <summary>The administrator at the default virtual host.</summary>
    public Uri Amqp { get; }

    /// <summary>The management plugin's door, with credentials; null where a given server has none.</summary>
    public Uri? Management { get; }

    /// <summary>The administrator at another virtual host.</summary>
    public Uri At(string virtualHost) => new UriBuilder(Amqp) { Path = "/" + Uri.EscapeDataString(virtualHost) }.Uri;

    /// <summary>A user at a virtual host.</summary>
    public Uri At(string virtualHost, string user, string password) =>
        new UriBuilder(Amqp) { Path = "/" + Uri.EscapeDataString(virtualHost), UserName = Uri.EscapeDataString(user), Password = Uri.EscapeDataString(password) }.Uri;

    /// <summary>Creates a virtual host that the administrator may use and answers its address; one that exists is left as it is.</summary>
    public async Task<Uri> CreateVirtualHostAsync(string name, CancellationToken cancellation = default)
    {
        await PutAsync($"api/vhosts/{Uri.EscapeDataString(name)}", new { }, cancellation);
        await AllowAsync(name, Uri.UnescapeDataString(Amqp.UserInfo.Split(':')[0]), ".*", ".*", ".*", cancellation);
        return At(name);
    }

    /// <summary>Removes a virtual host with everything in it; nothing happens if there is none.</summary>
    public async Task DropVirtualHostAsync(string name, CancellationToken cancellation = default)
    {
        using var response = await Http().DeleteAsync($"api/vhosts/{Uri.EscapeDataString(name)}", cancellation);
        if (response.StatusCode != System.Net.HttpStatusCode.NotFound) await CheckAsync(response, cancellation);
    }

    /// <summary>Creates a user without any rights, or sets the password of one that exists.</summary>
    public Task CreateUserAsync(string user, string password, CancellationToken cancellation = default) =>
        PutAsync($"api/users/{Uri.EscapeDataString(user)}", new { password, tags = "" }, cancellation);

    /// <summary>What a user may do at a virtual host: regular expressions over the names of queues and exchanges.</summary>
    public Task AllowAsync(string virtualHost, string user, string configure, string write, string read, CancellationToken cancellation = default) =>
        PutAsync($"api/permissions/{Uri.EscapeDataString(virtualHost)}/{Uri.EscapeDataString(user)}", new { configure, write, read }, cancellation);

    /// <summary>Every queue of every virtual host with what waits in it (counted anew by the server every few seconds).</summary>
    public async Task<IReadOnlyList<QueueState>> QueuesAsync(CancellationToken cancellation = default)
    {
        using var response = await Http().GetAsync("api/queues", cancellation);
        await CheckAsync(response, cancellation);
        using var queues = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
        return [.. queues.RootElement.EnumerateArray().Select(queue => new QueueState(
            queue.GetProperty("vhost").GetString()!, queue.GetProperty("name").GetString()!, Number(queue, "messages_ready"), Number(queue, "messages_unacknowledged"), Number(queue, "consumers")))];
    }

    // A queue that was just made has no figures yet.
    private static long Number(JsonElement queue, string name) => queue.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    /// <summary>A server that runs already, to look into.</summary>
    public static RabbitServer Running(Uri amqp, Uri? management) => new(new GivenServer("its address"), amqp, management);

    /// <summary>The AMQP greeting: the broker answers it once it takes connections.</summary>
    private protected override async Task ProbeAsync(CancellationToken cancellation)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(Amqp.Host, Amqp.Port, cancellation);
        var stream = tcp.GetStream();
        await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), cancellation);
        var first = new byte[1];
        await stream.ReadExactlyAsync(first, cancellation);
        if (first[0] != 1) throw new BackingException("The broker refuses the AMQP greeting.");
        if (_management is null) return;
        using var response = await _management.GetAsync("api/overview", cancellation);
        await CheckAsync(response, cancellation);
    }

    private async Task PutAsync<T>(string path, T body, CancellationToken cancellation)
    {
        using var response = await Http().PutAsJsonAsync(path, body, cancellation);
        await CheckAsync(response, cancellation);
    }

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode) return;
        throw new BackingException($"RabbitMQ refuses {response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.AbsolutePath}: "
            + $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}");
    }

    private HttpClient Http() => _management
        ?? throw new BackingException($"Virtual hosts and users are made through RabbitMQ's management plugin: give its address, http://user:password@host:15672, in {Given.RabbitManageVariable}.");
}

/// <summary>A queue as the server sees it.</summary>
/// <param name="VirtualHost">Where it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Ready">Messages that wait.</param>
/// <param name="Unacknowledged">Messages that a consumer has and has not finished.</param>
/// <param name="Consumers">Who listens.</param>
public sealed record QueueState(string VirtualHost, string Name, long Ready, long Unacknowledged, long Consumers);
