using CsCheck;
using Yibao.Kernel;

namespace Yibao.Kernel.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("12080", 1208000)]
    [InlineData("12,080.00", 1208000)]
    [InlineData("-0.5", -50)]
    [InlineData(" 0.01 ", 1)]
    [InlineData("161,800", 16180000)]
    public void An_amount_is_read_as_people_write_it(string text, long fen) => Money.Parse(text).Fen.ShouldBe(fen);

    [Theory]
    [InlineData("12.345")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("1e3")]
    [InlineData("12元")]
    [InlineData("99999999999999999999")]
    public void What_is_no_amount_is_not_read(string? text)
    {
        Money.TryParse(text, out var money).ShouldBeFalse();
        money.ShouldBe(Money.Zero);
    }

    [Fact]
    public void Reading_what_was_printed_gives_the_same_amount() =>
        Gen.Long[-9_000_000_000_000_000, 9_000_000_000_000_000].Sample(fen =>
            Money.Parse(new Money(fen).ToString()) == new Money(fen) && Money.Parse(new Money(fen).ToPlain()) == new Money(fen));

    [Theory]
    [InlineData("0.5", 1)]
    [InlineData("0.4999", 0)]
    [InlineData("-0.5", -1)]
    [InlineData("1.5", 2)]
    [InlineData("2.5", 3)]
    public void Rounding_is_half_up_and_never_to_even(string fen, long rounded) =>
        Money.Rounded(decimal.Parse(fen, System.Globalization.CultureInfo.InvariantCulture)).Fen.ShouldBe(rounded);

    [Fact]
    public void An_overflow_is_an_error() => Should.Throw<OverflowException>(() => new Money(long.MaxValue) + new Money(1));

    [Fact]
    [Covers("FRM-001")]
    public void A_prefund_amount_is_fixed_in_wan_before_it_is_paid()
    {
        Money.Wan(660.00m).ShouldBe(Money.Yuan(6_600_000.00m));

        var computed = Money.Yuan(6_612_345.67m);
        computed.FixedToWan().ToWan().ShouldBe("661.23");
        computed.FixedToWan().ShouldBe(Money.Yuan(6_612_300.00m));

        Money.Yuan(161_800m).ToString().ShouldBe("161,800.00");
    }

    [Fact]
    public void An_amount_that_was_not_fixed_cannot_be_printed_in_wan() => Should.Throw<InvalidOperationException>(() => Money.Yuan(6_612_345.67m).ToWan());

    [Fact]
    public void The_largest_remainders_get_the_last_fen() =>
        Money.Yuan(1.00m).Apportion([1, 1, 1]).ShouldBe([new Money(34), new Money(33), new Money(33)]);

    [Fact]
    public void Prefund_is_apportioned_in_steps_of_a_hundred_yuan() =>
        Money.Wan(100.00m).Apportion([80, 100, 120], Money.WanStep).ShouldBe([Money.Wan(26.67m), Money.Wan(33.33m), Money.Wan(40.00m)]);

    [Fact]
    public void Apportioned_parts_sum_to_the_whole_and_differ_from_their_share_by_less_than_a_step() =>
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Long[0, 1_000_000_000].Array[1, 40]).Sample((fen, weights) =>
        {
            if (weights.All(w => w == 0)) return;
            var parts = new Money(fen).Apportion(weights);
            Money.Sum(parts).Fen.ShouldBe(fen);
            var all = weights.Sum();
            for (var i = 0; i < weights.Length; i++) Math.Abs(parts[i].Fen - ((decimal)fen * weights[i] / all)).ShouldBeLessThan(1m);
            parts.Zip(weights).Where(p => p.Second == 0).ShouldAllBe(p => p.First.IsZero);
            new Money(-fen).Apportion(weights).ShouldBe(parts.Select(p => -p));
        });

    [Fact]
    public void What_cannot_be_apportioned_is_refused()
    {
        Should.Throw<ArgumentException>(() => Money.Yuan(1m).Apportion([0L, 0L]));
        Should.Throw<ArgumentException>(() => Money.Yuan(1m).Apportion([1L, -1L]));
        Should.Throw<ArgumentException>(() => Money.Yuan(1m).Apportion(Array.Empty<long>()));
        Should.Throw<ArgumentException>(() => Money.Yuan(1.50m).Apportion([1L], Money.WanStep));
    }
}
