using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Grpc;

/// <summary>
/// Around every gRPC call: what fails before a method is reached — bytes that are no message, a message that is too large — never comes to
/// the methods' own error words, and gets the catalogue's here.
/// </summary>
internal sealed partial class UnwordedCalls(RequestDelegate next, ILogger<UnwordedCalls> log)
{
    private const string Details = "grpc-status-details-bin";

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
        {
            await next(http);
            return;
        }

        try
        {
            await next(http);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = bad.StatusCode;
        }

        if (Unworded(http) is not { } error) return;
        LogUnworded(log, http.Request.Path, error.Code);
        Word(http, error);
    }

    /// <summary>Null when the answer is a message, or an error that has its words.</summary>
    private static Error? Unworded(HttpContext http)
    {
        if (Status(http) is not { } ended) return null;
        if (!ended.TryGetValue("grpc-status", out var status))
        {
            return http.Response.HasStarted ? null : http.Response.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => SystemErrors.RequestTooLarge.With(),
                StatusCodes.Status400BadRequest => SystemErrors.RequestMalformed.With(),
                _ => null,
            };
        }

        if (ended.ContainsKey(Details)) return null;
        return (StatusCode)int.Parse(status.ToString(), CultureInfo.InvariantCulture) switch
        {
            StatusCode.ResourceExhausted => SystemErrors.RequestTooLarge.With(),
            StatusCode.Internal or StatusCode.Unknown or StatusCode.InvalidArgument => SystemErrors.RequestMalformed.With(),
            _ => null,
        };
    }

    private static void Word(HttpContext http, Error error)
    {
        var worded = ErrorStatus.ToRpc(error);
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status200OK;
            http.Response.ContentType = "application/grpc";
            http.Response.ContentLength = null;
        }

        var ended = Status(http)!;
        ended["grpc-status"] = ((int)worded.StatusCode).ToString(CultureInfo.InvariantCulture);
        ended["grpc-message"] = Uri.EscapeDataString(worded.Status.Detail);
        foreach (var entry in worded.Trailers) ended[entry.Key] = entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;
    }

    /// <summary>Where the call's status stands: an answer without a message has it among its headers, any other in its trailers.</summary>
    private static IHeaderDictionary? Status(HttpContext http) => !http.Response.HasStarted
        ? http.Response.Headers
        : http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers ? trailers : null;

    [LoggerMessage(1003, LogLevel.Information, "{Path} was not readable: {Code}")]
    private static partial void LogUnworded(ILogger logger, string path, string code);
}
