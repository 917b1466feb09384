using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Yibao.Hosting.Identity;

namespace Yibao.Hosting.Tests.Identity;

/// <summary>Any OIDC provider: keys by discovery, claims by configuration.</summary>
public sealed class ProviderTests
{
    [Fact]
    public async Task A_providers_token_is_believed_by_the_keys_it_publishes()
    {
        await using var provider = await Provider.Start();
        await using var doors = await Doors.Open(Settings(provider.Address));
        var (status, body) = await doors.Get("/areas/632800", provider.Issue(provider.Address.AbsoluteUri.TrimEnd('/')));
        status.ShouldBe(HttpStatusCode.OK);
        body.GetProperty("user").GetString().ShouldBe("u-1");
        body.GetProperty("role").GetString().ShouldBe("CityOperator");
    }

    [Fact]
    public async Task A_token_that_names_another_issuer_is_refused_though_the_key_is_right()
    {
        await using var provider = await Provider.Start();
        await using var doors = await Doors.Open(Settings(provider.Address));
        (await doors.Get("/areas/632800", provider.Issue("https://id.elsewhere.example"))).Body.GetProperty("title").GetString()!.ShouldContain("签发方不受信任");
    }

    [Fact]
    public async Task While_the_provider_cannot_be_reached_nobody_is_let_in_and_nobody_is_blamed()
    {
        await using var doors = await Doors.Open(Settings(new Uri("http://127.0.0.1:9/")));
        await using var provider = await Provider.Start();
        var (status, body) = await doors.Get("/areas/632800", provider.Issue("http://127.0.0.1:9"));
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        body.GetProperty("code").GetString().ShouldBe("SERVICE_UNAVAILABLE");
    }

    private static ServiceSettings Settings(Uri authority) => Doors.Settings(Doors.Qinghai) with
    {
        Identity = new IdentitySettings { Authority = authority, RoleClaim = "realm_roles", NodeClaim = "agency", Audience = "settlement-platform" },
    };

    private sealed class Provider : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly RSA _key = RSA.Create(2048);

        private Provider()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            var key = new RsaSecurityKey(_key) { KeyId = "k1" };
            _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = Address.AbsoluteUri.TrimEnd('/'), jwks_uri = new Uri(Address, "keys").AbsoluteUri }));
            _app.MapGet("/keys", () =>
            {
                var published = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.ExportParameters(false)) { KeyId = key.KeyId });
                return Results.Json(new { keys = new[] { new { kty = published.Kty, kid = published.Kid, n = published.N, e = published.E, use = "sig", alg = "RS256" } } });
            });
        }

        public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

        public static async Task<Provider> Start()
        {
            var provider = new Provider();
            await provider._app.StartAsync();
            return provider;
        }

        public string Issue(string issuer) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = "settlement-platform",
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
            Claims = new Dictionary<string, object> { ["sub"] = "u-1", ["realm_roles"] = new[] { "offline_access", "CityOperator" }, ["agency"] = "632800" },
            SigningCredentials = new SigningCredentials(
                new RsaSecurityKey(_key) { KeyId = "k1", CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } }, SecurityAlgorithms.RsaSha256),
        });

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            _key.Dispose();
        }
    }
}
