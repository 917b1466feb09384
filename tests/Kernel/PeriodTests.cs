using System.Text.Json;
using CsCheck;
using Yibao.Kernel;

namespace Yibao.Kernel.Tests;

public sealed class PeriodTests
{
    [Fact]
    public void A_period_is_named_by_the_cut_and_a_quarter_by_its_number()
    {
        // January 2023 settlements, declared by 2023-02-16, generated 02-21, published 02-28.
        var period = Period.OfDeclaration(new DateOnly(2023, 2, 16));
        period.ToString().ShouldBe("202302");
        period.Day(21).ShouldBe(new DateOnly(2023, 2, 21));
        period.LastDay.ShouldBe(new DateOnly(2023, 2, 28));

        // Guizhou: monthly numbers for the national sheets, a quarter for the prefectures.
        int[] months = [7, 8, 9];
        months.Select(month => Period.MonthOf(new DateOnly(2019, month, 30)).ToString()).ShouldBe(["201907", "201908", "201909"]);
        Period.QuarterOf(new DateOnly(2019, 9, 30)).ToString().ShouldBe("2019Q3");
    }

    [Fact]
    public void What_is_declared_after_the_cut_belongs_to_the_next_period()
    {
        Period.OfDeclaration(new DateOnly(2023, 3, 16)).ShouldBe(Period.Month(2023, 3));
        Period.OfDeclaration(new DateOnly(2023, 3, 17)).ShouldBe(Period.Month(2023, 4));
        Period.OfDeclaration(new DateOnly(2023, 12, 17)).ShouldBe(Period.Month(2024, 1));
        Period.OfDeclaration(new DateOnly(2021, 2, 20), cutDay: 20).ShouldBe(Period.Month(2021, 2));
    }

    [Theory]
    [InlineData("202313")]
    [InlineData("202300")]
    [InlineData("2019Q5")]
    [InlineData("2019q3")]
    [InlineData("19Q3")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("+20231")]
    public void Anything_else_is_no_period(string? text) => Period.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Going_on_and_back_ends_where_it_began() => Gen.Select(Gen.Int[2001, 2900], Gen.Int[1, 4], Gen.Bool, Gen.Int[-400, 400]).Sample((year, part, quarterly, steps) =>
    {
        var period = quarterly ? Period.Quarter(year, part) : Period.Month(year, part * 3);
        if (period.FirstDay.Year + (steps / (quarterly ? 4 : 12)) is < 2002 or > 2990) return;
        period.Plus(steps).Plus(-steps).ShouldBe(period);
        period.LastDay.AddDays(1).ShouldBe(period.Next.FirstDay);
        period.Contains(period.FirstDay).ShouldBeTrue();
        period.Contains(period.Next.FirstDay).ShouldBeFalse();
        (period < period.Next).ShouldBeTrue();
        JsonSerializer.Deserialize<Period>(JsonSerializer.Serialize(period)).ShouldBe(period);
    });
}
