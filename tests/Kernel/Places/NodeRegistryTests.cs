using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Kernel.Tests.Places;

public sealed class NodeRegistryTests
{
    private const string Header = "since,code,change,note\n";
    private static readonly NodeMap Map = NodeRegistry.Reference.Latest;

    private static AdminDivision At(string code) => new(code);

    [Fact]
    public void The_country_is_complete()
    {
        Map.Children(AdminDivision.National).Count.ShouldBe(32); // 31 provinces and the corps
        Map.Places.Count(place => place is { Tier: Tier.City, IsPoolingArea: true }).ShouldBeGreaterThan(380);
        Map.Nodes.Count.ShouldBe(36); // nation, provinces, Guangzhou, Shanwei, Xining
        Map.Children(At("420000")).Select(place => place.Printed).ShouldBe(
            ["武汉市", "黄石市", "十堰市", "宜昌市", "襄阳市", "鄂州市", "荆门市", "孝感市", "荆州市", "黄冈市", "咸宁市", "随州市", "恩施州", "仙桃市", "潜江市", "天门市", "神农架林区", "湖北省省本级"]);
        Map.Children(At("630000")).Take(8).Select(place => place.Short).ShouldBe(["西宁", "海东", "海西", "海南", "海北", "黄南", "果洛", "玉树"]);
    }

    [Fact]
    [Covers("SET-001")]
    public void A_visit_is_classified_by_the_pooling_areas_of_home_and_treatment()
    {
        Map.Classify(At("420500"), At("420100")).ShouldBe(VisitClass.IntraProvince);
        Map.Classify(At("420500"), At("110000")).ShouldBe(VisitClass.CrossProvince);
        Map.ProvinceOf(At("420500")).Code.ShouldBe(At("420000")); // outgoing for Hubei
        Map.ProvinceOf(At("110000")).Code.ShouldBe(At("110000")); // incoming for Beijing
        Map.Classify(At("429004"), At("429004")).ShouldBe(VisitClass.Local);
    }

    [Fact]
    public void The_provincial_pool_shares_wuhans_city_but_clears_with_it()
    {
        Map.Classify(At("429900"), At("420100")).ShouldBe(VisitClass.IntraProvince);
        Map.SameCity(At("429900"), At("420100")).ShouldBeTrue();
        Map.SameCity(At("420100"), At("429900")).ShouldBeTrue();
        Map.SameCity(At("429900"), At("420500")).ShouldBeFalse();
        Map.ClearingHouse(At("429900"), At("420100")).ShouldBe(At("420000"));
    }

    [Theory]
    [InlineData("420100", "湖北省武汉市")]
    [InlineData("110000", "北京市")]
    [InlineData("429900", "湖北省省本级")]
    [InlineData("422800", "湖北省恩施土家族苗族自治州")]
    [InlineData("100000", "国家")]
    public void A_place_is_named_with_its_province(string code, string name) => Map.FullName(At(code)).ShouldBe(name);

    [Fact]
    public void A_municipality_is_a_pooling_area_and_a_province() => Map.Area(At("110000")).Tier.ShouldBe(Tier.Province);

    [Fact]
    public void A_city_with_a_county_code_hangs_on_its_province_not_on_its_digits()
    {
        Map.HostOf(At("429004")).ShouldBe(At("420000"));
        Map.ProvinceOf(At("660800")).Code.ShouldBe(At("660000"));
        Map.Contains(At("420000"), At("429021")).ShouldBeTrue();
        Map.Contains(At("420100"), At("429021")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("460000", true)]
    [InlineData("540000", true)]
    [InlineData("660000", true)]
    [InlineData("420000", false)]
    [InlineData("110000", true)]
    [InlineData("420100", true)]
    public void A_filing_names_a_city_a_municipality_or_a_provincially_pooled_province(string code, bool can) => Map[At(code)].CanBeFiledTo.ShouldBe(can);

    [Fact]
    public void From_xining_to_wuhan_it_goes_up_twice_and_down_once()
    {
        Map.PathBetween(At("630100"), At("420100")).ShouldBe([At("630100"), At("630000"), At("100000"), At("420000")]);
        Map.Route(At("630100"), At("420100"), [At("630100")]).ShouldBe(new Routing.Up(At("630000")));
        Map.Route(At("630000"), At("420100"), [At("630100")]).ShouldBe(new Routing.Up(At("100000")));
        Map.Route(At("100000"), At("420100"), [At("630100"), At("630000")]).ShouldBe(new Routing.Down(At("420000")));
        Map.Route(At("420000"), At("420100"), [At("630100"), At("630000"), At("100000")]).ShouldBe(Routing.Here);
        Map.MeetingNode(At("630100"), At("420100")).ShouldBe(At("100000"));
    }

    [Fact]
    public void Inside_the_province_it_turns_round_at_the_province()
    {
        Map.Route(At("420000"), At("420500"), [At("420000")]).ShouldBe(Routing.Here);
        Map.MeetingNode(At("420500"), At("420100")).ShouldBe(At("420000"));
        Map.ClearingHouse(At("420500"), At("420100")).ShouldBe(At("420000"));
        Map.ClearingHouse(At("420500"), At("520100")).ShouldBe(At("100000"));
    }

    [Fact]
    public void A_message_that_comes_by_twice_is_refused()
    {
        Refusal(Map.Route(At("100000"), At("420100"), [At("630000"), At("100000"), At("420000")])).ShouldBe("ROUTE_LOOP");
        // A child whose registry says "up" for what this node believes lies below the child.
        Refusal(Map.Route(At("100000"), At("420100"), [At("420000")])).ShouldBe("ROUTE_LOOP");
    }

    [Fact]
    public void Unknown_places_and_nodes_out_of_force_are_refused()
    {
        Refusal(Map.Route(At("420000"), At("999999"), [])).ShouldBe("AREA_UNKNOWN");
        Refusal(Map.Route(At("420100"), At("420500"), [])).ShouldBe("NODE_UNKNOWN");
        Should.Throw<RefusedException>(() => Map.Classify(At("420000"), At("420100"))).Error.Code.ShouldBe("AREA_NOT_POOLING");
        Should.Throw<RefusedException>(() => NodeRegistry.Reference.At(new DateOnly(2016, 12, 31).End().AddTicks(-1))).Error.Code.ShouldBe("REGISTRY_NOT_IN_FORCE");
    }

    [Fact]
    public void A_city_is_handed_over_to_its_own_node_at_an_instant()
    {
        var handOver = new DateOnly(2023, 7, 1).Start();
        var registry = NodeRegistry.Reference.With(Header + "2023-07-01T00:00:00+08:00,420100,node_opened,\n");
        var before = handOver.AddTicks(-1);

        registry.At(before).HostOf(At("420100")).ShouldBe(At("420000"));
        registry.Route(At("420000"), At("420100"), before, [At("100000")]).ShouldBe(Routing.Here); // the former host keeps answering for ids from before
        registry.Route(At("420000"), At("420100"), handOver, [At("100000")]).ShouldBe(new Routing.Down(At("420100")));
        registry.At(handOver).HostOf(At("420100")).ShouldBe(At("420100"));
        registry.At(handOver).ChildNodes(At("420000")).ShouldBe([At("420100")]);
        registry.At(handOver).AreasHostedBy(At("420000")).ShouldNotContain(place => place.Code == At("420100"));
        registry.At(handOver).ClearingHouse(At("420500"), At("420100")).ShouldBe(At("420000"));
        registry.At(handOver).Version.ShouldBe(registry.At(before).Version + 1);
        NodeRegistry.Reference.Latest.HostOf(At("420100")).ShouldBe(At("420000")); // the former registry is untouched
    }

    [Fact]
    public void The_past_is_not_rewritten() =>
        Should.Throw<FormatException>(() => NodeRegistry.Reference.With(Header + "2016-01-01T00:00:00+08:00,420100,node_opened,\n")).Message.ShouldContain("line 2");

    [Fact]
    public void An_area_that_is_still_testing_is_gated_until_its_day()
    {
        var registry = NodeRegistry.Reference.With(Header + "2023-01-01T00:00:00+08:00,522700,testing,\n2023-03-01T00:00:00+08:00,522700,connected,\n");
        registry.At(new DateOnly(2023, 2, 28).At(23, 59)).NotConnected(At("522700"))!.Code.ShouldBe("AREA_NOT_CONNECTED");
        registry.At(new DateOnly(2023, 3, 1).Start()).NotConnected(At("522700")).ShouldBeNull();
        registry.At(new DateOnly(2022, 12, 31).Start()).NotConnected(At("522700")).ShouldBeNull();
        Map.NotConnected(At("529901"))!.Code.ShouldBe("AREA_NOT_CONNECTED");
    }

    [Theory]
    [InlineData("100000,国,国,国,nation,,1,no,,A,\n420000,鄂,鄂,鄂,province,110000,1,no,,A,", "line 3: the parent 110000")]
    [InlineData("100000,国,国,国,nation,,1,no,,A,\n100000,国,国,国,nation,,1,no,,A,", "line 3: 100000 stands here twice")]
    [InlineData("100000,国,国,国,nation,,1,no,,A,\n420000,鄂,鄂,鄂,province,,1,no,,A,", "line 3: the nation")]
    [InlineData("100000,国,国,国,nation,,1,no,,A,\n420000,鄂,鄂,鄂,province,420100,1,no,,A,\n420100,汉,汉,汉,city,420000,1,yes,,A,", "line 3: the parent 420100 is not of a higher tier")]
    [InlineData("100000,国,国,国,nation,,1,no,,A,\n42000,鄂,鄂,鄂,province,100000,1,no,,A,", "line 3: 'code' is six digits")]
    [InlineData("100000,国,国,国,nation,,1,no,,A", "line 2: 10 fields")]
    [InlineData("", "exactly one place")]
    public void A_table_that_is_no_tree_is_refused_with_its_line(string rows, string why) =>
        Should.Throw<FormatException>(() => NodeRegistry.Parse("code,name,printed,short,tier,parent,order,pool,same_city_as,confidence,note\n" + rows, Header)).Message.ShouldContain(why);

    [Theory]
    [InlineData("2023-07-01,420100,node_opened,", "line 2: 'since'")]
    [InlineData("2023-07-01T00:00:00+08:00,999999,node_opened,", "line 2: the place '999999'")]
    [InlineData("2023-07-01T00:00:00+08:00,420000,node_opened,", "line 2: 420000 has a node already")]
    [InlineData("2023-07-01T00:00:00+08:00,420100,node_closed,", "line 2: 420100 has no node")]
    [InlineData("2023-07-01T00:00:00+08:00,100000,node_closed,", "the nation")]
    [InlineData("2023-07-01T00:00:00+08:00,420100,opened,", "'opened' is none of")]
    public void A_change_that_makes_no_sense_is_refused_with_its_line(string row, string why) =>
        Should.Throw<FormatException>(() => NodeRegistry.Reference.With(Header + row)).Message.ShouldContain(why);

    private static string Refusal(Routing routing) => routing.ShouldBeOfType<Routing.Refused>().Error.Code;
}
