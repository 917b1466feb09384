using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yibao.Gateway.Limits;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.HospitalInterface.Reading;
using Yibao.HospitalInterface.Signing;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital;

/// <summary>The national hospital interface over HTTP: one entry for all transactions, and a path for each.</summary>
public sealed partial class HospitalDoor(
    HospitalDesk desk, IHospitalAccounts accounts, IGatewaySignature signature, ServiceSettings settings, TimeProvider time, ILogger<HospitalDoor> log)
{
    /// <summary>The interface allows 40,000 characters of input; a long stay's fee lines come in batches below it.</summary>
    public const int MaxBytes = 1024 * 1024;

    private long _serial;

    public async Task Answer(HttpContext http)
    {
        var received = time.GetUtcNow();
        byte[] reply;
        try
        {
            var account = Admit(http, received);
            var output = await desk.Handle(InterfaceRequest.Read(await Body(http)), account, http.RequestAborted);
            reply = InterfaceReply.Success(Stamp(received), output);
        }
        catch (RefusedException refused) when (refused.Error.Definition.Category == ErrorCategory.Security)
        {
            Refused(http.Connection.RemoteIpAddress?.ToString() ?? "", refused.Error.Code);
            http.Response.StatusCode = refused.Error.Code == GatewayErrors.NetworkRefused.Code ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            await http.Response.WriteAsJsonAsync(new { code = http.Response.StatusCode, message = refused.Error.Message }, CancellationToken.None);
            return;
        }
        catch (RefusedException refused)
        {
            reply = InterfaceReply.Failure(Stamp(received), refused.Error);
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested)
        {
            var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.CreateVersion7().ToString("n");
            Failed(failure, trace);
            reply = InterfaceReply.Failure(Stamp(received), SystemErrors.Internal.With(trace));
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(reply, CancellationToken.None);
    }

    private HospitalAccount Admit(HttpContext http, DateTimeOffset now)
    {
        var headers = new SignedHeaders(Header("_api_name"), Header("_api_version"), Header("_api_timestamp"), Header("_api_access_key"), Header("_api_signature"));
        var account = accounts.Find(headers.AccessKey);
        if (signature.Fault(headers, account?.SecretKey, now) is { } fault) throw GatewayErrors.SignatureRefused.With(fault).AsException();
        return account!.Allows(http.Connection.RemoteIpAddress) ? account : throw GatewayErrors.NetworkRefused.With().AsException();

        string Header(string name) => http.Request.Headers[name].ToString();
    }

    private static async Task<ReadOnlyMemory<byte>> Body(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (body.Length + read > MaxBytes) throw GatewayErrors.TooLarge.With(MaxBytes).AsException();
            await body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
        }

        return body.ToArray();
    }

    private ReplyStamp Stamp(DateTimeOffset received) => new(settings.Node, received, time.GetUtcNow(), Interlocked.Increment(ref _serial));

    [LoggerMessage(4001, LogLevel.Warning, "A call of the hospital interface from {Address} was refused: {Code}")]
    private partial void Refused(string address, string code);

    [LoggerMessage(4002, LogLevel.Error, "A call of the hospital interface failed, trace {Trace}")]
    private partial void Failed(Exception failure, string trace);
}

internal static class HospitalRoutes
{
    private const string Base = "/fsi/api";

    public static void MapHospitalInterface(this IEndpointRouteBuilder routes)
    {
        // The signature of the call is the credential here; tokens are for the other doors.
        foreach (var path in new[] { $"{Base}/rsfComIfsService/callService" }.Concat(TransactionPaths.All.Values.Select(path => $"{Base}/{path}")))
        {
            routes.MapPost(path, static http => http.RequestServices.GetRequiredService<HospitalDoor>().Answer(http))
                .RequireRateLimiting(InstitutionLimits.Policy).Allow(Access.Guarded("接口账号签名、专网地址"));
        }
    }
}
