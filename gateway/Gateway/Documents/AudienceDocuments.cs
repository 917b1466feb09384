using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Scalar.AspNetCore;
using Yibao.Gateway.Proxy;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Documents;

/// <summary>One description of the JSON doors per audience, put together from what the services say of themselves, and a page to read it.</summary>
internal sealed class AudienceDocuments(ServiceSettings settings, IHttpClientFactory clients)
{
    /// <summary>Name in the address, title, and whose operations it shows.</summary>
    public static readonly IReadOnlyList<(string Name, string Title, IReadOnlySet<Role> Roles)> Audiences =
    [
        ("agencies", "经办机构", new HashSet<Role> { Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Reviewer, Role.Supervisor, Role.FinanceMaker, Role.FinanceChecker, Role.DelegatedInsurer }),
        ("institutions", "定点医药机构", new HashSet<Role> { Role.Institution }),
        ("auditors", "审计", new HashSet<Role> { Role.Auditor }),
    ];

    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal) { ["filing"] = "备案 filing", ["settlement"] = "结算 settlement", ["clearing"] = "对账 clearing" };

    private const string About = """
        金额为整数分，字段名以 `_fen` 结尾；日期为 `yyyy-MM-dd`（北京时间）。请求头 `authorization: Bearer …` 携带身份令牌，岗位与辖区由各服务自行核对。

        差错为 `application/problem+json`：`code` 差错码、`category` 分类、`title` 原因、`detail` 下一步、`trace` 跟踪号。报障时请提供跟踪号。
        """;

    private const string Schemas = "#/components/schemas/";

    /// <exception cref="RefusedException"><c>SERVICE_UNAVAILABLE</c>: a description with a hole would lie.</exception>
    public async Task<JsonObject> Of(string title, IReadOnlySet<Role> roles, CancellationToken cancellation)
    {
        var (paths, schemas) = (new JsonObject(), new JsonObject());
        JsonNode? security = null;
        foreach (var service in PassThrough.Services.Where(service => settings.Peers.ContainsKey(PassThrough.JsonDoor(service))))
        {
            var document = await Described(service, cancellation);
            security ??= document["components"]?["securitySchemes"]?.DeepClone();
            foreach (var (path, item) in document["paths"]!.AsObject())
            {
                var shown = new JsonObject();
                foreach (var (verb, operation) in item!.AsObject().Where(entry => entry.Value?[OpenApiWords.Roles] is JsonArray names && names.Any(name => Enum.TryParse<Role>(name!.GetValue<string>(), out var role) && roles.Contains(role))))
                {
                    var copy = operation!.DeepClone().AsObject();
                    copy.Remove(OpenApiWords.Roles);
                    copy["tags"] = new JsonArray(Tags[service]);
                    if (OperationTitles.Of(service, verb, path) is { } name) copy["summary"] = name;
                    shown[verb] = copy;
                }

                if (shown.Count > 0) paths[$"/api/{service}{path}"] = shown;
            }

            foreach (var (name, schema) in document["components"]?["schemas"]?.AsObject() ?? []) schemas[$"{service}.{name}"] = schema!.DeepClone();
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = $"医保异地就医平台 · {title} · {settings.Node.Code}", ["version"] = "v1", ["description"] = About },
            ["tags"] = new JsonArray([.. PassThrough.Services.Where(service => settings.Peers.ContainsKey(PassThrough.JsonDoor(service))).Select(service => (JsonNode)new JsonObject { ["name"] = Tags[service] })]),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas, ["securitySchemes"] = security ?? new JsonObject() },
        };
    }

    private async Task<JsonObject> Described(string service, CancellationToken cancellation)
    {
        try
        {
            using var client = clients.CreateClient(nameof(AudienceDocuments));
            var text = await client.GetStringAsync(new Uri(settings.Peers[PassThrough.JsonDoor(service)], "/openapi/v1.json"), cancellation);
            // Two services may call different things by one name.
            return JsonNode.Parse(text.Replace(Schemas, $"{Schemas}{service}.", StringComparison.Ordinal))!.AsObject();
        }
        catch (HttpRequestException)
        {
            throw SystemErrors.Unavailable.With(service).AsException();
        }
    }

    public static void AddTo(ServiceBuilder service)
    {
        service.Services.AddHttpClient(nameof(AudienceDocuments));
        service.Services.AddSingleton<AudienceDocuments>();
        service.Endpoints(routes =>
        {
            foreach (var (name, title, roles) in Audiences)
                routes.MapGet($"/openapi/{name}.json", async (AudienceDocuments documents, HttpContext http) => Results.Json(await documents.Of(title, roles, http.RequestAborted))).Allow(Access.Anyone);
            routes.MapScalarApiReference("/docs", options =>
            {
                options.Title = "医保异地就医平台";
                options.OpenApiRoutePattern = "/openapi/{documentName}.json";
                // The page stands in a closed network: nothing on it calls, loads from or offers a service outside.
                options.DisableAgent().DisableMcp().DisableTelemetry().DisableDefaultFonts().HideDeveloperTools().HideClientButton().AddPreferredSecuritySchemes("bearer")
                    .WithLocalization(new ScalarLocalizationOptions { Locale = "zh-CN" });
                foreach (var (name, title, _) in Audiences) options.AddDocument(name, title);
            }).Allow(Access.Anyone);
        });
    }
}
