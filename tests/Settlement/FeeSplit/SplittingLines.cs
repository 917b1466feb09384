using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Tests.FeeSplit;

public sealed class SplittingLines
{
    private static readonly DateOnly Day = new(2023, 3, 10);

    private static readonly FeeCatalogue Catalogue = new("test",
    [
        Item("A", ItemClass.A),
        Item("B10", ItemClass.B, 0.10m),
        Item("B20", ItemClass.B, 0.20m, limit: 400m),
        Item("C", ItemClass.C, category: ChargeCategory.Materials),
        Item("LIMITED", ItemClass.A) with { Limited = true },
        Item("OLD", ItemClass.A) with { To = new DateOnly(2023, 4, 1) },
    ]);

    [Fact, Covers("SET-006")]
    public void Each_line_is_split_into_four_parts()
    {
        var split = FeeSplitter.Split([Line("1", "A", 20m, 3, 60m), Line("2", "B10", 50m, 2, 100m), Line("3", "B20", 500m, 1, 500m), Line("4", "C", 75.50m, 1, 75.50m)], Catalogue);

        split.Lines.Select(line => line.Totals).ShouldBe([
            Parts(60, 60, 0, 0, 0),
            Parts(100, 90, 10, 0, 0),
            Parts(500, 320, 80, 100, 0),
            Parts(75.50m, 0, 0, 0, 75.50m),
        ]);
        split.Totals.ShouldBe(Parts(735.50m, 470, 90, 100, 75.50m));
        SplitChecks.Identity1(split.Totals).ShouldBeNull();
        SplitChecks.Categories(split.Totals, split.Categories).ShouldBeNull();
    }

    [Theory]
    [InlineData("0", "1", "0")]
    [InlineData("-1", "1", "-1")]
    [InlineData("1", "-1", "-1")]
    [InlineData("1", "0", "0")]
    [InlineData("0", "1", "1")]
    [InlineData("1", "0", "1")]
    [InlineData("1", "1", "0")]
    [InlineData("-1", "-1", "1")]
    public void Lines_that_are_not_positive_are_refused(string price, string count, string amount) =>
        Refusal(() => FeeSplitter.Split([Line("1", "A", D(price), D(count), D(amount))], Catalogue)).ShouldBe("LINE_NOT_POSITIVE");

    [Fact]
    public void A_line_whose_price_times_count_is_not_its_amount_is_refused() =>
        Refusal(() => FeeSplitter.Split([Line("1", "A", 20m, 3, 60.01m)], Catalogue)).ShouldBe("LINE_AMOUNT_MISMATCH");

    [Fact]
    public void A_serial_that_comes_twice_is_refused() =>
        Refusal(() => FeeSplitter.Split([Line("1", "A", 20m, 3, 60m), Line("1", "A", 20m, 3, 60m)], Catalogue)).ShouldBe("LINE_REPEATED");

    [Fact]
    public void No_lines_are_refused() => Refusal(() => FeeSplitter.Split([], Catalogue)).ShouldBe("NO_FEE_LINES");

    [Fact]
    public void The_uploaded_category_prevails_and_a_bill_has_a_limit()
    {
        var split = FeeSplitter.Split([Line("1", "A", 1m, 1, 1m) with { Category = ChargeCategory.Surgery }, Line("2", "C", 2m, 1, 2m) with { Category = ChargeCategory.Bed }, Line("3", "C", 4m, 1, 4m)], Catalogue);
        split.Categories.Where(category => !category.Split.Total.IsZero).Select(category => (category.Category, category.Split.Total.InYuan))
            .ShouldBe([(ChargeCategory.Bed, 2m), (ChargeCategory.Surgery, 1m), (ChargeCategory.Materials, 4m)]);

        FeeLine[] many = [.. Enumerable.Range(0, FeeSplitter.MostLines + 1).Select(index => Line(index.ToString(System.Globalization.CultureInfo.InvariantCulture), "A", 1m, 1, 1m))];
        FeeSplitter.Split(many[1..], Catalogue).Totals.Total.ShouldBe(Money.Yuan(FeeSplitter.MostLines));
        Refusal(() => FeeSplitter.Split(many, Catalogue)).ShouldBe("FIELD_INVALID");
        Refusal(() => FeeSplitter.Split([Line("1", "A", decimal.MaxValue, 2, 1m)], Catalogue)).ShouldBe("FIELD_INVALID");
    }

    [Fact]
    public void A_sum_that_is_off_is_named_with_both_amounts()
    {
        SplitChecks.Identity1(Parts(100, 10, 20, 30, 39.99m))!.Details.ShouldBe(["100.00", "99.99"]);
        (string What, SplitTotals Split)[] off =
        [
            ("范围内", Parts(10, 3, 2, 3, 2)), ("乙类先行自付", Parts(10, 2, 3, 3, 2)), ("超限价自付", Parts(10, 2, 2, 4, 2)),
        ];
        foreach (var (what, split) in off) SplitChecks.Categories(split, [new CategorySplit(ChargeCategory.Bed, Parts(10, 2, 2, 3, 3))])!.Details[0].ShouldBe(what);
        SplitChecks.Categories(Parts(10, 2, 2, 3, 2), [new CategorySplit(ChargeCategory.Bed, Parts(10, 2, 2, 3, 3))])!.Details[0].ShouldBe("自费");
        SplitChecks.Categories(Parts(11, 2, 2, 3, 3), [new CategorySplit(ChargeCategory.Bed, Parts(10, 2, 2, 3, 3))])!.Details[0].ShouldBe("总费用");
        SplitChecks.Categories(Parts(10, 2, 2, 3, 3), [new CategorySplit(ChargeCategory.Bed, Parts(10, 2, 2, 3, 2))])!.Code.ShouldBe("IDENTITY_1");
    }

    [Fact]
    public void Fractions_of_a_fen_are_rounded_half_up_on_the_line()
    {
        // 0.333333 × 1.5 = 0.4999995 yuan → 0.50; 10 % of it is 0.05 yuan.
        var split = FeeSplitter.Split([Line("1", "B10", 0.333333m, 1.5m, 0.50m)], Catalogue);
        split.Totals.ShouldBe(Parts(0.50m, 0.45m, 0.05m, 0, 0));
    }

    [Fact, Covers("OPS-005")]
    public void A_code_that_has_expired_is_refused_and_one_day_before_it_was_not()
    {
        var expired = Should.Throw<RefusedException>(() => FeeSplitter.Split([Line("1", "OLD", 1m, 1, 1m) with { Date = new DateOnly(2023, 4, 2) }], Catalogue));
        expired.Error.Code.ShouldBe("CODE_EXPIRED");
        FeeSplitter.Split([Line("1", "OLD", 1m, 1, 1m) with { Date = new DateOnly(2023, 3, 30) }], Catalogue).Totals.InScope.ShouldBe(Money.Yuan(1));
        FeeSplitter.Split([Line("1", "OLD", 1m, 1, 1m) with { Date = new DateOnly(2023, 3, 31) }], Catalogue).Totals.InScope.ShouldBe(Money.Yuan(1));
        Refusal(() => FeeSplitter.Split([Line("1", "OLD", 1m, 1, 1m) with { Date = new DateOnly(2023, 4, 1) }], Catalogue)).ShouldBe("CODE_EXPIRED");
        Refusal(() => FeeSplitter.Split([Line("1", "NOBODY", 1m, 1, 1m)], Catalogue)).ShouldBe("CODE_UNKNOWN");
    }

    [Fact]
    public void A_limited_item_is_in_scope_only_with_approval()
    {
        FeeSplitter.Split([Line("1", "LIMITED", 10m, 1, 10m)], Catalogue).Totals.ShouldBe(Parts(10, 0, 0, 0, 10));
        FeeSplitter.Split([Line("1", "LIMITED", 10m, 1, 10m) with { Approval = Approval.Refused }], Catalogue).Totals.ShouldBe(Parts(10, 0, 0, 0, 10));
        FeeSplitter.Split([Line("1", "LIMITED", 10m, 1, 10m) with { Approval = Approval.Approved }], Catalogue).Totals.ShouldBe(Parts(10, 10, 0, 0, 0));
        FeeSplitter.Split([Line("1", "A", 10m, 1, 10m) with { Approval = Approval.Refused }], Catalogue).Totals.ShouldBe(Parts(10, 0, 0, 0, 10));
    }

    internal static CatalogueItem Item(string code, ItemClass itemClass, decimal ratio = 0, decimal? limit = null, ChargeCategory category = ChargeCategory.WesternMedicine) =>
        new(code, code, category, itemClass, ratio, limit is { } price ? Money.Yuan(price) : null, new DateOnly(2020, 1, 1), null);

    internal static FeeLine Line(string serial, string code, decimal price, decimal count, decimal amount) =>
        new(serial, code, null, price, count, Money.Yuan(amount), Day);

    internal static SplitTotals Parts(decimal total, decimal inScope, decimal classB, decimal over, decimal self) =>
        new(Money.Yuan(total), Money.Yuan(inScope), Money.Yuan(classB), Money.Yuan(over), Money.Yuan(self));

    internal static string Refusal(Action action) => Should.Throw<RefusedException>(action).Error.Code;

    private static decimal D(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
