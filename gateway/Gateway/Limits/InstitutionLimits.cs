using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Limits;

/// <summary>A ceiling per caller, so that one runaway HIS does not stand in the way of the others.</summary>
internal static class InstitutionLimits
{
    public const string Policy = "per-caller";

    /// <summary>Requests per second and caller.</summary>
    private const string Setting = "Yibao:Limits:PerSecond";

    /// <summary>A large hospital's discharge desk stays far below it.</summary>
    private const int Standard = 200;

    public static void AddInstitutionLimits(this ServiceBuilder service)
    {
        service.Middleware(static app => app.UseRateLimiter());
        service.Services.AddRateLimiter(static _ => { });
        service.Services.AddOptions<RateLimiterOptions>().Configure<IConfiguration>(static (options, configuration) =>
        {
            var perSecond = Read(configuration[Setting]);
            options.OnRejected = async (rejected, _) =>
            {
                var http = rejected.HttpContext;
                await http.RequestServices.GetRequiredService<Problems>().Write(http, GatewayErrors.TooManyRequests.With(perSecond).AsException(), StatusCodes.Status429TooManyRequests);
            };
            options.AddPolicy(Policy, http => RateLimitPartition.GetTokenBucketLimiter(CallerOf(http), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perSecond * 2,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = perSecond,
                AutoReplenishment = true,
            }));
        });
    }

    private static int Read(string? setting) => setting is null or "" ? Standard
        : int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out var perSecond) && perSecond is > 0 and <= 1_000_000 ? perSecond
        : throw new InvalidOperationException($"Setting {Setting} is 1 to 1,000,000, not '{setting}'.");

    // The access key or the token where one is shown, else the address: a name that is not proven yet can only limit itself.
    private static string CallerOf(HttpContext http) =>
        http.Request.Headers["_api_access_key"] is [{ Length: > 0 and <= 100 } key] ? key
        : http.Request.Headers.Authorization is [{ Length: > 0 } token] ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)))
        : http.Connection.RemoteIpAddress?.ToString() ?? "";
}
