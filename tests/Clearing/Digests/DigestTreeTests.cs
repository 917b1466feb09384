using CsCheck;
using Yibao.Clearing.Digests;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Digests;

public sealed class DigestTreeTests
{
    private static DigestEntry Of(Contracts.Settlements.SettlementContent content) =>
        new(content.SettlementId, Convert.FromHexString(content.Hash()), content.Total, content.FundTotal, content.Cash);

    [Fact]
    public void The_order_of_booking_leaves_no_trace() =>
        Gen.Shuffle(Enumerable.Range(0, 200).Select(n => Of(Settlement(Id(n)))).ToArray()).Sample(shuffled =>
            DigestTree.Of(shuffled).Sums.Agrees(DigestTree.Of(Enumerable.Range(0, 200).Select(n => Of(Settlement(Id(n))))).Sums), iter: 20);

    [Fact]
    public void Any_one_changed_missing_or_added_settlement_changes_the_root() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 299], Gen.Int[0, 2]).Sample((count, at, how) =>
        {
            var entries = Enumerable.Range(0, count).Select(n => Of(Settlement(Id(n)))).ToList();
            var before = DigestTree.Of(entries).Sums.Root;
            at %= count;
            if (how == 0) entries.RemoveAt(at);
            else if (how == 1) entries[at] = Of(Settlement(Id(at), fund: 12080.01m));
            else entries.Add(Of(Settlement(Id(1000))));
            return !DigestTree.Of(entries).Sums.Root.AsSpan().SequenceEqual(before);
        }, iter: 100);

    [Fact]
    public void Every_settlement_lies_below_exactly_one_child_of_every_open_prefix()
    {
        var tree = DigestTree.Of(Enumerable.Range(0, 2000).Select(n => Of(Settlement(Id(n)))));
        var found = new List<string>();
        void Walk(string prefix)
        {
            var branch = tree.Open(prefix);
            found.AddRange(branch.Leaves.Select(leaf => leaf.SettlementId));
            if (branch.Children.Length == 0) return;
            for (var child = 0; child < 16; child++)
            {
                var below = DigestTree.ChildPrefix(prefix, child);
                branch.Children.AsSpan(child * 32, 32).SequenceEqual(tree.DigestAt(below)).ShouldBeTrue();
                if (tree.DigestAt(below).Any(b => b != 0)) Walk(below);
            }
        }

        Walk("");
        found.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 2000).Select(Id));
    }

    [Fact]
    public void The_deepest_prefix_names_its_settlements() =>
        DigestTree.Of(Enumerable.Range(0, 100).Select(n => Of(Settlement(Id(n))))).Open("ffffffffffffffff").Leaves.ShouldBeEmpty();

    [Fact]
    public void A_settlement_twice_is_an_error_not_a_count() =>
        Should.Throw<InvalidOperationException>(() => DigestTree.Of([Of(Settlement("A")), Of(Settlement("A"))]));

    [Theory]
    [InlineData("g")]
    [InlineData("A")]
    [InlineData("00000000000000000")]
    public void Only_hex_prefixes_are_opened(string prefix) => Should.Throw<ArgumentException>(() => DigestTree.Empty.Open(prefix));
}
