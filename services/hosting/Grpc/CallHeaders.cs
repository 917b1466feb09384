using System.Buffers;
using System.Collections.Concurrent;
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

    private static readonly SearchValues<char> InCorrelations = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/");

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>More actors than this within a while: a node's services act for themselves, for its institutions and for its operators.</summary>
    private const int Most = 1_000;

    /// <summary>Longer ones are read each time.</summary>
    private const int LongestKept = 512;

    // The same few actors stand beside every call. The text alone decides what is read from it, so reading it once is enough;
    // whether it is believed is asked at every call.
    private static readonly ConcurrentDictionary<Actor, string> Written = [];
    private static readonly ConcurrentDictionary<string, Actor> ReadBefore = new(StringComparer.Ordinal);

    public static string Write(Actor actor)
    {
        if (Written.TryGetValue(actor, out var known)) return known;
        var text = JsonSerializer.Serialize(actor, Json);
        return text.Length > LongestKept ? text : Keep(Written, actor, text);
    }

    public static Actor? ReadActor(string text)
    {
        if (ReadBefore.TryGetValue(text, out var known)) return known;
        try
        {
            var actor = JsonSerializer.Deserialize<Actor>(text, Json);
            return actor is null || text.Length > LongestKept ? actor : Keep(ReadBefore, text, actor);
        }
        catch (JsonException)
        {
            // Unreadable is the same as not given: the caller then acts as the service that it is.
            return null;
        }
    }

    private static TValue Keep<TKey, TValue>(ConcurrentDictionary<TKey, TValue> kept, TKey key, TValue value) where TKey : notnull
    {
        if (kept.Count >= Most) kept.Clear();
        kept[key] = value;
        return value;
    }

    public static bool IsCorrelation(string? text) => text is { Length: > 0 and <= 64 } && !text.AsSpan().ContainsAnyExcept(InCorrelations);
}
