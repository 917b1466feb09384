using System.Globalization;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Scheduling;

/// <summary>When jobs are due; the days are those of the example month in the rules (period 202302).</summary>
public sealed class ScheduleTests
{
    private static DateTimeOffset At(string text) => DateTimeOffset.ParseExact(text + " +08:00", "yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("daily 00:30", "2023-02-16 00:29", "2023-02-16", "2023-02-16 00:30")]
    [InlineData("daily 00:30", "2023-02-16 00:30", "2023-02-17", "2023-02-17 00:30")]
    [InlineData("daily 24:00", "2023-02-16 12:00", "2023-02-16", "2023-02-17 00:00")]
    [InlineData("monthly 16 24:00", "2023-02-16 23:59", "2023-02", "2023-02-17 00:00")]
    [InlineData("monthly 16 24:00", "2023-02-17 00:00", "2023-03", "2023-03-17 00:00")]
    [InlineData("monthly 21 00:00", "2023-02-20 24:00", "2023-02", "2023-02-21 00:00")]
    [InlineData("monthly 31 24:00", "2023-02-01 00:00", "2023-02", "2023-03-01 00:00")]
    [InlineData("monthly 31 24:00", "2023-12-05 00:00", "2023-12", "2024-01-01 00:00")]
    // 2023-03-01 is a Wednesday: the fifth working day is the 7th.
    [InlineData("working-day 5 09:00", "2023-03-01 00:00", "2023-03", "2023-03-07 09:00")]
    [InlineData("working-days 5 09:00", "2023-03-03 09:00", "2023-03-06", "2023-03-06 09:00")]
    [InlineData("working-days 5 09:00", "2023-03-07 09:00", "2023-04-03", "2023-04-03 09:00")]
    // The make-up Saturday before the spring festival counts, the festival does not.
    [InlineData("working-day 5 09:00", "2023-10-01 00:00", "2023-10", "2023-10-11 09:00")]
    [InlineData("quarterly 1/15 09:00", "2023-02-01 00:00", "2023-Q2", "2023-04-15 09:00")]
    [InlineData("quarterly-working-day 5 09:00", "2023-04-01 00:00", "2023-Q2", "2023-04-10 09:00")]
    [InlineData("yearly 01-31 09:00", "2023-02-01 00:00", "2024", "2024-01-31 09:00")]
    public void The_next_time_is(string schedule, string after, string period, string due)
    {
        var instant = after.EndsWith("24:00", StringComparison.Ordinal) ? At(after.Replace("24:00", "00:00", StringComparison.Ordinal)).AddDays(1).AddTicks(-1) : At(after);
        var parsed = Schedule.Parse(schedule);
        parsed.Next(instant).ShouldBe(new Occurrence(period, At(due)));
        parsed.Of(period).ShouldBe(new Occurrence(period, At(due)));
        parsed.ToString().ShouldBe(schedule);
    }

    [Theory]
    [InlineData("hourly")]
    [InlineData("daily 25:00")]
    [InlineData("daily 24:01")]
    [InlineData("monthly 32 00:00")]
    [InlineData("monthly 0 00:00")]
    [InlineData("working-day 16 09:00")]
    [InlineData("quarterly 4/01 00:00")]
    [InlineData("yearly 13-01 00:00")]
    [InlineData("daily 00:30 ")]
    public void What_is_no_schedule_is_refused(string schedule) => Should.Throw<FormatException>(() => Schedule.Parse(schedule));

    [Theory]
    [InlineData("daily 00:30", "2023-02")]
    [InlineData("monthly 16 24:00", "2023-02-16")]
    [InlineData("working-days 5 09:00", "2023-03-04")]
    [InlineData("yearly 01-31 09:00", "nonsense")]
    public void A_period_that_the_schedule_does_not_have_is_none(string schedule, string period) => Schedule.Parse(schedule).Of(period).ShouldBeNull();

    [Fact]
    public void A_year_without_a_published_calendar_is_not_guessed() =>
        Should.Throw<RefusedException>(() => Schedule.Parse("working-day 5 09:00").Next(At("2039-03-01 00:00")));

    [Fact]
    public void Every_day_of_ten_years_is_due_once_and_in_order()
    {
        var daily = Schedule.Parse("daily 00:30");
        var occurrence = daily.Next(At("2020-01-01 00:00"));
        for (var i = 0; i < 3653; i++)
        {
            var next = daily.Next(occurrence.Due);
            (next.Due - occurrence.Due).ShouldBe(TimeSpan.FromDays(1));
            occurrence = next;
        }
    }
}
