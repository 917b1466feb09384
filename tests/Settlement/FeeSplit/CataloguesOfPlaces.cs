using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Tests.Benefits;
using static Yibao.Settlement.Tests.FeeSplit.SplittingLines;

namespace Yibao.Settlement.Tests.FeeSplit;

/// <summary>Whose catalogue, and what is open for chronic care.</summary>
public sealed class CataloguesOfPlaces
{
    private const string Header = "code,name,category,class,self_pay,limit_price,limited,unit,from,to\n";

    private static readonly NodeMap Places = NodeRegistry.Reference.Latest;
    private static readonly CatalogueLibrary Delivered = CatalogueLibrary.Load(RegionPacks.Folder, Places);
    private static readonly AdminDivision Wuhan = new("420100");
    private static readonly AdminDivision Yichang = new("420500");
    private static readonly AdminDivision Guiyang = new("520100");

    [Fact]
    public void The_delivered_sample_has_items_of_every_class_and_category()
    {
        var items = Delivered.At(Wuhan).Items.ToList();
        items.Count.ShouldBeGreaterThan(150);
        items.Select(item => item.Category).Distinct().Count().ShouldBe(14);
        items.Select(item => item.Class).Distinct().Count().ShouldBe(3);
        items.ShouldContain(item => item.Limited);
        Delivered.At(Wuhan).Version.ShouldNotBe(Delivered.OfProvince(Wuhan).Version);
    }

    [Fact, Covers("BEN-002")]
    public void Hubei_splits_by_one_catalogue_and_the_treatment_places_price()
    {
        var library = Library(("420000", "ITEM1,某药,09,乙,10%,,,盒,2020-01-01,\n"), ("420100", "ITEM1,某药,09,乙,30%,,,盒,2020-01-01,\n"));
        var rule = PolicyFolder.Load(RegionPacks.Folder, Places).At(Wuhan, new DateOnly(2023, 6, 1)).Pack.CatalogueIntraProvince;
        rule.ShouldBe(CatalogueRule.ProvinceUnified);

        FeeSplitter.Split([Line("1", "ITEM1", 120m, 1, 120m)], library.For(Yichang, Wuhan, rule)).Totals.ShouldBe(Parts(120, 108, 12, 0, 0));
        // Across provinces the treatment place's own applies.
        FeeSplitter.Split([Line("1", "ITEM1", 120m, 1, 120m)], library.For(Guiyang, Wuhan, rule)).Totals.ShouldBe(Parts(120, 84, 36, 0, 0));
    }

    [Fact, Covers("BEN-003")]
    public void Guangdong_splits_by_the_treatment_places_catalogue()
    {
        var library = Library(("440100", "ITEM1,某药,09,丙,,,,盒,2020-01-01,\n"), ("441500", "ITEM1,某药,09,甲,,,,盒,2020-01-01,\n"));
        var (guangzhou, shanwei) = (new AdminDivision("440100"), new AdminDivision("441500"));
        var rule = PolicyFolder.Load(RegionPacks.Folder, Places).At(guangzhou, new DateOnly(2023, 6, 1)).Pack.CatalogueIntraProvince;
        FeeSplitter.Split([Line("1", "ITEM1", 10m, 1, 10m)], library.For(shanwei, guangzhou, rule)).Totals.ShouldBe(Parts(10, 0, 0, 0, 10));
    }

    [Fact, Covers("SET-019")]
    public void A_disease_of_the_provincial_catalogue_only_is_open_inside_the_province_only()
    {
        Delivered.NotOpen("M02300", Yichang, Wuhan).ShouldBeNull();
        Delivered.NotOpen("M02300", Guiyang, Wuhan)!.Code.ShouldBe("DISEASE_NOT_OPEN_CROSS_PROVINCE");
        Delivered.NotOpen("M01600", Guiyang, Wuhan).ShouldBeNull();
        Delivered.NotOpen("M01600", Yichang, Wuhan).ShouldBeNull();
        Delivered.NotOpen("M99999", Yichang, Wuhan)!.Code.ShouldBe("DISEASE_NOT_IN_PROVINCE");
    }

    [Fact, Covers("SET-020")]
    public void A_limited_scope_of_the_treatment_place_applies_and_without_one_norms_do()
    {
        var library = Library(("100000", "INLIST,某药,09,甲,,,,盒,2020-01-01,\nOUTSIDE,某药,09,甲,,,,盒,2020-01-01,\n"));
        var catalogue = library.At(Wuhan);
        FeeLine[] lines = [Line("1", "INLIST", 10m, 1, 10m), Line("2", "OUTSIDE", 5m, 1, 5m)];

        var limited = FeeSplitter.Split(lines, catalogue, library.ScopeOf("M01600", Wuhan));
        limited.Totals.ShouldBe(Parts(15, 10, 0, 0, 5));
        limited.Lines[1].Marks.ShouldBe(SplitMarks.OutsideDiseaseScope);

        var norms = FeeSplitter.Split(lines, catalogue, library.ScopeOf("M01600", Yichang));
        norms.Totals.ShouldBe(Parts(15, 15, 0, 0, 0));
        norms.Lines.ShouldAllBe(line => line.Marks == SplitMarks.NormBased);
    }

    [Fact, Covers("SET-005")]
    public void Categories_add_up_to_the_total_or_are_refused()
    {
        CategorySplit[] categories =
        [
            Of(ChargeCategory.Bed, 1_600), Of(ChargeCategory.WesternMedicine, 9_200), Of(ChargeCategory.Laboratory, 4_700),
            Of(ChargeCategory.Treatment, 3_100), Of(ChargeCategory.Materials, 1_400),
        ];
        SplitChecks.Categories(Parts(20_000, 20_000, 0, 0, 0), categories).ShouldBeNull();

        categories[0] = Of(ChargeCategory.Bed, 1_599.99m);
        var error = SplitChecks.Categories(Parts(20_000, 20_000, 0, 0, 0), categories)!;
        error.Code.ShouldBe("CATEGORY_SUM_MISMATCH");
        error.Details[1].ShouldBe("19,999.99");

        SplitChecks.Categories(Parts(20_000, 20_000, 0, 0, 0), [.. categories, Of(ChargeCategory.Bed, 0.01m)])!.Code.ShouldBe("CATEGORY_UNKNOWN");
        SplitChecks.Categories(Parts(1, 1, 0, 0, 0), [Of((ChargeCategory)15, 1)])!.Code.ShouldBe("CATEGORY_UNKNOWN");
        // The total agrees, a part does not.
        SplitChecks.Categories(Parts(10, 10, 0, 0, 0), [new CategorySplit(ChargeCategory.Bed, Parts(10, 9, 1, 0, 0))])!.Code.ShouldBe("CATEGORY_SUM_MISMATCH");

        static CategorySplit Of(ChargeCategory category, decimal yuan) => new(category, Parts(yuan, yuan, 0, 0, 0));
    }

    [Theory]
    [InlineData("ITEM1,某药,15,甲,,,,盒,2020-01-01,\n", "01 至 14")]
    [InlineData("ITEM1,某药,09,丁,,,,盒,2020-01-01,\n", "甲、乙、丙")]
    [InlineData("ITEM1,某药,09,乙,,,,盒,2020-01-01,\n", "先行自付")]
    [InlineData("ITEM1,某药,09,甲,10%,,,盒,2020-01-01,\n", "先行自付")]
    [InlineData("ITEM1,某药,09,乙,0.1,,,盒,2020-01-01,\n", "10%")]
    [InlineData("ITEM1,某药,09,甲,,-1,,盒,2020-01-01,\n", "限价")]
    [InlineData("ITEM1,某药,09,甲,,1.005,,盒,2020-01-01,\n", "限价")]
    [InlineData("ITEM1,某药,09,甲,,,maybe,盒,2020-01-01,\n", "limited")]
    [InlineData("ITEM1,某药,09,甲,,,,盒,,\n", "from")]
    [InlineData("ITEM1,某药,09,甲,,,,盒,2020-01-01,2020-01-01\n", "to")]
    [InlineData("ITEM1,,09,甲,,,,盒,2020-01-01,\n", "name")]
    [InlineData("I,某药,09,甲,,,,盒,2020-01-01,\n", "编码")]
    [InlineData("ITEM1,某药,09,甲,,,,盒,2020-01-01\n", "列")]
    public void Mistakes_in_a_catalogue_name_file_and_line(string row, string what)
    {
        var error = Should.Throw<RefusedException>(() => Library(("420100", row))).Error;
        error.Code.ShouldBe("CATALOGUE_INVALID");
        error.Details[0].ShouldBe("catalogue/420100.csv");
        error.Details[1].ShouldBe("2");
        error.Message.ShouldContain(what);
    }

    [Fact]
    public void Versions_of_one_code_may_follow_but_not_overlap()
    {
        Refusal(() => Library(("420100", "ITEM1,某药,09,甲,,,,盒,2020-01-01,2023-01-02\nITEM1,某药,09,丙,,,,盒,2023-01-01,\n"))).ShouldBe("CATALOGUE_INVALID");
        Refusal(() => Library(("420100", "ITEM1,某药,09,甲,,,,盒,2020-01-01,\nITEM1,某药,09,丙,,,,盒,2023-01-01,\n"))).ShouldBe("CATALOGUE_INVALID");
        var library = Library(("420100", "ITEM1,某药,09,甲,,,,盒,2020-01-01,2023-03-10\nITEM1,某药,09,丙,,,,盒,2023-03-10,\n"));
        FeeSplitter.Split([Line("1", "ITEM1", 1m, 1, 1m)], library.At(Wuhan)).Totals.SelfFunded.ShouldBe(Money.Yuan(1));
        Refusal(() => Library(("440100", "")).At(Wuhan)).ShouldBe("CATALOGUE_MISSING");
    }

    private static CatalogueLibrary Library(params (string Code, string Rows)[] tables) => new(
        tables.Select(table => (table.Code, $"catalogue/{table.Code}.csv", Header + table.Rows)), "area,disease,name\n100000,M01600,糖尿病\n", "area,disease,code\n420100,M01600,INLIST\n", Places);
}
