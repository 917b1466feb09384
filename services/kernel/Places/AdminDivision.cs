using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yibao.Kernel.Places;

/// <summary>医保区划 (admdvs): the six digits that address an agency or a pooling area. Never taken apart: parents come from the registry.</summary>
[JsonConverter(typeof(AdminDivisionJson))]
public readonly record struct AdminDivision
{
    private readonly string? _code;

    /// <exception cref="ArgumentException">Not six digits.</exception>
    public AdminDivision(string code) =>
        _code = IsWellFormed(code) ? code : throw new ArgumentException("An administrative division code is six digits.", nameof(code));

    /// <summary>国家级, 100000.</summary>
    public static AdminDivision National { get; } = new("100000");

    public string Code => _code ?? throw new InvalidOperationException("An administrative division was never given.");

    public static bool IsWellFormed(string? code) => code is { Length: 6 } && !code.AsSpan().ContainsAnyExceptInRange('0', '9');

    public static bool TryParse(string? code, out AdminDivision division)
    {
        division = IsWellFormed(code) ? new AdminDivision(code!) : default;
        return division._code is not null;
    }

    public override string ToString() => _code ?? "";
}

/// <summary>Stored and sent as the six digits.</summary>
public sealed class AdminDivisionJson : JsonConverter<AdminDivision>
{
    public override AdminDivision Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AdminDivision.TryParse(reader.GetString(), out var division) ? division : throw new JsonException("An administrative division code is six digits.");

    public override void Write(Utf8JsonWriter writer, AdminDivision value, JsonSerializerOptions options) => writer.WriteStringValue(value.Code);

    public override AdminDivision ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, AdminDivision value, JsonSerializerOptions options) => writer.WritePropertyName(value.Code);
}
