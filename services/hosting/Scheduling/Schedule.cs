using System.Globalization;
using System.Text.RegularExpressions;
using Yibao.Kernel.Time;

namespace Yibao.Hosting;

/// <summary>One time a job is due.</summary>
/// <param name="Period">What it is done for, once: 2023-02-17, 2023-02, 2023-Q1, 2023.</param>
/// <param name="Due">From when on.</param>
public sealed record Occurrence(string Period, DateTimeOffset Due);

/// <summary>When a job is due, Asia/Shanghai, as data:</summary>
/// <remarks>
/// <c>daily 00:30</c>; <c>monthly 16 24:00</c> (the end of the 16th; 31 is the last day of a short month); <c>working-day 5 09:00</c> (the
/// fifth working day of each month); <c>working-days 5 09:00</c> (each of the first five); <c>quarterly 1/15 09:00</c> (first month, 15th);
/// <c>quarterly-working-day 5 09:00</c>; <c>yearly 01-31 09:00</c>. Working days follow the published calendar: a year without one is refused, not guessed.
/// </remarks>
public sealed partial class Schedule
{
    private readonly string _text;
    private readonly TimeOnly _time;
    private readonly bool _endOfDay;
    private readonly Func<DateOnly, IEnumerable<(DateOnly Day, string Period)>> _days;

    private Schedule(string text, TimeOnly time, bool endOfDay, Func<DateOnly, IEnumerable<(DateOnly Day, string Period)>> days) => (_text, _time, _endOfDay, _days) = (text, time, endOfDay, days);

    /// <exception cref="FormatException">Not one of the forms above.</exception>
    public static Schedule Parse(string text, WorkingCalendar? calendar = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = Form().Match(text);
        if (!parts.Success) throw new FormatException($"'{text}' is not a schedule: daily 00:30, monthly 16 24:00, working-day 5 09:00, working-days 5 09:00, quarterly 1/15 09:00, quarterly-working-day 5 09:00, yearly 01-31 09:00.");
        var working = calendar ?? WorkingCalendar.Reference;
        var end = parts.Groups["time"].Value == "24:00";
        var time = end ? TimeOnly.MinValue : TimeOnly.ParseExact(parts.Groups["time"].Value, "HH:mm", CultureInfo.InvariantCulture);
        int a = Number(parts, "a"), b = Number(parts, "b");
        Func<DateOnly, IEnumerable<(DateOnly, string)>> days = parts.Groups["kind"].Value switch
        {
            "daily" => from => Days(from).Select(day => (day, Label(day))),
            "monthly" when a is >= 1 and <= 31 => from => Months(from, 1).Select(month => (month.DayOfMonth(a), Month(month))),
            "working-day" when a is >= 1 and <= 15 => from => Months(from, 1).Select(month => (working.OfMonth(month, a), Month(month))),
            "working-days" when a is >= 1 and <= 15 => from => Months(from, 1).SelectMany(month => Enumerable.Range(1, a).Select(nth => working.OfMonth(month, nth)).Select(day => (day, Label(day)))),
            "quarterly" when a is >= 1 and <= 3 && b is >= 1 and <= 31 => from => Months(from, 3).Select(quarter => (quarter.AddMonths(a - 1).DayOfMonth(b), Quarter(quarter))),
            "quarterly-working-day" when a is >= 1 and <= 15 => from => Months(from, 3).Select(quarter => (working.OfMonth(quarter, a), Quarter(quarter))),
            "yearly" when a is >= 1 and <= 12 && b is >= 1 and <= 31 => from => Months(from, 12).Select(year => (year.AddMonths(a - 1).DayOfMonth(b), year.Year.ToString(CultureInfo.InvariantCulture))),
            _ => throw new FormatException($"'{text}' names a day that does not exist."),
        };
        return new Schedule(text, time, end, days);
    }

    public static implicit operator Schedule(string text) => Parse(text);

    /// <summary>The first time it is due after an instant.</summary>
    public Occurrence Next(DateTimeOffset after) => From(after.BusinessDate()).First(occurrence => occurrence.Due > after);

    /// <summary>When a period is due; null when the schedule has no such period.</summary>
    public Occurrence? Of(string period) => Start(period) is { } start ? From(start).TakeWhile(occurrence => occurrence.Due <= start.AddDays(400).Start()).FirstOrDefault(occurrence => occurrence.Period == period) : null;

    public override string ToString() => _text;

    // From a day earlier: the end of yesterday is due today.
    private IEnumerable<Occurrence> From(DateOnly day) => _days(day.AddDays(-1)).Select(entry => new Occurrence(entry.Period, _endOfDay ? entry.Day.End() : entry.Day.At(_time.Hour, _time.Minute)));

    private static DateOnly? Start(string period)
    {
        if (DateOnly.TryParseExact(period, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        if (DateOnly.TryParseExact(period, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)) return month;
        if (QuarterForm().Match(period) is { Success: true } quarter) return new DateOnly(Number(quarter, "y"), Number(quarter, "q") * 3 - 2, 1);
        return DateOnly.TryParseExact(period, "yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var year) ? year : null;
    }

    private static IEnumerable<DateOnly> Days(DateOnly from)
    {
        for (var day = from; ; day = day.AddDays(1)) yield return day;
    }

    private static IEnumerable<DateOnly> Months(DateOnly from, int step)
    {
        var first = new DateOnly(from.Year, (from.Month - 1) / step * step + 1, 1);
        for (var month = first; ; month = month.AddMonths(step)) yield return month;
    }

    private static string Label(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Month(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static string Quarter(DateOnly month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year:0000}-Q{(month.Month + 2) / 3}");

    private static int Number(Match match, string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?:(?<kind>daily)|(?<kind>monthly|working-days?|quarterly-working-day) (?<a>\d{1,2})|(?<kind>quarterly) (?<a>[123])/(?<b>\d{1,2})|(?<kind>yearly) (?<a>\d{2})-(?<b>\d{2})) (?<time>(?:[01]\d|2[0-3]):[0-5]\d|24:00)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"^(?<y>\d{4})-Q(?<q>[1-4])$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuarterForm();
}
