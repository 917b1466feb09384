using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Limits;

/// <summary>A ceiling per caller, so that one runaway HIS does not stand in the way of the others.</summary>
internal static class InstitutionLimits
{
    public const string Policy = "per-caller";

    /// <summary>Requests per second and caller; a large hospital's discharge desk stays far below it.</summary>
    public const int PerSecond = 200;

    public static void AddInstitutionLimits(this ServiceBuilder service)
    {
        service.Middleware(static app => app.UseRateLimiter());
        service.Services.AddRateLimiter(options =>
        {
            options.OnRejected = static async (rejected, _) =>
            {
                var http = rejected.HttpContext;
                await http.RequestServices.GetRequiredService<Problems>().Write(http, GatewayErrors.TooManyRequests.With(PerSecond).AsException(), StatusCodes.Status429TooManyRequests);
            };
            options.AddPolicy(Policy, http => RateLimitPartition.GetTokenBucketLimiter(CallerOf(http), static _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = PerSecond * 2,
                TokensPerPeriod = PerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = PerSecond,
                AutoReplenishment = true,
            }));
        });
    }

    // The access key or the token where one is shown, else the address: a name that is not proven yet can only limit itself.
    private static string CallerOf(HttpContext http) =>
        http.Request.Headers["_api_access_key"] is [{ Length: > 0 and <= 100 } key] ? key
        : http.Request.Headers.Authorization is [{ Length: > 0 } token] ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)))
        : http.Connection.RemoteIpAddress?.ToString() ?? "";
}
