using System.Globalization;
using CsCheck;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Tests.FeeSplit;

/// <summary>A new version replaces a layer's table from its first day; the days before it are answered as before.</summary>
public sealed class CatalogueVersions
{
    private const string Header = "code,name,category,class,self_pay,limit_price,limited,unit,from,to\n";

    private static readonly AdminDivision Nation = AdminDivision.National;
    private static readonly AdminDivision Hubei = new("420000");
    private static readonly AdminDivision Wuhan = new("420100");
    private static readonly DateOnly Turn = new(2027, 1, 1);

    private static CatalogueLibrary Library(params (string Code, string Rows)[] tables) =>
        new(tables.Select(table => (table.Code, table.Code + ".csv", Header + table.Rows)), "area,disease,name\n", "area,disease,code\n", NodeRegistry.Reference.Latest);

    private static string? ClassOn(CatalogueLibrary library, string code, DateOnly day) => library.At(Wuhan).Find(code, day).Item?.Class.ToString();

    [Fact]
    public void The_day_before_is_split_by_the_old_version_and_the_first_day_by_the_new()
    {
        var library = Library(("420100", "ITEM1,某药,09,甲,,,,盒,2020-01-01,\nITEM2,某药,09,甲,,,,盒,2020-01-01,\n"));
        var before = library.At(Wuhan).Version;
        library.Add(Wuhan, Turn, "new.csv", Header + "ITEM1,某药,09,乙,10%,,,盒,2020-01-01,\nITEM3,某药,09,甲,,,,盒,2027-03-01,\n");

        (ClassOn(library, "ITEM1", Turn.AddDays(-1)), ClassOn(library, "ITEM1", Turn)).ShouldBe(("A", "B"));
        // Gone from the new version: it ran out, it is not unknown.
        (ClassOn(library, "ITEM2", Turn.AddDays(-1)), ClassOn(library, "ITEM2", Turn)).ShouldBe(("A", null));
        library.At(Wuhan).Find("ITEM2", Turn).CodeExists.ShouldBeTrue();
        (ClassOn(library, "ITEM3", Turn), ClassOn(library, "ITEM3", new DateOnly(2027, 3, 1))).ShouldBe((null, "A"));
        library.At(Wuhan).Version.ShouldNotBe(before);

        // A stay over the turn of the year: each line by its own day.
        var split = FeeSplitter.Split([Line("1", Turn.AddDays(-1)), Line("2", Turn)], library.At(Wuhan));
        split.Lines.Select(line => line.Totals.ClassBSelfPay.InYuan).ShouldBe([0m, 10m]);
    }

    [Fact]
    public void What_the_city_no_longer_sets_is_the_provinces_again()
    {
        var library = Library(("100000", "ITEM1,某药,09,丙,,,,盒,2020-01-01,\n"), ("420000", "ITEM1,某药,09,乙,20%,,,盒,2020-01-01,\n"), ("420100", "ITEM1,某药,09,甲,,,,盒,2020-01-01,\n"));
        library.Add(Wuhan, Turn, "new.csv", Header + "ITEM9,某药,09,甲,,,,盒,2020-01-01,\n");
        (ClassOn(library, "ITEM1", Turn.AddDays(-1)), ClassOn(library, "ITEM1", Turn)).ShouldBe(("A", "B"));
        library.Add(Hubei, Turn.AddYears(1), "new.csv", Header + "ITEM8,某药,09,甲,,,,盒,2020-01-01,\n");
        ClassOn(library, "ITEM1", Turn.AddYears(1)).ShouldBe("C");
    }

    [Fact]
    public void A_later_import_for_the_same_day_corrects_it_and_one_for_an_earlier_day_holds_until_the_next()
    {
        var library = Library(("420100", "ITEM1,某药,09,甲,,,,盒,2020-01-01,\n"));
        library.Add(Wuhan, Turn, "wrong.csv", Header + "ITEM1,某药,09,丙,,,,盒,2020-01-01,\n");
        library.Add(Wuhan, Turn, "right.csv", Header + "ITEM1,某药,09,乙,10%,,,盒,2020-01-01,\n");
        library.Add(Wuhan, Turn.AddMonths(-1), "december.csv", Header + "ITEM1,某药,09,丙,,,,盒,2020-01-01,\n");
        ((string?[])[ClassOn(library, "ITEM1", Turn.AddMonths(-1).AddDays(-1)), ClassOn(library, "ITEM1", Turn.AddMonths(-1)), ClassOn(library, "ITEM1", Turn)]).ShouldBe(["A", "C", "B"]);
    }

    [Fact]
    public void The_same_table_again_leaves_one_period_of_validity()
    {
        const string Rows = "ITEM1,某药,09,甲,,,,盒,2020-01-01,2030-01-01\n";
        var library = Library(("420100", Rows));
        library.Add(Wuhan, Turn, "same.csv", Header + Rows);
        library.At(Wuhan).Items.ShouldHaveSingleItem().ShouldBe(new CatalogueItem("ITEM1", "某药", ChargeCategory.WesternMedicine, ItemClass.A, 0m, null, new DateOnly(2020, 1, 1), new DateOnly(2030, 1, 1)));
    }

    [Fact]
    public void A_wrong_version_changes_nothing_and_names_its_line()
    {
        var library = Library(("420100", "ITEM1,某药,09,甲,,,,盒,2020-01-01,\n"));
        var before = library.At(Wuhan).Version;
        Should.Throw<RefusedException>(() => library.Add(Wuhan, Turn, "wrong.csv", Header + "ITEM1,某药,09,甲,,,,盒,2020-01-01,\nITEM1,某药,09,甲,,,,盒,2021-01-01,\n")).Error.Message.ShouldContain("第 3 行");
        library.At(Wuhan).Version.ShouldBe(before);
    }

    [Fact]
    public void On_every_day_each_code_is_said_by_the_lowest_layer_whose_version_of_that_day_has_it() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 8], Gen.Int[0, 3].Select(code => code).HashSet[1, 4], Gen.Int[1, 99]).Array[1, 8].Sample(versions =>
        {
            AdminDivision[] layers = [Nation, Hubei, Wuhan];
            var start = new DateOnly(2026, 1, 1);
            var library = Library(("100000", "CODE0,底,09,甲,,,,盒,2020-01-01,\n"));
            foreach (var (layer, day, codes, mark) in versions) library.Add(layers[layer], start.AddDays(day), "v.csv", Header + string.Concat(codes.Select(code => Row(code, mark))));

            var catalogue = library.At(Wuhan);
            for (var day = -1; day < 10; day++)
            {
                for (var code = 0; code < 4; code++)
                {
                    decimal? expected = code == 0 ? 0m : null;
                    for (var layer = 0; layer < 3; layer++)
                    {
                        var inForce = versions.Index().Where(entry => entry.Item.Item1 == layer && entry.Item.Item2 <= day).OrderBy(entry => entry.Item.Item2).ThenBy(entry => entry.Index).Select(entry => entry.Item).LastOrDefault();
                        if (layer == 0 && inForce.Item3 is not null) expected = null;
                        if (inForce.Item3?.Contains(code) == true) expected = inForce.Item4 / 100m;
                    }

                    catalogue.Find($"CODE{code}", start.AddDays(day)).Item?.SelfPayRatio.ShouldBe(expected ?? -1m);
                    (catalogue.Find($"CODE{code}", start.AddDays(day)).Item is null).ShouldBe(expected is null);
                }
            }
        });

    private static string Row(int code, int percent) => string.Create(CultureInfo.InvariantCulture, $"CODE{code},某药,09,乙,{percent}%,,,盒,2020-01-01,\n");

    private static FeeLine Line(string serial, DateOnly day) => SplittingLines.Line(serial, "ITEM1", 100m, 1, 100m) with { Date = day };
}
