using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Yibao.Gateway.Hospital.Messages;
using Yibao.Gateway.Limits;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Telemetry;
using Yibao.HospitalInterface.Mapping;
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

    /// <summary>跟踪号 of the call, on every answer.</summary>
    public const string TraceHeader = "yibao-trace";

    // Begins anywhere, so that two gateways of a node, or one before and after a restart, give no number twice.
    private long _serial = RandomNumberGenerator.GetInt32(int.MaxValue);

    public async Task Answer(HttpContext http)
    {
        var received = time.GetUtcNow();
        var stamp = Stamp(received);
        byte[] reply;
        InterfaceRequest? request = null;
        // Whoever reports an error names this or the answer's inf_refmsgid; the log has both beside each other (OPS-001).
        var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.CreateVersion7().ToString("n");
        http.Response.Headers[TraceHeader] = trace;
        string Clean(string sentence) => Scrubber.Clean(request is null ? sentence : PersonEcho.Hide(sentence, request.Input));
        try
        {
            var account = Admit(http, received, out var signed);
            request = await Message(http);
            // The body is not signed; the transaction it asks for must at least be the one that was.
            if (request.Infno != signed) throw GatewayErrors.SignatureRefused.With("签名的交易编号与报文不一致").AsException();
            var answer = await desk.Handle(request, account, stamp.MessageId, received, http.RequestAborted);
            if (answer.File is { } file)
            {
                await Download(http, file);
                return;
            }

            reply = InterfaceReply.Success(stamp with { Answered = answer.Reference, AnsweredAt = time.GetUtcNow() }, answer.Output);
        }
        catch (RefusedException refused) when (refused.Error.Code == GatewayErrors.SignatureRefused.Code || refused.Error.Code == GatewayErrors.NetworkRefused.Code)
        {
            Refused(http.Connection.RemoteIpAddress?.ToString() ?? "", refused.Error.Code);
            http.Response.StatusCode = refused.Error.Code == GatewayErrors.NetworkRefused.Code ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            await http.Response.WriteAsJsonAsync(new
            {
                code = http.Response.StatusCode,
                message = refused.Error.Message,
                error = refused.Error.Code,
                category = refused.Error.Definition.Category.ToString(),
                next_step = refused.Error.NextStep,
                trace,
            }, CancellationToken.None);
            return;
        }
        catch (RefusedException refused)
        {
            Answered(request?.Infno ?? "", refused.Error.Code, stamp.MessageId, trace);
            reply = InterfaceReply.Failure(stamp with { AnsweredAt = time.GetUtcNow() }, refused.Error, Clean);
        }
        catch (BadHttpRequestException broken)
        {
            reply = InterfaceReply.Failure(stamp with { AnsweredAt = time.GetUtcNow() }, broken.StatusCode == StatusCodes.Status413PayloadTooLarge ? GatewayErrors.TooLarge.With(MaxBytes) : GatewayErrors.BodyBroken.With());
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested)
        {
            Failed(failure, trace);
            reply = InterfaceReply.Failure(stamp with { AnsweredAt = time.GetUtcNow() }, SystemErrors.Internal.With(trace));
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(reply, CancellationToken.None);
    }

    private static async Task Download(HttpContext http, KeptFile file)
    {
        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = new Microsoft.Net.Http.Headers.ContentDispositionHeaderValue("attachment") { FileNameStar = file.Name }.ToString();
        await http.Response.Body.WriteAsync(file.Content, CancellationToken.None);
    }

    /// <summary>The message, whatever its content type; of a multipart upload (9101) its part jsonStr, with the file in it.</summary>
    private static async Task<InterfaceRequest> Message(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)) return InterfaceRequest.Read(await Body(http));
        var whole = await Body(http);
        return await MultipartMessage.Read(whole, HeaderUtilities.RemoveQuotes(type.Boundary).Value ?? "");
    }

    private HospitalAccount Admit(HttpContext http, DateTimeOffset now, out string transaction)
    {
        var headers = new SignedHeaders(Header("_api_name"), Header("_api_version"), Header("_api_timestamp"), Header("_api_access_key"), Header("_api_signature"));
        var account = accounts.Find(headers.AccessKey);
        if (signature.Fault(headers, account?.SecretKey, now) is { } fault) throw GatewayErrors.SignatureRefused.With(fault).AsException();
        transaction = headers.Name;
        return account!.Allows(http.Connection.RemoteIpAddress) ? account : throw GatewayErrors.NetworkRefused.With().AsException();

        string Header(string name) => http.Request.Headers[name].ToString();
    }

    private static async Task<ReadOnlyMemory<byte>> Body(HttpContext http)
    {
        // Said to be larger than any message: not a byte of it is read.
        if (http.Request.ContentLength > MaxBytes) throw GatewayErrors.TooLarge.With(MaxBytes).AsException();
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

    private ReplyStamp Stamp(DateTimeOffset received) => new(settings.Node, received, received, Interlocked.Increment(ref _serial));

    [LoggerMessage(4001, LogLevel.Warning, "A call of the hospital interface from {Address} was refused: {Code}")]
    private partial void Refused(string address, string code);

    [LoggerMessage(4003, LogLevel.Information, "Transaction {Infno} refused: {Code}, answer {Reference}, trace {Trace}")]
    private partial void Answered(string infno, string code, string reference, string trace);

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
