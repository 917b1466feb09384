using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting;

/// <summary>The description of a service's JSON door, for people who write its clients.</summary>
public static class OpenApiWords
{
    /// <summary>Extension of an operation: names of the roles that may call it.</summary>
    public const string Roles = "x-yibao-roles";

    private const string Bearer = "bearer";

    /// <summary>Serves <c>/openapi/v1.json</c>: every endpoint with who may call it and over which region, and how errors look.</summary>
    public static ServiceBuilder OpenApi(this ServiceBuilder service, string title)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = title, Version = "v1" };
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
                document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, BearerFormat = "JWT" };
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestExample>().LastOrDefault() is { } example) Show(operation, example);
                operation.Responses ??= [];
                operation.Responses["default"] = new OpenApiResponse { Description = "application/problem+json (RFC 9457)：code, title, detail, category, acts, trace" };
                if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Access>().LastOrDefault() is not { Open: false } access) return Task.CompletedTask;
                // So that a description per audience can be cut from this one.
                (operation.Extensions ??= new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal))[Roles] = new JsonNodeExtension(new JsonArray([.. access.Roles.Order().Select(role => (JsonNode)role.ToString())]));
                List<string> people = [.. access.Roles.Order().Where(role => role is not (Role.System or Role.Node)).Select(Name)];
                var who = $"{(people.Count == 0 ? "只供平台各服务之间使用" : $"可由{string.Join("、", people)}办理")}；{access.Region}。";
                operation.Description = operation.Description is { Length: > 0 } told ? $"{told}\n\n{who}" : who;
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
                return Task.CompletedTask;
            });
        });
        service.Endpoints(routes => routes.MapOpenApi().Allow(Access.Anyone));
        return service;
    }

    private static string Name(Role role) => role switch
    {
        Role.System => "本节点服务",
        Role.Node => "其他节点",
        Role.Institution => "定点医药机构",
        Role.CityOperator => "市级经办",
        Role.ProvinceOperator => "省级经办",
        Role.NationalOperator => "国家级经办",
        Role.Reviewer => "审核",
        Role.FinanceMaker => "财务经办",
        Role.FinanceChecker => "财务复核",
        Role.Supervisor => "主管",
        Role.Auditor => "审计",
        Role.DelegatedInsurer => "委托经办机构",
    };

    private static void Show(OpenApiOperation operation, RequestExample example)
    {
        var content = operation.RequestBody is OpenApiRequestBody { Content: { } described } ? described : new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        if (!content.TryGetValue("application/json", out var json)) content["application/json"] = json = new OpenApiMediaType();
        if (example.Message is { } message) json.Schema = RequestExamples.SchemaOf(message);
        json.Example = example.Body.DeepClone();
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = content };
    }
}
