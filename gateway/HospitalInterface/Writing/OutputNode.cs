using System.Globalization;
using System.Text.Json.Nodes;
using Yibao.HospitalInterface.Fields;
using Yibao.Kernel;

namespace Yibao.HospitalInterface.Writing;

/// <summary>Writes one output node: the fields of its table in the table's order, numbers as numbers, what is not known as "" or 0.</summary>
public sealed class OutputNode(string infno, string node)
{
    private readonly Dictionary<string, JsonNode?> _values = new(StringComparer.Ordinal);

    public OutputNode Set(string code, string? text) => Put(code, text is null ? null : JsonValue.Create(text));

    /// <summary>An amount in yuan with two decimals, e.g. 12080.00.</summary>
    public OutputNode Set(string code, Money amount) => Put(code, JsonNode.Parse(amount.InYuan.ToString("0.00", CultureInfo.InvariantCulture)));

    public OutputNode Set(string code, decimal number) => Put(code, JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture)));

    public OutputNode Set(string code, DateOnly? date) => Set(code, date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>Local (Asia/Shanghai) time.</summary>
    public OutputNode Set(string code, DateTimeOffset instant) =>
        Set(code, instant.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));

    /// <exception cref="InvalidOperationException">A value was set for a field that the table does not have.</exception>
    public JsonObject Build()
    {
        var fields = FieldTable.Output(infno).Where(field => field.Node == node).ToList();
        if (_values.Keys.FirstOrDefault(code => fields.All(field => field.Code != code)) is { } unknown)
            throw new InvalidOperationException($"{infno} has no output field {node}.{unknown}.");
        return new JsonObject(fields.Select(field => KeyValuePair.Create<string, JsonNode?>(field.Code, _values.GetValueOrDefault(field.Code) ?? Empty(field))));
    }

    private static JsonNode Empty(Field field) => field.Type == FieldType.Number ? JsonValue.Create(0) : JsonValue.Create("");

    private OutputNode Put(string code, JsonNode? value)
    {
        _values[code] = value;
        return this;
    }
}
