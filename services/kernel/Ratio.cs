using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yibao.Kernel;

/// <summary>A share of something (比例): an exact decimal from 0 to 1. Policies speak of percent and of percentage points (百分点); both are written here as points.</summary>
[JsonConverter(typeof(RatioJson))]
public readonly record struct Ratio : IComparable<Ratio>
{
    /// <param name="value">0.8 for 80 %.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 0 or above 1.</exception>
    public Ratio(decimal value) =>
        Value = value is >= 0m and <= 1m ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A ratio lies between 0 and 1.");

    public decimal Value { get; }

    public static Ratio Zero { get; } = new(0m);

    public static Ratio Whole { get; } = new(1m);

    /// <summary>80 gives 80 %.</summary>
    public static Ratio Percent(decimal points) => new(points / 100m);

    /// <summary>80 for 80 %.</summary>
    public decimal Points => Value * 100m;

    /// <summary>What is left of the whole: 20 % for 80 %.</summary>
    public Ratio Rest => new(1m - Value);

    /// <summary>Percentage points less, never below 0 (降低 N 个百分点; AMB-16, BEN-025).</summary>
    public Ratio MinusPoints(decimal points) => new(Math.Clamp(Value - (points / 100m), 0m, 1m));

    /// <summary>Percentage points more, never above 100 %.</summary>
    public Ratio PlusPoints(decimal points) => MinusPoints(-points);

    /// <summary>A share of this share: the multiplier model of out-of-area reductions.</summary>
    public Ratio Times(Ratio other) => new(Value * other.Value);

    /// <summary>The exact number of fen, not rounded: add up all segments of a fund first, then <see cref="Money.Rounded"/> once (AMB-60).</summary>
    public decimal FenOf(Money amount) => Value * amount.Fen;

    public static bool operator <(Ratio a, Ratio b) => a.Value < b.Value;

    public static bool operator >(Ratio a, Ratio b) => a.Value > b.Value;

    public static bool operator <=(Ratio a, Ratio b) => a.Value <= b.Value;

    public static bool operator >=(Ratio a, Ratio b) => a.Value >= b.Value;

    public int CompareTo(Ratio other) => Value.CompareTo(other.Value);

    /// <summary>88.8%, as the forms and explanations print it.</summary>
    public override string ToString() => Points.ToString("0.############", CultureInfo.InvariantCulture) + "%";
}

/// <summary>Stored and sent as the decimal number between 0 and 1.</summary>
public sealed class RatioJson : JsonConverter<Ratio>
{
    public override Ratio Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDecimal() is >= 0m and <= 1m and var value ? new Ratio(value) : throw new JsonException("A ratio lies between 0 and 1.");

    public override void Write(Utf8JsonWriter writer, Ratio value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
