using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Yibao.Kernel.Errors;
using RichStatus = Google.Rpc.Status;

namespace Yibao.Hosting.Grpc;

/// <summary>The error catalogue over gRPC: google.rpc.Status with one ErrorInfo (reason = code, domain = yibao).</summary>
public static class ErrorStatus
{
    public const string Domain = "yibao";

    /// <summary>An error as gRPC carries it: code, category, text, next step, who acts, details, trace id.</summary>
    public static RpcException ToRpc(Error error, string? traceId = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        var definition = error.Definition;
        var info = new ErrorInfo { Reason = definition.Code, Domain = Domain };
        info.Metadata["category"] = definition.Category.ToString();
        info.Metadata["text"] = error.Message;
        info.Metadata["next_step"] = error.NextStep;
        info.Metadata["acts"] = definition.Acts.ToString();
        if (definition.Transient) info.Metadata["transient"] = "true";
        if (traceId is not null) info.Metadata["trace"] = traceId;
        for (var i = 0; i < error.Details.Count; i++) info.Metadata[$"detail{i}"] = error.Details[i];
        var status = new RichStatus { Code = (int)CodeOf(definition), Message = error.Message };
        status.Details.Add(Any.Pack(info));
        return status.ToRpcException();
    }

    /// <summary>The error that another host answered with; null when the failure is not of our catalogue (the connection, a proxy).</summary>
    public static Error? FromRpc(RpcException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.GetRpcStatus()?.GetDetail<ErrorInfo>() is not { Domain: Domain } info) return null;
        if (Catalogue.Find(info.Reason) is { } known) return known.With([.. Details(info)]);
        // A newer host's error: told on as it came.
        return new ErrorDefinition(
            info.Reason,
            Parsed(info, "category", ErrorCategory.System),
            Escaped(info.Metadata.GetValueOrDefault("text", info.Reason)),
            Escaped(info.Metadata.GetValueOrDefault("next_step", "")),
            Parsed(info, "acts", Party.Platform))
        { Transient = info.Metadata.ContainsKey("transient") };
    }

    public static StatusCode CodeOf(ErrorDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition switch
        {
            { Code: "INTERNAL" } => StatusCode.Internal,
            { Code: "UNAUTHENTICATED" } => StatusCode.Unauthenticated,
            // The effect is open: to be repeated by whoever knows the id, not by a library.
            { Code: "OUTCOME_UNKNOWN" } => StatusCode.Aborted,
            { Transient: true } => StatusCode.Unavailable,
            { Category: ErrorCategory.Security } => StatusCode.PermissionDenied,
            { Category: ErrorCategory.Request } => StatusCode.InvalidArgument,
            _ => StatusCode.FailedPrecondition,
        };
    }

    private static IEnumerable<string> Details(ErrorInfo info)
    {
        for (var i = 0; info.Metadata.TryGetValue($"detail{i}", out var detail); i++) yield return detail;
    }

    private static T Parsed<T>(ErrorInfo info, string key, T otherwise) where T : struct, System.Enum =>
        info.Metadata.TryGetValue(key, out var text) && System.Enum.TryParse<T>(text, out var value) ? value : otherwise;

    private static string Escaped(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
