using CsCheck;
using Yibao.Kernel.Places;

namespace Yibao.Kernel.Tests.Places;

public sealed class RoutingPropertyTests
{
    private const string Header = "since,code,change,note\n";

    /// <summary>Any set of cities may run its own node: each message still arrives at the host, each node seen once, through the meeting node.</summary>
    [Fact]
    public void Wherever_nodes_stand_a_message_arrives_at_the_host_without_passing_a_node_twice()
    {
        var areas = NodeRegistry.Reference.Latest.Places.Where(place => place.IsPoolingArea).Select(place => place.Code).ToArray();
        var cities = NodeRegistry.Reference.Latest.Places.Where(place => place.Tier == Tier.City && !NodeRegistry.Reference.Latest.IsNode(place.Code)).Select(place => place.Code).ToArray();
        Gen.Select(Gen.Int[0, cities.Length - 1].Array[0, 30], Gen.Int[0, areas.Length - 1], Gen.Int[0, areas.Length - 1]).Sample((own, from, to) =>
        {
            var changes = Header + string.Concat(own.Distinct().Select(i => $"2023-01-01T00:00:00+08:00,{cities[i]},node_opened,\n"));
            var map = NodeRegistry.Reference.With(changes).Latest;
            var (origin, target) = (map.HostOf(areas[from]), areas[to]);

            var path = new List<AdminDivision> { origin };
            for (var hop = map.Route(origin, target, path); hop is not Routing.HandleHere; hop = map.Route(path[^1], target, path))
            {
                hop.ShouldNotBeOfType<Routing.Refused>();
                path.Add(hop.NextHop!.Value);
                path.Count.ShouldBeLessThanOrEqualTo(5);
            }

            path.ShouldBe(map.PathBetween(areas[from], target));
            path.ShouldBeUnique();
            path[^1].ShouldBe(map.HostOf(target));
            path.ShouldContain(map.MeetingNode(areas[from], target));
            if (origin != map.HostOf(target) && map.Classify(areas[from], target) == VisitClass.CrossProvince) path.ShouldContain(map.ClearingHouse(areas[from], target));
        }, iter: 300);
    }
}
