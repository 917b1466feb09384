using System.Globalization;
using System.Text.Json;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.Benefits.Adjudication;

/// <summary>Reads an object field by field; every complaint names the field. What nobody asked for is refused, so that a misspelt field is not ignored.</summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly string _path;

    public JsonFields(JsonElement element, string path, params ReadOnlySpan<string> known)
    {
        _path = path;
        if (element.ValueKind != JsonValueKind.Object) throw Invalid(path.Length == 0 ? "JSON" : path, "应为对象").AsException();
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name)) throw Invalid(Name(property.Name), "不认识的数据项").AsException();
            if (!_fields.TryAdd(property.Name, property.Value)) throw Invalid(Name(property.Name), "重复").AsException();
        }
    }

    public static Error Invalid(string field, string what) => SystemErrors.FieldInvalid.With(field, what);

    public string Name(string field) => _path.Length == 0 ? field : $"{_path}.{field}";

    public JsonElement? Find(string field) => _fields.TryGetValue(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement Need(string field) => Find(field) ?? throw SystemErrors.FieldMissing.With(Name(field)).AsException();

    /// <summary>Text, or a number as it is written: codes come both ways.</summary>
    public string Code(string field) => Text(field) ?? throw SystemErrors.FieldMissing.With(Name(field)).AsException();

    public string? Text(string field) => Find(field) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: > 0 and <= 100 } text ? text : throw Invalid(Name(field), "为空或过长").AsException(),
        JsonValueKind.Number => value.GetRawText(),
        _ => throw Invalid(Name(field), "应为文字").AsException(),
    };

    /// <summary>Yuan with at most two decimals, not negative.</summary>
    public Money? Amount(string field) => Find(field) is { } value ? AmountOf(value, Name(field)) : null;

    public Money NeedAmount(string field) => AmountOf(Need(field), Name(field));

    public static Money AmountOf(JsonElement value, string name)
    {
        decimal yuan;
        var read = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDecimal(out yuan),
            JsonValueKind.String => decimal.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out yuan),
            _ => (yuan = 0) != 0,
        };
        if (!read) throw Invalid(name, "应为金额（元，两位小数）").AsException();
        if (yuan < 0) throw Invalid(name, "不得为负").AsException();
        if (yuan > 1_000_000_000m) throw Invalid(name, "金额过大").AsException();
        return decimal.Round(yuan, 2) == yuan ? Money.Yuan(yuan) : throw Invalid(name, "最多两位小数").AsException();
    }

    public DateOnly? Day(string field) => Text(field) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw Invalid(Name(field), "应为日期 yyyy-MM-dd").AsException();

    public DateOnly NeedDay(string field) => Day(field) ?? throw SystemErrors.FieldMissing.With(Name(field)).AsException();

    /// <summary>true/false, or the interface's 1/0.</summary>
    public bool Flag(string field, bool otherwise = false) => Find(field) is not { } value ? otherwise : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => Text(field) switch
        {
            "1" => true,
            "0" => false,
            _ => throw Invalid(Name(field), "应为 true/false 或 1/0").AsException(),
        },
    };

    public int Count(string field) => Text(field) is not { } text ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 1000 ? count
        : throw Invalid(Name(field), "应为 0 至 1000 的整数").AsException();

    public T OneOf<T>(string field, T otherwise, params ReadOnlySpan<(string Text, T Value)> values)
    {
        if (Text(field) is not { } text) return otherwise;
        foreach (var (candidate, value) in values)
        {
            if (candidate == text) return value;
        }

        throw Invalid(Name(field), $"不认识 {text}，可用：{string.Join("、", values.ToArray().Select(pair => pair.Text))}").AsException();
    }

    public IReadOnlyList<string> Texts(string field)
    {
        if (Find(field) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 50) throw Invalid(Name(field), "应为不超过 50 项的列表").AsException();
        return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Invalid(Name(field), "应为文字的列表").AsException())];
    }

    public IEnumerable<KeyValuePair<string, JsonElement>> All => _fields;
}
