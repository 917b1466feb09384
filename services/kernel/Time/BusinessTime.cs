namespace Yibao.Kernel.Time;

/// <summary>Business dates and times (业务日期): Asia/Shanghai. A deadline "by day X" ends at 24:00 of X, that is the start of the next day (AMB-01).</summary>
/// <remarks>
/// China has kept +08:00 without summer time since 1991-09-15, long before the first record of this platform, so the offset is
/// fixed here: the same answer on a machine without a time zone database and after any update of one.
/// </remarks>
public static class BusinessTime
{
    public static TimeSpan Offset { get; } = TimeSpan.FromHours(8);

    /// <summary>The date in Asia/Shanghai at this instant.</summary>
    public static DateOnly BusinessDate(this DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    /// <summary>Today in Asia/Shanghai.</summary>
    public static DateOnly BusinessDate(this TimeProvider clock) => clock.GetUtcNow().BusinessDate();

    /// <summary>The same instant written in Beijing time, as people read it.</summary>
    public static DateTimeOffset InBeijing(this DateTimeOffset instant) => instant.ToOffset(Offset);

    /// <summary>00:00 of the day.</summary>
    public static DateTimeOffset Start(this DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), Offset);

    /// <summary>24:00 of the day: the first instant that is too late.</summary>
    public static DateTimeOffset End(this DateOnly day) => day.AddDays(1).Start();

    /// <summary>A time of the day in Asia/Shanghai.</summary>
    public static DateTimeOffset At(this DateOnly day, int hour, int minute = 0, int second = 0) => new(day.ToDateTime(new TimeOnly(hour, minute, second)), Offset);

    /// <summary>Calendar months later in Asia/Shanghai; a day the month lacks becomes its last (08-31 + 6 months = 02-28 or 29) (AMB-12).</summary>
    public static DateTimeOffset PlusMonths(this DateTimeOffset instant, int months) => instant.ToOffset(Offset).AddMonths(months);

    /// <summary>The latest 00:00 strictly before an instant: the start of a filing made up later must lie before the admission (FIL-034, AMB-12).</summary>
    public static DateTimeOffset MidnightBefore(this DateTimeOffset instant)
    {
        var midnight = instant.BusinessDate().Start();
        return midnight < instant ? midnight : midnight.AddDays(-1);
    }

    public static DateOnly FirstOfMonth(this DateOnly day) => new(day.Year, day.Month, 1);

    /// <summary>月底 (AMB-04).</summary>
    public static DateOnly LastOfMonth(this DateOnly day) => new(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month));

    /// <summary>A fixed day of the month of <paramref name="month"/>, or its last day where the month is shorter: min(30, last) (AMB-36). It does not roll over holidays (AMB-02).</summary>
    public static DateOnly DayOfMonth(this DateOnly month, int day) => new(month.Year, month.Month, Math.Min(day, DateTime.DaysInMonth(month.Year, month.Month)));
}
