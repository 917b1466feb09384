using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Identity;

/// <summary>The error catalogue over HTTP: problem details (RFC 9457).</summary>
public sealed partial class Problems(ILogger<Problems> log)
{
    // Chinese stays readable in the bytes, too.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Answers the request with the failure; what is not of the catalogue becomes INTERNAL with a trace id and is logged, once.</summary>
    /// <param name="status">Where HTTP has a status of its own for it; null: the catalogue's.</param>
    public async Task Write(HttpContext http, Exception failure, int? status = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.CreateVersion7().ToString("n");
        Error error;
        switch (failure)
        {
            case RefusedException refused:
                error = refused.Error;
                LogRefused(log, http.Request.Path, error.Code, trace);
                break;
            case BadHttpRequestException bad:
                error = SystemErrors.FieldInvalid.With("请求", "无法解析");
                LogUnreadable(log, bad, http.Request.Path, trace);
                break;
            default:
                error = SystemErrors.Internal.With(trace);
                LogFailed(log, failure, http.Request.Path, trace);
                break;
        }

        http.RequestServices.GetRequiredService<RefusalMeter>().Refused(error, "json");
        var problem = Of(error, trace);
        problem.Status = status ?? problem.Status;
        http.Response.Clear();
        http.Response.StatusCode = problem.Status!.Value;
        await http.Response.WriteAsJsonAsync(problem, Json, "application/problem+json", CancellationToken.None);
    }

    /// <summary>type, title (what is wrong), detail (what to do), and as members code, category, acts, trace.</summary>
    public static ProblemDetails Of(Error error, string trace)
    {
        ArgumentNullException.ThrowIfNull(error);
        var definition = error.Definition;
        return new ProblemDetails
        {
            Type = $"urn:yibao:error:{definition.Code}",
            Status = StatusOf(definition),
            Title = error.Message,
            Detail = error.NextStep,
            Extensions =
            {
                ["code"] = definition.Code,
                ["category"] = definition.Category.ToString(),
                ["acts"] = definition.Acts.ToString(),
                ["trace"] = trace,
            },
        };
    }

    public static int StatusOf(ErrorDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition switch
        {
            { Code: "INTERNAL" } => StatusCodes.Status500InternalServerError,
            { Code: "UNAUTHENTICATED" } => StatusCodes.Status401Unauthorized,
            // Not an error of ours and not one of the caller's: the answer is still to come.
            { Code: "OUTCOME_UNKNOWN" } => StatusCodes.Status504GatewayTimeout,
            { Transient: true } => StatusCodes.Status503ServiceUnavailable,
            { Category: ErrorCategory.Security } => StatusCodes.Status403Forbidden,
            { Category: ErrorCategory.Request } => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
    }

    [LoggerMessage(1003, LogLevel.Information, "{Path} refused: {Code}, trace {Trace}")]
    private static partial void LogRefused(ILogger logger, string path, string code, string trace);

    [LoggerMessage(1004, LogLevel.Error, "{Path} failed, trace {Trace}")]
    private static partial void LogFailed(ILogger logger, Exception failure, string path, string trace);

    [LoggerMessage(1005, LogLevel.Information, "{Path} was sent something unreadable, trace {Trace}")]
    private static partial void LogUnreadable(ILogger logger, Exception bad, string path, string trace);
}
