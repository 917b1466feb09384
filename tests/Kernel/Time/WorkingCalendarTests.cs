using System.Globalization;
using CsCheck;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;

namespace Yibao.Kernel.Tests.Time;

/// <summary>The dates that the catalogue prints, each with the row it stands in.</summary>
public sealed class WorkingCalendarTests
{
    private static readonly WorkingCalendar Calendar = WorkingCalendar.Reference;

    [Theory]
    [InlineData("2023-09-28", 2, "2023-10-08")] // FIL-015: over the national holiday, both make-up days count
    [InlineData("2023-06-20", 5, "2023-06-28")] // REC-006: a make-up Sunday
    [InlineData("2023-03-02", 15, "2023-03-23")] // FRM-003
    [InlineData("2023-03-02", 20, "2023-03-30")] // CLR-020
    [InlineData("2024-02-05", 15, "2024-03-01")] // AMB-05: past the end of February
    [InlineData("2024-02-05", 5, "2024-02-18")] // PRE-010: a make-up Sunday
    [InlineData("2024-02-18", 10, "2024-03-01")] // PRE-010
    [InlineData("2023-02-01", 5, "2023-02-08")] // PRE-009
    [InlineData("2023-02-08", 10, "2023-02-22")]
    [InlineData("2023-02-22", 5, "2023-03-01")]
    [InlineData("2023-02-01", 15, "2023-02-22")]
    [InlineData("2023-02-22", 10, "2023-03-08")]
    [InlineData("2023-03-08", 5, "2023-03-15")]
    [InlineData("2023-02-28", 5, "2023-03-07")] // CLR-012
    [InlineData("2023-03-07", 10, "2023-03-21")]
    [InlineData("2023-03-21", 5, "2023-03-28")]
    [InlineData("2023-03-09", 10, "2023-03-23")] // CLR-016
    [InlineData("2023-03-23", 5, "2023-03-30")]
    [InlineData("2023-03-14", 10, "2023-03-28")] // PRE-034
    [InlineData("2019-09-06", 10, "2019-09-23")] // CLR-029: over Mid-Autumn
    [InlineData("2019-09-23", 5, "2019-09-29")] // CLR-034: a make-up Sunday
    [InlineData("2019-07-24", 5, "2019-07-31")]
    [InlineData("2023-04-27", 3, "2023-05-05")] // CLR-038: 23 April and 6 May are the make-up days
    public void Working_days_end_on_the_day_the_catalogue_prints(string trigger, int days, string due)
    {
        Calendar.Add(Day(trigger), days).ShouldBe(Day(due));
        Calendar.Deadline(Day(trigger).At(16), days).ShouldBe(Day(due).End());
    }

    [Theory]
    [InlineData("2019-10-01", 5, "2019-10-12")] // PRE-021, AMB-79: published by the fifth working day of the quarter, a make-up Saturday
    [InlineData("2019-10-01", 10, "2019-10-18")] // AMB-79: confirmed within the first ten
    [InlineData("2020-10-01", 10, "2020-10-21")]
    [InlineData("2023-10-01", 10, "2023-10-18")]
    [InlineData("2022-01-01", 10, "2022-01-17")]
    [InlineData("2023-01-01", 10, "2023-01-16")]
    [InlineData("2023-04-01", 10, "2023-04-17")]
    [InlineData("2019-09-01", 5, "2019-09-06")] // CLR-029
    public void The_first_working_days_of_a_month_end_on_the_day_the_catalogue_prints(string month, int nth, string day) => Calendar.OfMonth(Day(month), nth).ShouldBe(Day(day));

    [Fact]
    public void The_example_month_of_the_lifecycle_runs_as_printed()
    {
        // Period 202302, lifecycle 11.1: every submission accepted by finance on the same day.
        var period = Period.Month(2023, 2);
        period.Day(16).ShouldBe(Day("2023-02-16"));
        period.Day(20).ShouldBe(Day("2023-02-20"));
        period.Day(21).ShouldBe(Day("2023-02-21"));
        period.Day(25).ShouldBe(Day("2023-02-25"));
        var published = period.LastDay;
        published.ShouldBe(Day("2023-02-28"));

        var toFinance = Calendar.Add(published, 5);
        toFinance.ShouldBe(Day("2023-03-07"));
        Calendar.Add(toFinance, 10).ShouldBe(Day("2023-03-21"));
        Calendar.Add(Calendar.Add(toFinance, 10), 5).ShouldBe(Day("2023-03-28"));

        var notice = Day("2023-03-02");
        notice.ShouldBeLessThanOrEqualTo(Calendar.OfMonth(period.Next.FirstDay, 5));
        var submitted = Calendar.Add(notice, 5);
        submitted.ShouldBe(Day("2023-03-09"));
        Calendar.Add(submitted, 10).ShouldBe(Day("2023-03-23"));
        Calendar.Add(submitted, 10).ShouldBe(Calendar.Add(notice, 15)); // 5 + 10 are the 15 of the notice
        Calendar.Add(Calendar.Add(submitted, 10), 5).ShouldBe(Day("2023-03-30"));
        Calendar.Add(notice, 20).ShouldBe(Day("2023-03-30"));
    }

    [Fact]
    public void A_fixed_day_on_a_weekend_does_not_roll_but_is_announced_before() => Calendar.AlertBefore(Day("2019-07-20")).ShouldBe(Day("2019-07-19")); // PRE-024

    [Fact]
    public void The_length_of_a_review_counts_working_days() => Calendar.Between(Day("2023-03-09"), Day("2023-03-13")).ShouldBe(2); // PRE-034

    [Fact]
    public void The_third_of_october_is_always_a_holiday() => Calendar.Years.ShouldAllBe(year => !Calendar.IsWorkingDay(new DateOnly(year, 10, 3))); // AMB-02

    [Fact]
    public void A_year_without_a_published_calendar_is_refused_not_guessed()
    {
        Calendar.Years.ShouldBe(Enumerable.Range(2019, 8));
        Refusal(() => Calendar.Add(Day("2018-12-20"), 1));
        Refusal(() => Calendar.Add(Day("2026-12-30"), 5));
        Refusal(() => Calendar.IsWorkingDay(Day("2027-01-04")));
        Calendar.Add(Day("2018-12-31"), 1).ShouldBe(Day("2019-01-02")); // the trigger itself is not counted

        static void Refusal(Action act) => Should.Throw<RefusedException>(act).Error.Code.ShouldBe("CALENDAR_YEAR_UNPUBLISHED");
    }

    [Fact]
    public void Every_year_has_between_243_and_252_working_days() =>
        Calendar.Years.ShouldAllBe(year => Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Count(i => Calendar.IsWorkingDay(new DateOnly(year, 1, 1).AddDays(i))) >= 243
            && Enumerable.Range(0, 365).Count(i => Calendar.IsWorkingDay(new DateOnly(year, 1, 1).AddDays(i))) <= 252);

    [Fact]
    public void Adding_and_counting_are_each_others_inverse() => Gen.Select(Gen.Int[0, 2800], Gen.Int[1, 60]).Sample((offset, days) =>
    {
        var trigger = Day("2019-01-01").AddDays(offset);
        if (trigger > Day("2026-09-01")) return;
        var due = Calendar.Add(trigger, days);
        Calendar.IsWorkingDay(due).ShouldBeTrue();
        Calendar.Between(trigger, due).ShouldBe(days);
        Calendar.Add(trigger, days + 1).ShouldBeGreaterThan(due);
    });

    [Theory]
    [InlineData("2023-1-1,H", "line 2: 'date'")]
    [InlineData("2023-01-02,X", "line 2: the type")]
    [InlineData("2023-01-03,W", "line 2: 2023-01-03 is no weekend")]
    [InlineData("2023-01-02,H\n2023-01-02,H", "line 3: 2023-01-02 stands here twice")]
    public void A_wrong_table_is_refused_with_its_line(string rows, string why) =>
        Should.Throw<FormatException>(() => WorkingCalendar.Parse("date,\"type(H=放假,W=调休上班)\"\n" + rows)).Message.ShouldContain(why);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
