using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yibao.Kernel;

/// <summary>The opaque key of an insured person: 128 random bits, stable when numbers, names and phones change. It says nothing about the person.</summary>
[JsonConverter(typeof(PersonKeyJson))]
public readonly record struct PersonKey : IComparable<PersonKey>
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly UInt128 _bits;

    private PersonKey(UInt128 bits) => _bits = bits;

    public static PersonKey Create()
    {
        Span<byte> bits = stackalloc byte[16];
        RandomNumberGenerator.Fill(bits);
        return From(bits);
    }

    /// <summary>For a seeded simulation, which brings its own randomness.</summary>
    public static PersonKey From(ReadOnlySpan<byte> sixteenBytes)
    {
        if (sixteenBytes.Length != 16) throw new ArgumentException("A person key is 16 bytes.", nameof(sixteenBytes));
        var bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sixteenBytes);
        return bits == 0 ? throw new ArgumentException("A person key is not zero.", nameof(sixteenBytes)) : new PersonKey(bits);
    }

    /// <summary>The 32 lower-case hexadecimal digits that <see cref="ToString"/> writes, and nothing else.</summary>
    public static bool TryParse(string? text, out PersonKey key)
    {
        key = default;
        if (text is not { Length: 32 } || text.AsSpan().ContainsAnyExcept(Digits)) return false;
        var bits = UInt128.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        key = new PersonKey(bits);
        return bits != 0;
    }

    /// <exception cref="FormatException">Not a person key.</exception>
    public static PersonKey Parse(string text) => TryParse(text, out var key) ? key : throw new FormatException("Not a person key.");

    public int CompareTo(PersonKey other) => _bits.CompareTo(other._bits);

    public override string ToString() => _bits.ToString("x32", CultureInfo.InvariantCulture);
}

/// <summary>Stored and sent as 32 hexadecimal digits.</summary>
public sealed class PersonKeyJson : JsonConverter<PersonKey>
{
    public override PersonKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PersonKey.TryParse(reader.GetString(), out var key) ? key : throw new JsonException("Not a person key.");

    public override void Write(Utf8JsonWriter writer, PersonKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    public override PersonKey ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, PersonKey value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());
}
