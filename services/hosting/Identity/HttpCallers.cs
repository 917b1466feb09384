using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Yibao.Hosting.Grpc;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Identity;

/// <summary>The JSON door's counterpart of <see cref="ServerCallers"/>: an endpoint without a rule is refused, errors become problem details.</summary>
internal sealed class HttpCallers(RequestDelegate next, CallerReader callers, CurrentActor current, IRegions regions, Problems problems)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null)
        {
            await next(http);
            return;
        }

        try
        {
            var access = endpoint.Metadata.GetMetadata<Access>() ?? throw SecurityErrors.AccessUndeclared.With().AsException();
            // What is passed on is judged where it arrives, in the words of that door.
            using (access.Open ? current.ActOpen(Correlations.Of(http)) : Entry(access, http, await callers.Read(http))) await next(http);
        }
        catch (Exception failure) when (!http.Response.HasStarted && !(failure is OperationCanceledException && http.RequestAborted.IsCancellationRequested))
        {
            await problems.Write(http, failure);
        }
    }

    private IDisposable Entry(Access access, HttpContext http, Caller? caller)
    {
        var role = access.Admit(caller);
        access.CheckRegion(http, caller!, role, regions);
        return current.Act(caller!, role, Correlations.Of(http));
    }
}
