using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yibao.Kernel;

/// <summary>清算期号 (CLR-046): a month, <c>202302</c>, or a quarter, <c>2019Q3</c> (Guizhou's prefectures). Printed as 清算月份 on every form of the period.</summary>
/// <remarks>A monthly period is named by the month of the treatment agencies' cut, not by the month of care (AMB-62).</remarks>
[JsonConverter(typeof(PeriodJson))]
public readonly record struct Period : IComparable<Period>
{
    private readonly int _year;
    private readonly int _part;
    private readonly bool _quarterly;

    private Period(int year, int part, bool quarterly)
    {
        if (year is < 2000 or > 2999) throw new ArgumentOutOfRangeException(nameof(year), year, "A period lies between 2000 and 2999.");
        if (part < 1 || part > (quarterly ? 4 : 12)) throw new ArgumentOutOfRangeException(nameof(part), part, "A period is one of twelve months or of four quarters.");
        (_year, _part, _quarterly) = (year, part, quarterly);
    }

    public static Period Month(int year, int month) => new(year, month, quarterly: false);

    public static Period Quarter(int year, int quarter) => new(year, quarter, quarterly: true);

    /// <summary>The month of a day.</summary>
    public static Period MonthOf(DateOnly day) => Month(day.Year, day.Month);

    /// <summary>The quarter of a day.</summary>
    public static Period QuarterOf(DateOnly day) => Quarter(day.Year, ((day.Month - 1) / 3) + 1);

    /// <summary>The period that takes in what is declared on this day: this month's until the cut day's 24:00, then the next month's (CLR-005).</summary>
    public static Period OfDeclaration(DateOnly declared, int cutDay = 16) => declared.Day <= cutDay ? MonthOf(declared) : MonthOf(declared).Next;

    public int Year => _year;

    public bool IsQuarter => _quarterly;

    /// <summary>The month, or the quarter.</summary>
    public int Number => _part;

    public DateOnly FirstDay => new(_year, _quarterly ? ((_part - 1) * 3) + 1 : _part, 1);

    public DateOnly LastDay => Next.FirstDay.AddDays(-1);

    public Period Next => Plus(1);

    public Period Previous => Plus(-1);

    public Period Plus(int periods)
    {
        var length = _quarterly ? 4 : 12;
        var index = (_year * length) + _part - 1 + periods;
        return new Period(index / length, (index % length) + 1, _quarterly);
    }

    public bool Contains(DateOnly day) => day >= FirstDay && day <= LastDay;

    /// <summary>A fixed day of this month (the 16th's cut, the 21st's generation), or the last day where the month is shorter (AMB-36).</summary>
    public DateOnly Day(int day) => _quarterly
        ? throw new InvalidOperationException("A quarter has no fixed days; name the month.")
        : new DateOnly(_year, _part, Math.Min(day, DateTime.DaysInMonth(_year, _part)));

    public static bool TryParse(string? text, out Period period)
    {
        period = default;
        if (text is not { Length: 6 } || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year) || year is < 2000 or > 2999) return false;
        if (text[4] == 'Q')
        {
            if (text[5] is < '1' or > '4') return false;
            period = Quarter(year, text[5] - '0');
            return true;
        }

        if (!int.TryParse(text.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var month) || month is < 1 or > 12) return false;
        period = Month(year, month);
        return true;
    }

    /// <exception cref="FormatException">Neither <c>202302</c> nor <c>2019Q3</c>.</exception>
    public static Period Parse(string text) => TryParse(text, out var period) ? period : throw new FormatException($"'{text}' is not a period: write 202302 or 2019Q3.");

    /// <summary>By first day; a month before the quarter that starts with it.</summary>
    public int CompareTo(Period other) => FirstDay.CompareTo(other.FirstDay) is not 0 and var order ? order : _quarterly.CompareTo(other._quarterly);

    public static bool operator <(Period a, Period b) => a.CompareTo(b) < 0;

    public static bool operator >(Period a, Period b) => a.CompareTo(b) > 0;

    public static bool operator <=(Period a, Period b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Period a, Period b) => a.CompareTo(b) >= 0;

    public override string ToString() => _quarterly ? string.Create(CultureInfo.InvariantCulture, $"{_year:0000}Q{_part}") : string.Create(CultureInfo.InvariantCulture, $"{_year:0000}{_part:00}");
}

/// <summary>Stored and sent as its number.</summary>
public sealed class PeriodJson : JsonConverter<Period>
{
    public override Period Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Period.TryParse(reader.GetString(), out var period) ? period : throw new JsonException("A period is written 202302 or 2019Q3.");

    public override void Write(Utf8JsonWriter writer, Period value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    public override Period ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, Period value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());
}
