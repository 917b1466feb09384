using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yibao.Kernel.People;

/// <summary>
/// An insured person, opaque: 32 lower-case hexadecimal digits drawn at random when the person is first registered, never derived
/// from an identity, stable when names and numbers change. All that facts, stream names, messages and logs may say of a person.
/// </summary>
[JsonConverter(typeof(PersonKeyJson))]
public readonly record struct PersonKey
{
    private readonly string? _value;

    /// <exception cref="ArgumentException">Not 32 lower-case hexadecimal digits.</exception>
    public PersonKey(string value) =>
        _value = IsWellFormed(value) ? value : throw new ArgumentException("A person key is 32 lower-case hexadecimal digits.", nameof(value));

    public string Value => _value ?? throw new InvalidOperationException("A person key was never given.");

    /// <summary>A key for a person who has none yet. Not for deciders: keys are fields of commands.</summary>
    public static PersonKey New() => new(Guid.NewGuid().ToString("N"));

    public static bool IsWellFormed(string? value) => value is { Length: 32 } && value.All(char.IsAsciiHexDigitLower);

    public static bool TryParse(string? value, out PersonKey key)
    {
        key = IsWellFormed(value) ? new PersonKey(value!) : default;
        return key._value is not null;
    }

    public override string ToString() => _value ?? "";
}

/// <summary>Stored and sent as its digits.</summary>
public sealed class PersonKeyJson : JsonConverter<PersonKey>
{
    public override PersonKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PersonKey.TryParse(reader.GetString(), out var key) ? key : throw new JsonException("A person key is 32 lower-case hexadecimal digits.");

    public override void Write(Utf8JsonWriter writer, PersonKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override PersonKey ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, PersonKey value, JsonSerializerOptions options) => writer.WritePropertyName(value.Value);
}
