using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Grpc;

/// <summary>What travels beside a call. Names are lower case as HTTP/2 wants them; JSON escapes everything beyond ASCII.</summary>
internal static class CallHeaders
{
    /// <summary>The business transaction; taken from anyone, as it decides nothing.</summary>
    public const string Correlation = "yibao-correlation";

    /// <summary>Who acts; believed only from a service of the same node.</summary>
    public const string Actor = "yibao-actor";

    /// <summary>Who calls, where there is no certificate: loopback in development only.</summary>
    public const string PlainPeer = "yibao-peer";

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    public static string Write(Actor actor) => JsonSerializer.Serialize(actor, Json);

    public static Actor? ReadActor(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Actor>(text, Json);
        }
        catch (JsonException)
        {
            // Unreadable is the same as not given: the caller then acts as the service that it is.
            return null;
        }
    }

    public static bool IsCorrelation(string? text) => text is { Length: > 0 and <= 64 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/');
}
