using System.Globalization;
using Yibao.Kernel.Data;
using Yibao.Kernel.Errors;

namespace Yibao.Kernel.Time;

/// <summary>
/// 工作日历: weekends, the State Council's holidays (放假) and make-up working days (调休上班). Counting starts on the day after the
/// trigger and ends at 24:00 of the last day (AMB-01, AMB-02). A year without a published calendar is refused, not guessed.
/// </summary>
public sealed class WorkingCalendar
{
    private static readonly Lazy<WorkingCalendar> Embedded = new(static () => Parse(ReferenceTable.Embedded("holidays.csv")));

    private readonly Dictionary<DateOnly, bool> _exceptions;
    private readonly HashSet<int> _years;

    private WorkingCalendar(Dictionary<DateOnly, bool> exceptions) => (_exceptions, _years) = (exceptions, [.. exceptions.Keys.Select(day => day.Year)]);

    /// <summary>The notices of 2019 to 2026, <c>infra/calendar/holidays-2019-2026.csv</c>.</summary>
    public static WorkingCalendar Reference => Embedded.Value;

    /// <summary>The years that can be counted in.</summary>
    public IReadOnlyList<int> Years => [.. _years.Order()];

    /// <param name="text">Header with <c>date</c> and <c>type(H=放假,W=调休上班)</c>; a year is published once it has a row.</param>
    /// <exception cref="FormatException">The data is wrong; the message names the line.</exception>
    public static WorkingCalendar Parse(string text)
    {
        var exceptions = new Dictionary<DateOnly, bool>();
        foreach (var row in ReferenceTable.Parse("holidays.csv", text))
        {
            if (!DateOnly.TryParseExact(row["date"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) throw row.Wrong("'date' is written 2023-01-01.");
            var working = row["type(H=放假,W=调休上班)"] switch { "H" => false, "W" => true, var other => throw row.Wrong($"the type '{other}' is neither H nor W.") };
            if (working && !IsWeekend(day)) throw row.Wrong($"{row["date"]} is no weekend: nothing to make up on it.");
            if (!exceptions.TryAdd(day, working)) throw row.Wrong($"{row["date"]} stands here twice.");
        }

        return new WorkingCalendar(exceptions);
    }

    /// <exception cref="RefusedException"><c>CALENDAR_YEAR_UNPUBLISHED</c>.</exception>
    public bool IsWorkingDay(DateOnly day) => !_years.Contains(day.Year)
        ? throw CalendarErrors.YearUnpublished.With(day.Year).AsException()
        : _exceptions.TryGetValue(day, out var working) ? working : !IsWeekend(day);

    /// <summary>The last day of a period of working days; it ends at 24:00, <see cref="BusinessTime.End"/>.</summary>
    /// <param name="trigger">The day it happened; not counted.</param>
    /// <param name="days">1 or more.</param>
    public DateOnly Add(DateOnly trigger, int days)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        var day = trigger;
        for (var counted = 0; counted < days;)
        {
            day = day.AddDays(1);
            if (IsWorkingDay(day)) counted++;
        }

        return day;
    }

    /// <summary>The first instant that is too late: 24:00 of the last working day, counted from the instant's business date.</summary>
    public DateTimeOffset Deadline(DateTimeOffset trigger, int days) => Add(trigger.BusinessDate(), days).End();

    /// <summary>How many working days lie after one day up to and including another: how long something took.</summary>
    public int Between(DateOnly after, DateOnly upTo) =>
        Enumerable.Range(1, Math.Max(0, upTo.DayNumber - after.DayNumber)).Count(offset => IsWorkingDay(after.AddDays(offset)));

    /// <summary>The n-th working day of a month: 月初 ends with the fifth (AMB-04).</summary>
    public DateOnly OfMonth(DateOnly month, int nth) => Add(month.FirstOfMonth().AddDays(-1), nth);

    /// <summary>When those who must act by a fixed day are reminded: the last working day before it (AMB-02).</summary>
    public DateOnly AlertBefore(DateOnly fixedDay)
    {
        var day = fixedDay.AddDays(-1);
        while (!IsWorkingDay(day)) day = day.AddDays(-1);
        return day;
    }

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
