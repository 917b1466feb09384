using CsCheck;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Tests.FeeSplit;

/// <summary>What must hold for every bill.</summary>
public sealed class SplitProperties
{
    private static readonly DateOnly Day = new(2023, 3, 10);

    private static readonly Gen<CatalogueItem> Items =
        from itemClass in Gen.Enum<ItemClass>()
        from category in Gen.Enum<ChargeCategory>()
        from ratio in Gen.Int[1, 1_000].Select(thousandths => thousandths / 1_000m)
        from limit in Gen.OneOf(Gen.Const((Money?)null), Gen.Long[1, 500_000].Select(fen => (Money?)new Money(fen)))
        from limited in Gen.Bool
        select new CatalogueItem("", "", category, itemClass, itemClass == ItemClass.B ? ratio : 0m, limit, new DateOnly(2020, 1, 1), null, limited);

    private static readonly Gen<(FeeLine[] Lines, FeeCatalogue Catalogue)> Bills =
        from items in Items.Array[1, 8]
        from rows in Gen.Select(Gen.Int[0, 7], Gen.Long[10_000, 50_000_000], Gen.Long[100, 200_000], Gen.Enum<Approval>()).Array[1, 20]
        let catalogue = new FeeCatalogue("random", items.Select((item, index) => item with { Code = $"ITEM{index}" }))
        let lines = rows.Select((row, index) => Line(index, row.Item1 % items.Length, row.Item2 / 1_000_000m, row.Item3 / 100m, row.Item4)).Where(line => !line.Amount.IsZero).ToArray()
        where lines.Length > 0
        select (lines, catalogue);

    [Fact]
    public void Parts_lines_categories_and_totals_add_up_to_the_fen() => Bills.Sample(
        bill =>
        {
            var split = FeeSplitter.Split(bill.Lines, bill.Catalogue);
            split.Lines.ShouldAllBe(line => line.Totals.Holds && line.Totals.IsNonNegative);
            split.Totals.Total.ShouldBe(bill.Lines.Aggregate(Money.Zero, (sum, line) => sum + line.Amount));
            SplitChecks.Identity1(split.Totals).ShouldBeNull();
            SplitChecks.Categories(split.Totals, split.Categories).ShouldBeNull();
            split.Categories.Count.ShouldBe(14);
            split.Lines.Aggregate(SplitTotals.Zero, (sum, line) => sum + line.Totals).ShouldBe(split.Totals);
        },
        iter: 10_000);

    [Fact]
    public void Each_part_is_what_the_order_of_the_split_says() => Bills.Sample(
        bill =>
        {
            foreach (var line in FeeSplitter.Split(bill.Lines, bill.Catalogue).Lines)
            {
                var outside = line.Item.Class == ItemClass.C || line.Line.Approval == Approval.Refused || (line.Item.Limited && line.Line.Approval != Approval.Approved);
                if (outside)
                {
                    line.Totals.ShouldBe(new SplitTotals(line.Line.Amount, default, default, default, line.Line.Amount));
                    continue;
                }

                line.SelfFunded.ShouldBe(Money.Zero);
                var within = line.Line.Amount - line.OverLimit;
                if (line.Item.LimitPrice is { } limit && line.Line.Price * 100m > limit.Fen) within.ShouldBe(Money.Rounded(limit.Fen * line.Line.Count));
                else line.OverLimit.ShouldBe(Money.Zero);
                line.ClassBSelfPay.ShouldBe(Money.Rounded(within.Fen * line.Item.SelfPayRatio));
            }
        },
        iter: 10_000);

    [Fact]
    public void The_order_of_lines_does_not_matter() => Gen.Select(Bills, Gen.Int[0, 1_000_000]).Sample(
        (bill, seed) =>
        {
            var shuffled = bill.Lines.ToArray();
            new Random(seed).Shuffle(shuffled);
            FeeSplitter.Split(shuffled, bill.Catalogue).Categories.ShouldBe(FeeSplitter.Split(bill.Lines, bill.Catalogue).Categories);
        },
        iter: 5_000);

    private static FeeLine Line(int serial, int item, decimal price, decimal count, Approval approval) =>
        new(serial.ToString(System.Globalization.CultureInfo.InvariantCulture), $"ITEM{item}", null, price, count, FeeSplitter.Amount(price, count), Day) { Approval = approval };
}
