using Yibao.Filing.Registry;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Tests;

/// <summary>Further versions of the node registry, as the nation takes them in and the nodes below learn of them.</summary>
public sealed class RegistryFileTests
{
    private const string Header = "since,code,change,note\n";
    private static readonly AdminDivision Nation = AdminDivision.National;
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 10, 0, 0, TimeSpan.FromHours(8));
    private static readonly Actor Operator = new("operator-1", Role.NationalOperator, Nation);

    private static (int Lines, IReadOnlyList<(int Number, string Code)> Bad) Read(string rows)
    {
        var (lines, bad) = RegistryFile.Read(Header + rows, NodeRegistry.Reference, Now);
        return (lines, [.. bad.Select(line => (line.Number, line.Code))]);
    }

    [Fact]
    public void A_coming_handover_is_read_and_comments_count_for_nothing()
    {
        var (lines, bad) = Read("# 武汉市自建节点\n2026-07-01T00:00:00+08:00,420100,node_opened,\n");
        lines.ShouldBe(1);
        bad.ShouldBeEmpty();
    }

    [Fact]
    public void Every_bad_line_is_named_by_number()
    {
        var (lines, bad) = Read("2026-07-01T00:00:00+08:00,420100,node_opened,\n2026-07-01T00:00:00+08:00,999999,node_opened,\n2026-07-02T00:00:00+08:00,420200,opened,\n2026-05-31T23:59:59+08:00,420300,node_opened,\n2026-07-03,420300,node_opened,\n2026-07-04T00:00:00+08:00,420500,node_closed,\n");
        lines.ShouldBe(6);
        bad.ShouldBe([(3, "FIELD_INVALID"), (4, "FIELD_INVALID"), (5, "REGISTRY_CHANGE_PAST"), (6, "FIELD_INVALID"), (7, "FIELD_INVALID")]);
    }

    [Fact]
    public void A_change_at_this_very_instant_comes_too_late() =>
        Read("2026-06-01T10:00:00+08:00,420100,node_opened,\n").Bad.ShouldBe([(2, "REGISTRY_CHANGE_PAST")]);

    [Theory]
    [InlineData("code,since\n")]
    [InlineData("since,code,change,note\n")]
    [InlineData("")]
    public void What_is_no_such_table_is_refused_as_a_whole(string text) =>
        Should.Throw<RefusedException>(() => RegistryFile.Read(text, NodeRegistry.Reference, Now)).Error.Code.ShouldBe("FIELD_INVALID");

    private static ExtendRegistry Extend(string rows, NodeRegistryChanges state, Actor? actor = null) =>
        new(actor ?? Operator, NodeRegistryDecider.VersionOf(Header + rows), Header + rows, 1, state.Extensions.Length, [new("420000"), new("630000")], Now);

    [Fact]
    public void The_same_version_again_changes_nothing_and_each_child_is_told_once()
    {
        const string Rows = "2026-07-01T00:00:00+08:00,420100,node_opened,\n";
        var accepted = NodeRegistryDecider.Decide(Extend(Rows, NodeRegistryChanges.Empty), NodeRegistryChanges.Empty, Nation).ShouldBeOfType<Decision.Accepted>();
        var facts = accepted.Appends.SelectMany(append => append.Facts).ToList();
        facts.OfType<NodeRegistryPassedOn>().Select(passed => passed.Child.Code).ShouldBe(["420000", "630000"]);
        var state = facts.Aggregate(NodeRegistryChanges.Empty, (current, fact) => current.Evolve(fact));
        NodeRegistryDecider.Decide(Extend(Rows, state), state, Nation).ShouldBe(Decision.Done);

        // What was in force stays as it was; the new version holds from its instant.
        var registry = state.On(NodeRegistry.Reference);
        var instant = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.FromHours(8));
        registry.At(instant.AddTicks(-1)).HostOf(new("420100")).ShouldBe(new AdminDivision("420000"));
        registry.At(instant).HostOf(new("420100")).ShouldBe(new AdminDivision("420100"));
        NodeRegistry.Reference.Latest.HostOf(new("420100")).ShouldBe(new AdminDivision("420000"));
    }

    [Fact]
    public void Only_the_nation_speaks_and_two_at_once_build_on_each_other()
    {
        const string Rows = "2026-07-01T00:00:00+08:00,420100,node_opened,\n";
        foreach (var stranger in (Actor[])[new("p", Role.ProvinceOperator, new("420000")), new("n", Role.NationalOperator, new("420000")), new("c", Role.CityOperator, Nation)])
            NodeRegistryDecider.Decide(Extend(Rows, NodeRegistryChanges.Empty, stranger), NodeRegistryChanges.Empty, Nation).ShouldBeOfType<Decision.Refused>().Error.Code.ShouldBe("REGISTRY_NOT_HERE");

        // Read before another one was stored: it must be read again.
        var stale = Extend(Rows, NodeRegistryChanges.Empty);
        var first = NodeRegistryDecider.Decide(Extend("2026-08-01T00:00:00+08:00,420200,node_opened,\n", NodeRegistryChanges.Empty), NodeRegistryChanges.Empty, Nation).ShouldBeOfType<Decision.Accepted>();
        var state = first.Appends.SelectMany(append => append.Facts).Aggregate(NodeRegistryChanges.Empty, (current, fact) => current.Evolve(fact));
        NodeRegistryDecider.Decide(stale, state, Nation).ShouldBeOfType<Decision.Refused>().Error.Definition.Transient.ShouldBeTrue();
    }

    [Fact]
    public void A_node_below_takes_the_nations_words_in_their_order()
    {
        var second = new Contracts.Nodes.NodeRegistryExtended(2, "v2", Header + "2026-07-01T00:00:00+08:00,420100,node_opened,\n", Now);
        NodeRegistryDecider.Learn(second, [], NodeRegistryChanges.Empty).ShouldBeOfType<Decision.Refused>().Error.Definition.Transient.ShouldBeTrue();
        var first = second with { Number = 1, Version = "v1" };
        var learned = NodeRegistryDecider.Learn(first, [new("420100")], NodeRegistryChanges.Empty).ShouldBeOfType<Decision.Accepted>();
        var state = learned.Appends.SelectMany(append => append.Facts).Aggregate(NodeRegistryChanges.Empty, (current, fact) => current.Evolve(fact));
        NodeRegistryDecider.Learn(first, [], state).ShouldBe(Decision.Done);
        NodeRegistryDecider.Learn(second, [], state).ShouldBeOfType<Decision.Accepted>();
    }
}
