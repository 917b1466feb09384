using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Yibao.Hosting.Grpc;

internal static class Correlations
{
    /// <summary>The caller's, if it is one; else the trace's id; else a new one.</summary>
    public static string Of(HttpContext http) =>
        http.Request.Headers.TryGetValue(CallHeaders.Correlation, out var given) && CallHeaders.IsCorrelation(given.ToString())
            ? given.ToString()
            : Activity.Current?.TraceId.ToHexString() ?? Guid.CreateVersion7().ToString("n");
}
