using System.Net;

namespace Yibao.Hosting.Hosts;

/// <summary>What a service's program does beside running: steps of a deployment, in images that hold no shell.</summary>
internal static class ServiceSteps
{
    /// <summary>Brings the schema up to date and ends: the migration job.</summary>
    public const string Migrate = "migrate";

    /// <summary>Asks the host that runs with the same settings whether it is ready: a container's health check.</summary>
    public const string Health = "health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The step if the first argument names one, and the arguments that are settings.</summary>
    public static (string? Step, string[] Settings) Of(string[] args) => args is [Migrate or Health, ..] ? (args[0], args[1..]) : (null, args);

    public static async Task<int> Run(string step, ServiceSettings settings, IServiceModule module)
    {
        if (step == Health) return await Ready(settings) ? 0 : 1;
        await StoreExtensions.Migrate(settings, module);
        await Console.Error.WriteLineAsync($"{settings.Node.Code}/{module.Name}: the schema is up to date.");
        return 0;
    }

    private static async Task<bool> Ready(ServiceSettings settings)
    {
        var door = IPEndPoint.Parse(settings.HttpListen);
        var address = door.Address.Equals(IPAddress.Any) || door.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : door.Address;
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new UriBuilder("http", address.ToString(), door.Port, "/health/ready").Uri);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync(away.Message);
            return false;
        }
    }
}
