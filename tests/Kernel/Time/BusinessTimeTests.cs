using Yibao.Kernel.Time;

namespace Yibao.Kernel.Tests.Time;

public sealed class BusinessTimeTests
{
    [Fact]
    public void The_business_day_begins_at_midnight_in_shanghai()
    {
        new DateTimeOffset(2023, 3, 16, 15, 59, 59, TimeSpan.Zero).BusinessDate().ShouldBe(new DateOnly(2023, 3, 16));
        new DateTimeOffset(2023, 3, 16, 16, 0, 0, TimeSpan.Zero).BusinessDate().ShouldBe(new DateOnly(2023, 3, 17));
    }

    [Fact]
    public void A_deadline_ends_where_the_next_day_starts()
    {
        var day = new DateOnly(2023, 3, 16);
        day.End().ShouldBe(new DateTimeOffset(2023, 3, 17, 0, 0, 0, TimeSpan.FromHours(8)));
        day.At(23, 59).ShouldBeLessThan(day.End());
        day.AddDays(1).At(0).ShouldBe(day.End());
    }

    [Theory]
    [InlineData(2023, 8, 31, 2024, 2, 29)]
    [InlineData(2022, 8, 31, 2023, 2, 28)]
    [InlineData(2023, 1, 15, 2023, 7, 15)]
    public void Six_months_end_on_the_last_day_where_the_month_is_shorter(int y, int m, int d, int toY, int toM, int toD) =>
        new DateOnly(y, m, d).At(9, 30).PlusMonths(6).ShouldBe(new DateOnly(toY, toM, toD).At(9, 30));

    [Fact]
    public void Months_are_counted_on_the_shanghai_calendar()
    {
        // 2023-08-31 in Shanghai, still 08-30 in UTC.
        var instant = new DateTimeOffset(2023, 8, 30, 17, 0, 0, TimeSpan.Zero);
        instant.PlusMonths(6).BusinessDate().ShouldBe(new DateOnly(2024, 2, 29));
    }

    [Fact]
    public void A_start_made_up_later_lies_strictly_before_the_admission()
    {
        var day = new DateOnly(2023, 3, 10);
        day.At(14).MidnightBefore().ShouldBe(day.Start());
        day.Start().MidnightBefore().ShouldBe(day.AddDays(-1).Start());
    }

    [Theory]
    [InlineData(2023, 2, 28)]
    [InlineData(2024, 2, 29)]
    [InlineData(2019, 7, 30)]
    public void The_thirtieth_is_the_last_day_of_a_shorter_month(int year, int month, int day) =>
        new DateOnly(year, month, 1).DayOfMonth(30).ShouldBe(new DateOnly(year, month, day));
}
