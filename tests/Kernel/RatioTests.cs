using System.Text.Json;
using CsCheck;
using Yibao.Kernel;

namespace Yibao.Kernel.Tests;

public sealed class RatioTests
{
    [Fact]
    public void Points_are_taken_off_the_ratio_not_off_its_value() => Ratio.Percent(80m).MinusPoints(10m).ShouldBe(Ratio.Percent(70m));

    [Fact]
    public void A_reduction_never_goes_below_nothing() => Ratio.Percent(15m).MinusPoints(20m).ShouldBe(Ratio.Zero);

    [Fact]
    public void Two_segments_are_rounded_once_as_a_fund()
    {
        // The figures of BEN-025's example.
        var fund = Money.Rounded(Ratio.Percent(80m).MinusPoints(10m).FenOf(Money.Yuan(10_000m)) + Ratio.Percent(90m).MinusPoints(10m).FenOf(Money.Yuan(5_100m)));
        fund.ShouldBe(Money.Yuan(11_080.00m));
    }

    [Theory]
    [InlineData("-0.01")]
    [InlineData("1.01")]
    public void A_ratio_lies_between_nothing_and_everything(string written)
    {
        var value = decimal.Parse(written, System.Globalization.CultureInfo.InvariantCulture);
        Should.Throw<ArgumentOutOfRangeException>(() => new Ratio(value));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Ratio>(JsonSerializer.Serialize(value)));
    }

    [Fact]
    public void It_survives_storage_exactly() => Gen.Int[0, 1_000_000].Sample(millionths =>
    {
        var ratio = new Ratio(millionths / 1_000_000m);
        return JsonSerializer.Deserialize<Ratio>(JsonSerializer.Serialize(ratio)) == ratio && ratio.Rest.Value + ratio.Value == 1m;
    });

    [Fact]
    public void It_prints_as_policies_write_it() => new Ratio(0.888m).ToString().ShouldBe("88.8%");
}
