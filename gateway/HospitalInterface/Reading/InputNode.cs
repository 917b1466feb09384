using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Yibao.HospitalInterface.Reading;

/// <summary>The input of a message: nodes by name. A client that leaves out the only node's wrapper is understood all the same.</summary>
public sealed class InputNodes(JsonObject input)
{
    /// <summary>As it was sent.</summary>
    public JsonObject Json => input;

    /// <summary>The first object of a node; null when it was not sent.</summary>
    public InputNode? One(string node) => All(node) is [var first, ..] ? first : null;

    /// <summary>Every object of a node, whether sent as an array or as a single object.</summary>
    public IReadOnlyList<InputNode> All(string node) => input[node] switch
    {
        JsonArray rows => [.. rows.OfType<JsonObject>().Select(row => new InputNode(node, row))],
        JsonObject single => [new InputNode(node, single)],
        // 9001 and others are seen with their fields directly under input.
        null when input.Count > 0 && input.All(entry => entry.Value is not (JsonObject or JsonArray)) => [new InputNode(node, input)],
        _ => [],
    };
}

/// <summary>One object of a message. Empty, null and the literal "null" all mean: not given.</summary>
public sealed class InputNode(string name, JsonObject fields)
{
    public string Name { get; } = name;

    /// <summary>The value as text, trimmed; numbers and booleans as they were written; null when not given.</summary>
    public string? Text(string code) => Raw(code) switch
    {
        JsonValue value => Given(value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()),
        _ => null,
    };

    /// <summary>The value as it stands, for checking its shape.</summary>
    public JsonNode? Raw(string code) => fields[code];

    /// <summary>A decimal number; null when not given or not a number (the validation has said so).</summary>
    public decimal? Number(string code) =>
        decimal.TryParse(Text(code), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>An amount in yuan with at most two decimals.</summary>
    public Kernel.Money? Amount(string code) => Number(code) is { } yuan ? Kernel.Money.Yuan(yuan) : null;

    /// <summary>yyyy-MM-dd, or the date part of a date-time.</summary>
    public DateOnly? Date(string code) =>
        Text(code) is { Length: >= 10 } text && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && IsOfOurTime(date.Year) ? date : null;

    /// <summary>yyyy-MM-dd HH:mm:ss, or yyyy-MM-dd as its first instant; local (Asia/Shanghai) time.</summary>
    public DateTime? DateTime(string code) =>
        System.DateTime.TryParseExact(Text(code), ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && IsOfOurTime(time.Year) ? time : null;

    /// <summary>字段扩展 (exp_content): a JSON object sent as text, or as an object; also spelled expContent. Empty when not given or not an object.</summary>
    public InputNode Extension()
    {
        var content = Raw("exp_content") ?? Raw("expContent");
        if (content is JsonObject given) return new InputNode("exp_content", given);
        if (content is not JsonValue value || !value.TryGetValue<string>(out var json) || Given(json) is null) return new InputNode("exp_content", []);
        try
        {
            return new InputNode("exp_content", JsonNode.Parse(json) as JsonObject ?? []);
        }
        catch (JsonException)
        {
            // Free text is seen in this field; it carries no keys, so none is given.
            return new InputNode("exp_content", []);
        }
    }

    // Nobody alive was born before, and nothing is settled after: a year outside is a slip of the pen, and no clock need reckon with it.
    private static bool IsOfOurTime(int year) => year is >= 1850 and <= 2200;

    private static string? Given(string text) =>
        text.Trim() is { Length: > 0 } trimmed && !trimmed.Equals("null", StringComparison.OrdinalIgnoreCase) ? trimmed : null;
}
