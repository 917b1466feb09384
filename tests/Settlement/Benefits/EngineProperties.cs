using System.Collections.Immutable;
using CsCheck;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>What must hold for every policy, every split and every history.</summary>
public sealed class EngineProperties
{
    private static readonly Rule Any = new("test", "", "", Mark.Illustrative, "City");

    private static readonly Gen<Money> Amount = Gen.Frequency((1, Gen.Const(Money.Zero)), (3, Gen.Long[1, 200].Select(fen => new Money(fen))), (6, Gen.Long[1, 30_000_000].Select(fen => new Money(fen))));

    private static readonly Gen<SplitTotals> Splits = Gen.Select(Amount, Amount, Amount, Amount, (a, b, c, d) => new SplitTotals(a + b + c + d, a, b, c, d));

    private static readonly Gen<decimal> Ratio = Gen.Int[0, 1_000].Select(thousandths => thousandths / 1_000m);

    private static readonly Gen<SegmentTable> Table =
        from period in Gen.Enum<SegmentPeriod>()
        from steps in Gen.Long[1, 5_000_000].Array[0, 3]
        from start in Gen.OneOf(Gen.Const(0L), Gen.Long[0, 2_000_000])
        from ratios in Ratio.Array[4]
        select Build(period, start, steps, ratios);

    private static readonly Gen<Cap> Caps = Gen.OneOf(Gen.Const(Cap.None), Amount.Select(amount => new Cap(LevelTable<Money?>.Of(amount), Any)));

    private static readonly Gen<DeductiblePolicy> Deductibles =
        from kind in Gen.Enum<DeductibleKind>()
        from amounts in Gen.Long[0, 200_000].Array[1, 3]
        select new DeductiblePolicy(kind, LevelTable<Money[]>.Of([.. amounts.Take(kind == DeductibleKind.PerAdmission ? 3 : 1).Select(fen => new Money(fen))]), Any);

    private static readonly Gen<CarePolicy> Care = Gen.Select(Deductibles, Table, Caps, Gen.Bool, (deductible, table, cap, counts) => new CarePolicy(deductible, table, cap, counts));

    private static readonly Gen<Reduction> Reductions = Gen.Select(Gen.Enum<ReductionMethod>(), Ratio, (method, value) => new Reduction(method, LevelTable<decimal>.Of(value), Any));

    private static readonly Gen<LayerPolicy[]> Layers =
        from parts in Gen.Select(Table, Caps, Gen.Enum<LayerBase>(), Gen.Bool, Gen.Bool, Gen.Bool).Array[6]
        select ((Fund[])[Fund.EmployeeLargeSum, Fund.ResidentCatastrophic, Fund.CivilServant, Fund.Supplementary, Fund.DisabledServicemen, Fund.MedicalAid])
            .Zip(parts, (fund, part) => new LayerPolicy(fund, LayerFor.Everyone, null, part.Item3, part.Item4, part.Item5, part.Item6, [], part.Item1, part.Item2)).ToArray();

    private static readonly Gen<PolicyPack> Policies =
        from inpatient in Care
        from outpatient in Care
        from chronic in Care
        from limits in Gen.Select(Gen.Enum<ChronicLimits>(), Amount, Amount)
        from reductions in Reductions.Array[8]
        from late in Gen.Bool
        from annual in Caps
        from layers in Layers
        from account in Gen.Select(Gen.Enum<AccountScope>(), Gen.Bool)
        let caps = new Dictionary<string, Money>(StringComparer.Ordinal) { ["M1"] = limits.Item2, ["M2"] = limits.Item3 }
        let insurance = new InsurancePolicy(inpatient, outpatient, chronic, new ChronicPolicy(limits.Item1, caps, Any), new OutOfAreaPolicy(reductions, late, Any), annual,
            [.. layers.Where(layer => layer.Fund != Fund.ResidentCatastrophic)], true, new AccountPolicy(account.Item1, account.Item2, Any), new Dictionary<Fund, string>())
        let resident = insurance with { Layers = [.. layers.Where(layer => layer.Fund is Fund.ResidentCatastrophic or Fund.Supplementary or Fund.MedicalAid)] }
        select new PolicyPack("random", TestPolicy.Area, "", default, null, insurance, resident, CatalogueRule.Treatment);

    private static readonly Gen<Standing> Standings =
        from insurance in Gen.OneOf(Gen.Const(InsuranceType.Employee), Gen.Const(InsuranceType.Resident))
        from filings in Gen.Select(Gen.Enum<FilingCategory>(), Gen.Bool, Gen.Enum<FilingMode>(), Gen.Enum<ProofBasis>()).Array[0, 3]
        select new Standing(TestPolicy.Area, insurance, insurance == InsuranceType.Employee ? PersonType.Retired : PersonType.Minor)
        {
            Filings = [.. filings.Select(filing => new FilingInForce(filing.Item1, filing.Item2, filing.Item3, filing.Item4, new DateOnly(2023, 3, 5)))],
            ChronicDiseases = ["M1", "M2"],
        };

    private static readonly Gen<CaseFacts> Cases =
        from care in Gen.Enum<CareType>()
        from relation in Gen.Enum<Relation>()
        from level in Gen.Enum<HospitalLevel>()
        from emergency in Gen.Bool
        from use in Gen.Enum<AccountUse>()
        select new CaseFacts(care, relation, level, new DateOnly(2023, 3, 1), new DateOnly(2023, 3, 9)) { Emergency = emergency, Disease = "M1", AccountUse = use };

    private static readonly Gen<Account> Balances = Gen.Select(Amount, Amount, (own, family) => new Account(own, family));

    /// <summary>A policy, a person and some visits of one year, one after the other.</summary>
    private static readonly Gen<(PolicyPack Policy, Standing Standing, (CaseFacts Facts, SplitTotals Split)[] Visits, Account Account)> Years =
        Gen.Select(Policies, Standings, Gen.Select(Cases, Splits, (facts, split) => (facts, split)).Array[1, 5], Balances, (policy, standing, visits, account) => (policy, standing, visits, account));

    [Fact]
    public void Both_identities_hold_to_the_fen_and_nothing_is_negative() => Years.Sample(
        year =>
        {
            foreach (var (breakdown, visit, _) in Settle(year))
            {
                breakdown.Figures.Holds.ShouldBeTrue();
                breakdown.Figures.Total.ShouldBe(visit.Split.Total);
                breakdown.Figures.Cash.IsNegative.ShouldBeFalse();
                breakdown.Figures.Funds.ShouldAllBe(fund => !fund.Amount.IsNegative);
                breakdown.Figures.AccountBalance.ShouldBe(year.Account.Balance - breakdown.Account.Own);
                breakdown.Figures.Of(Fund.PersonalAccount).ShouldBe(breakdown.Account.Own + breakdown.Account.Family);
                breakdown.Account.Own.ShouldBeLessThanOrEqualTo(year.Account.Balance);
                breakdown.Account.Family.ShouldBeLessThanOrEqualTo(year.Account.Family);
                breakdown.Steps.ShouldAllBe(step => step.Reason.Length > 0);
            }
        },
        iter: 10_000);

    [Fact]
    public void No_fund_pays_more_than_its_base_or_its_cap() => Years.Sample(
        year =>
        {
            var paid = new Dictionary<Fund, Money>();
            foreach (var (breakdown, visit, before) in Settle(year))
            {
                var policy = year.Policy.Of(year.Standing.Insurance);
                breakdown.Figures.Of(Fund.Pooled).ShouldBeLessThanOrEqualTo(visit.Split.InScope);
                var care = policy.Of(visit.Facts.Care);
                if (care.Cap.Amounts[year.Standing.PersonType, visit.Facts.Level] is { } cap)
                    breakdown.Figures.Of(Fund.Pooled).ShouldBeLessThanOrEqualTo(Money.Max(Money.Zero, cap - before.Of(Counters.Pooled(visit.Facts.Care))));
                if (care.CountsTowardsAnnualCap && policy.AnnualCap.Amounts[year.Standing.PersonType, visit.Facts.Level] is { } annual)
                    breakdown.Figures.Of(Fund.Pooled).ShouldBeLessThanOrEqualTo(Money.Max(Money.Zero, annual - before.Of(Counters.AnnualCap)));
                var reach = Money.Zero;
                foreach (var layer in policy.Layers)
                {
                    var amount = breakdown.Figures.Of(layer.Fund);
                    reach += amount;
                    paid[layer.Fund] = paid.GetValueOrDefault(layer.Fund) + amount;
                    if (layer.Cap.Amounts[year.Standing.PersonType, visit.Facts.Level] is { } most) paid[layer.Fund].ShouldBeLessThanOrEqualTo(most);
                }

                // Together the funds never pay what was never theirs: over-limit and self-funded.
                (reach + breakdown.Figures.Of(Fund.Pooled)).ShouldBeLessThanOrEqualTo(visit.Split.InScope + visit.Split.ClassBSelfPay);
            }
        },
        iter: 10_000);

    [Fact]
    public void More_in_scope_cost_never_lowers_what_the_funds_pay() => Gen.Select(Years, Gen.Long[1, 1_000_000]).Sample(
        (year, more) =>
        {
            foreach (var (breakdown, visit, before) in Settle(year))
            {
                var dearer = visit.Split with { Total = visit.Split.Total + new Money(more), InScope = visit.Split.InScope + new Money(more) };
                var facts = visit.Facts with { AccountUse = AccountUse.None };
                var less = BenefitEngine.Adjudicate(year.Policy, year.Standing, before, year.Account, visit.Split, facts).Figures.FundTotal;
                var with = BenefitEngine.Adjudicate(year.Policy, year.Standing, before, year.Account, dearer, facts).Figures.FundTotal;
                with.ShouldBeGreaterThanOrEqualTo(less);
            }
        },
        iter: 10_000);

    [Fact]
    public void A_settlement_followed_by_its_refund_leaves_every_accumulator_as_it_was() => Years.Sample(
        year =>
        {
            var state = BenefitYear.Empty;
            var account = Apply(PersonalAccount.Empty, PersonalAccount.Empty.Credit("opening", year.Account.Balance, year.Account.Family));
            var settled = Settle(year).Select((entry, index) => ($"S{index}", entry.Breakdown)).ToList();
            foreach (var (id, breakdown) in settled) state = Apply(state, state.Draw(id, breakdown.Draws));
            var before = state.Accumulators;

            var refunded = settled[0];
            state = Apply(state, state.Restore(refunded.Item1, "N"));
            state = Apply(state, state.Draw("again", refunded.Breakdown.Draws));
            state.Accumulators.ShouldBe(before);

            var drawn = Apply(account, account.Draw("S", refunded.Breakdown.Account));
            Apply(drawn, drawn.Restore("S", "N")).Account.ShouldBe(account.Account);

            foreach (var (id, _) in settled.Skip(1)) state = Apply(state, state.Restore(id, "N" + id));
            Apply(state, state.Restore("again", "N2")).Accumulators.ShouldBe(Accumulators.Empty);
        },
        iter: 5_000);

    [Fact]
    public void The_order_of_draws_and_restores_does_not_matter() => Gen.Select(Years, Gen.Int[0, 1_000_000]).Sample(
        (year, seed) =>
        {
            var facts = Settle(year).SelectMany((entry, index) => index % 2 == 0
                ? new Kernel.Deciding.IFact[] { new BenefitDrawn($"S{index}", entry.Breakdown.Draws) }
                : [new BenefitDrawn($"S{index}", entry.Breakdown.Draws), new BenefitRestored($"S{index}", $"N{index}")]).ToArray();
            var shuffled = facts.ToArray();
            new Random(seed).Shuffle(shuffled);
            Apply(BenefitYear.Empty, shuffled).Accumulators.ShouldBe(Apply(BenefitYear.Empty, facts).Accumulators);
        },
        iter: 5_000);

    [Fact]
    public void The_same_input_gives_the_same_result() => Years.Sample(
        year =>
        {
            foreach (var (breakdown, visit, before) in Settle(year))
            {
                var again = BenefitEngine.Adjudicate(year.Policy, year.Standing, before, year.Account, visit.Split, visit.Facts);
                again.Figures.ShouldBe(breakdown.Figures);
                again.Draws.ShouldBe(breakdown.Draws);
            }
        },
        iter: 2_000);

    /// <summary>One ratio and one annual deductible: the year's total does not depend on which visit came first, but for a fen of rounding per fund.</summary>
    [Fact]
    public void Swapping_two_visits_moves_at_most_one_fen() => Gen.Select(Ratio, Gen.Long[0, 500_000], Amount, Amount).Sample(
        (ratio, deductible, first, second) =>
        {
            var pack = TestPolicy.Of(deductible / 100m, ratio, DeductibleKind.Annual);
            var difference = Total(pack, first, second) - Total(pack, second, first);
            Math.Abs(difference.Fen).ShouldBeLessThanOrEqualTo(1);
        },
        iter: 20_000);

    /// <summary>Where the deductible counts admissions the difference is expected: the visit that comes second has the lower standard.</summary>
    [Fact]
    public void Swapping_two_visits_under_counted_deductibles_moves_what_the_cheaper_visit_did_not_reach() => Gen.Select(Gen.Long[0, 200_000], Gen.Long[0, 200_000], Amount, Amount).Sample(
        (one, other, a, b) =>
        {
            var (high, low) = (new Money(Math.Max(one, other)), new Money(Math.Min(one, other)));
            var pack = TestPolicy.Of(0, 1m);
            var counted = new DeductiblePolicy(DeductibleKind.PerAdmission, LevelTable<Money[]>.Of([high, low]), Any);
            pack = pack with { Employee = pack.Employee with { Inpatient = pack.Employee.Inpatient with { Deductible = counted } } };
            var expected = Above(a, high) + Above(b, low) - Above(b, high) - Above(a, low);
            (Total(pack, a, b) - Total(pack, b, a)).ShouldBe(expected);

            static Money Above(Money cost, Money standard) => Money.Max(Money.Zero, cost - standard);
        },
        iter: 20_000);

    private static Money Total(PolicyPack pack, params ReadOnlySpan<Money> visits)
    {
        var (year, total) = (Accumulators.Empty, Money.Zero);
        foreach (var inScope in visits)
        {
            var breakdown = BenefitEngine.Adjudicate(pack, TestPolicy.Employee, year, Account.None, new SplitTotals(inScope, inScope, default, default, default), TestPolicy.Stay with { Relation = Relation.Local });
            year = year.Plus(breakdown.Draws);
            total += breakdown.Figures.FundTotal;
        }

        return total;
    }

    private static List<(Breakdown Breakdown, (CaseFacts Facts, SplitTotals Split) Visit, Accumulators Before)> Settle((PolicyPack Policy, Standing Standing, (CaseFacts Facts, SplitTotals Split)[] Visits, Account Account) year)
    {
        var settled = new List<(Breakdown, (CaseFacts, SplitTotals), Accumulators)>();
        var accumulators = Accumulators.Empty;
        foreach (var visit in year.Visits)
        {
            var breakdown = BenefitEngine.Adjudicate(year.Policy, year.Standing, accumulators, year.Account, visit.Split, visit.Facts);
            settled.Add((breakdown, visit, accumulators));
            accumulators = accumulators.Plus(breakdown.Draws);
        }

        return settled;
    }

    private static TState Apply<TState>(TState state, IEnumerable<Kernel.Deciding.IFact> facts) where TState : class, Kernel.Deciding.IState<TState> =>
        facts.Aggregate(state, static (current, fact) => current.Evolve(fact));

    private static SegmentTable Build(SegmentPeriod period, long start, long[] steps, decimal[] ratios)
    {
        var segments = new List<Segment>();
        var from = start;
        for (var i = 0; i <= steps.Length; i++)
        {
            long? to = i < steps.Length ? from + steps[i] : null;
            segments.Add(new Segment(new Money(from), to is { } end ? new Money(end) : null, LevelTable<decimal>.Of(ratios[i]), Any));
            from = to ?? from;
        }

        return new SegmentTable(period, segments);
    }
}
