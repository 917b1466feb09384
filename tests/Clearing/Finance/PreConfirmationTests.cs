using Yibao.Clearing.Confirmation;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Finance;

public sealed class PreConfirmationTests
{
    private static readonly AdminDivision Beijing = new("110000");
    private static readonly PairFund Pair = new(Beijing, Wuhan, InsuranceType.Employee, Fund.Pooled);

    private static IReadOnlyDictionary<Fund, Money> Pooled(decimal yuan) => new Dictionary<Fund, Money> { [Fund.Pooled] = Money.Yuan(yuan) };

    private static readonly OwnDeclared[] Own =
        [new("S1", Pair, Money.Yuan(1_200_000m), Money.Yuan(5_000m)), new("S2", Pair, Money.Yuan(5_000m), Money.Zero)];

    [Fact]
    public void Incoming_declared_1_205_000_less_deductions_5_000_equals_the_nation()
    {
        var check = PreConfirmation.Incoming(new Dictionary<PairFund, Money> { [Pair] = Money.Yuan(1_200_000m) }, Own,
            new Dictionary<(string, PairFund), Money> { [("S1", Pair)] = Money.Yuan(1_195_000m), [("S2", Pair)] = Money.Yuan(5_000m) });
        check.Passes.ShouldBeTrue();
        check.Incoming.Single().Net.ShouldBe(Money.Yuan(1_200_000m));
    }

    [Fact]
    public void Incoming_1_199_988_at_the_nation_blocks_and_lists_12_yuan_by_settlement()
    {
        var check = PreConfirmation.Incoming(new Dictionary<PairFund, Money> { [Pair] = Money.Yuan(1_199_988m) }, Own,
            new Dictionary<(string, PairFund), Money> { [("S1", Pair)] = Money.Yuan(1_195_000m), [("S2", Pair)] = Money.Yuan(4_988m) });
        check.Passes.ShouldBeFalse();
        check.Violations.Select(v => (v.SettlementId, v.Difference)).ShouldBe([(null, Money.Yuan(-12m)), ("S2", Money.Yuan(-12m))]);
        check.Incoming.ShouldBeEmpty();
    }

    [Fact]
    public void Outgoing_40_settlements_net_161_800_pass_and_two_own_ones_not_included_are_only_listed()
    {
        var national = Enumerable.Range(0, 40).Select(n => new NationalItem(Id(n), Yichang, Beijing, InsuranceType.Employee, Pooled(n == 0 ? 12_080m : 4_000m), Money.Yuan(n == 1 ? 6_280m - 2_280m : 0m))).ToList();
        // 12,080 + 39 × 4,000 = 168,080; less deductions of 4,000 and 2,280 = 161,800.
        national[2] = national[2] with { Deduction = Money.Yuan(2_280m) };
        var own = Enumerable.Range(0, 42).Select(n => new OwnHomeEntry(Id(n), Yichang, Beijing, InsuranceType.Employee, Pooled(n == 0 ? 12_080m : 4_000m), true, false)).ToList();
        var check = PreConfirmation.Outgoing(national, own);
        check.Passes.ShouldBeTrue();
        check.Outgoing.Single().ShouldBe(new PairChecked(Yichang, Beijing, 40, Money.Yuan(161_800m)));
        check.NotIncluded.ShouldBe([Id(40), Id(41)]);

        own[0] = own[0] with { Funds = Pooled(12_092m) };
        var blocked = PreConfirmation.Outgoing(national, own);
        blocked.Passes.ShouldBeFalse();
        var violation = blocked.Violations.ShouldHaveSingleItem();
        (violation.Kind, violation.SettlementId, violation.National, violation.Own).ShouldBe((ViolationKind.AmountDiffers, Id(0), Money.Yuan(12_080m), Money.Yuan(12_092m)));
    }

    [Fact]
    public void Outgoing_names_every_other_violation()
    {
        NationalItem Item(string id, decimal deduction = 0m) => new(id, Yichang, Beijing, InsuranceType.Employee, Pooled(100m), Money.Yuan(deduction));
        OwnHomeEntry Entry(string id, bool reconciled = true, bool cleared = false) => new(id, Yichang, Beijing, InsuranceType.Employee, Pooled(100m), reconciled, cleared);
        var check = PreConfirmation.Outgoing([Item("A"), Item("B"), Item("C"), Item("D", 100.01m), Item("E"), Item("E")],
            [Entry("B", reconciled: false), Entry("C", cleared: true), Entry("D"), Entry("E")]);
        check.Violations.Select(v => (v.SettlementId, v.Kind)).ShouldBe([
            ("A", ViolationKind.UnknownAtHome), ("B", ViolationKind.NotReconciled), ("C", ViolationKind.AlreadyCleared), ("D", ViolationKind.DeductionTooLarge), ("E", ViolationKind.Twice)]);
    }
}
