using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Yibao.Hosting.Identity;

namespace Yibao.Hosting;

/// <summary>The description of a service's JSON door, for people who write its clients.</summary>
public static class OpenApiWords
{
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
                operation.Responses ??= [];
                operation.Responses["default"] = new OpenApiResponse { Description = "application/problem+json (RFC 9457)：code, title, detail, category, acts, trace" };
                if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Access>().LastOrDefault() is not { Open: false } access) return Task.CompletedTask;
                var who = $"{string.Join(", ", access.Roles.Order())}；{access.Region}";
                operation.Description = operation.Description is { Length: > 0 } told ? $"{told}\n\n{who}" : who;
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
                return Task.CompletedTask;
            });
        });
        service.Endpoints(routes => routes.MapOpenApi().Allow(Access.Anyone));
        return service;
    }
}
