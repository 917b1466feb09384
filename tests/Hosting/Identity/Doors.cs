using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Identity;

/// <summary>A host of Qinghai with a few JSON doors, one per kind of rule.</summary>
internal sealed class Doors : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private Doors(WebApplication app)
    {
        _app = app;
        _client = new HttpClient { BaseAddress = app.Doors().Http };
    }

    public static DevelopmentIssuer Issuer { get; } = new();

    public static AdminDivision Qinghai { get; } = new("630000");

    public static AdminDivision Haixi { get; } = new("632800");

    public static ServiceSettings Settings(AdminDivision node) => new()
    {
        Node = node,
        Service = "filing",
        Database = "unused",
        Broker = new Uri("amqp://unused"),
        Development = true,
        Identity = new IdentitySettings { DevelopmentKey = Issuer.PublicPem },
        Credentials = new DevelopmentCertificates().For(node, "filing", []),
    };

    public static async Task<Doors> Open(ServiceSettings? settings = null)
    {
        var app = ServiceHost.Build(settings ?? Settings(Qinghai), new Module());
        await app.StartAsync();
        return new Doors(app);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> Call(HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _client.SendAsync(request).WaitAsync(TimeSpan.FromMinutes(1));
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> Get(string path, string? token) => Call(HttpMethod.Get, path, token);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class Module : IServiceModule
    {
        private static readonly Access ByArea = Access.Read(Role.CityOperator, Role.ProvinceOperator)
            .OwnSubtree<HttpContext>(http => AdminDivision.TryParse((string?)http.Request.RouteValues["area"], out var area) ? area : null);

        private static readonly Access ByInstitution = Access.Read(Role.Institution).OwnInstitution<HttpContext>(http => (string?)http.Request.RouteValues["institution"]);

        public string Name => "filing";

        public void Configure(ServiceBuilder service) => service.Endpoints(routes =>
        {
            routes.MapGet("/areas/{area}", Who).Allow(ByArea);
            routes.MapGet("/institutions/{institution}", Who).Allow(ByInstitution);
            routes.MapPost("/areas/{area}", Who).Allow(Access.Change(Role.CityOperator, Role.DelegatedInsurer)
                .OwnSubtree<HttpContext>(http => AdminDivision.TryParse((string?)http.Request.RouteValues["area"], out var area) ? area : null));
            routes.MapGet("/open", () => Results.Json(new { ok = true })).Allow(Access.Anyone);
            routes.MapGet("/broken", IResult () => throw new InvalidOperationException("the secret")).Allow(Access.Anyone);
        });

        private static IResult Who(ICurrentActor current) => Results.Json(new
        {
            user = current.Actor.User,
            role = current.Actor.Role.ToString(),
            node = current.Actor.Node.Code,
            onBehalfOf = current.Actor.OnBehalfOf,
            correlation = current.Correlation,
        });
    }
}
