using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yibao.Kernel;

/// <summary>An amount of money: an integer number of fen (分), checked. May be negative (a refund).</summary>
[JsonConverter(typeof(MoneyJson))]
public readonly partial record struct Money(long Fen) : IComparable<Money>
{
    public static Money Zero { get; } = new(0);

    /// <summary>Yuan with at most two decimals.</summary>
    /// <exception cref="ArgumentException">More than two decimals.</exception>
    public static Money Yuan(decimal yuan)
    {
        var fen = yuan * 100m;
        return fen == decimal.Truncate(fen) ? new Money(decimal.ToInt64(fen)) : throw new ArgumentException("An amount has at most two decimals.", nameof(yuan));
    }

    /// <summary>A decimal number of fen, rounded half-up (四舍五入, away from zero) to the fen. The only place where money is rounded (AMB-60).</summary>
    public static Money Rounded(decimal fen) => new(decimal.ToInt64(decimal.Round(fen, 0, MidpointRounding.AwayFromZero)));

    public decimal InYuan => Fen / 100m;

    public bool IsNegative => Fen < 0;

    public bool IsZero => Fen == 0;

    public static Money operator +(Money a, Money b) => new(checked(a.Fen + b.Fen));

    public static Money operator -(Money a, Money b) => new(checked(a.Fen - b.Fen));

    public static Money operator -(Money a) => new(checked(-a.Fen));

    public static bool operator <(Money a, Money b) => a.Fen < b.Fen;

    public static bool operator >(Money a, Money b) => a.Fen > b.Fen;

    public static bool operator <=(Money a, Money b) => a.Fen <= b.Fen;

    public static bool operator >=(Money a, Money b) => a.Fen >= b.Fen;

    public static Money Min(Money a, Money b) => a < b ? a : b;

    public static Money Max(Money a, Money b) => a > b ? a : b;

    public int CompareTo(Money other) => Fen.CompareTo(other.Fen);

    /// <summary>12,080.00, as the forms print it.</summary>
    public override string ToString() => InYuan.ToString("#,##0.00", CultureInfo.InvariantCulture);
}

/// <summary>Stored and sent as the integer number of fen.</summary>
public sealed class MoneyJson : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Fen);
}
