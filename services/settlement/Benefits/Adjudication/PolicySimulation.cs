using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits.Packs;

namespace Yibao.Settlement.Benefits.Adjudication;

/// <summary>What one fund would have paid under the rules in force and under the draft.</summary>
/// <param name="Fund">Null: the persons' cash.</param>
/// <param name="Name">As the home place prints it.</param>
public sealed record FundCost(InsuranceType Insurance, Fund? Fund, string Name, Money Before, Money After)
{
    public Money Difference => After - Before;
}

/// <summary>A draft pack against cases that were settled: what it costs each fund, and whom it helps or hurts.</summary>
/// <param name="Cases">How many were computed.</param>
/// <param name="OtherAreas">Cases of other areas, left out.</param>
/// <param name="Better">Persons who would pay less cash.</param>
/// <param name="Worse">Persons who would pay more.</param>
public sealed record PolicySimulation(int Cases, int OtherAreas, int Better, int Worse, IReadOnlyList<FundCost> Costs)
{
    /// <param name="cases">One JSON case each, see <see cref="AdjudicationRequest"/>.</param>
    /// <exception cref="RefusedException">A case or the pack is wrong; a case is named by its number.</exception>
    public static PolicySimulation Run(Adjudicator adjudicator, IEnumerable<string> cases, PackFile draft)
    {
        var costs = new Dictionary<(InsuranceType, Fund?), FundCost>();
        var (count, others, better, worse) = (0, 0, 0, 0);
        foreach (var (index, json) in cases.Index())
        {
            try
            {
                var before = adjudicator.Run(json);
                if (before.Request.Standing.Area != draft.Area)
                {
                    others++;
                    continue;
                }

                var after = adjudicator.Run(json, draft);
                count++;
                var cash = after.Breakdown.Figures.Cash - before.Breakdown.Figures.Cash;
                if (cash < Money.Zero) better++;
                if (cash > Money.Zero) worse++;
                Add(costs, before, after);
            }
            catch (RefusedException refused)
            {
                throw SystemErrors.FieldInvalid.With($"case {index + 1}", $"{refused.Error.Code} {refused.Error.Message}").AsException();
            }
        }

        return new PolicySimulation(count, others, better, worse, [.. costs.OrderBy(cost => cost.Key.Item1).ThenBy(cost => cost.Key.Item2 ?? (Fund)int.MaxValue).Select(cost => cost.Value)]);
    }

    private static void Add(Dictionary<(InsuranceType, Fund?), FundCost> costs, AdjudicationResult before, AdjudicationResult after)
    {
        var insurance = before.Request.Standing.Insurance;
        foreach (var fund in before.Breakdown.Figures.Funds.Concat(after.Breakdown.Figures.Funds).DistinctBy(fund => fund.Fund))
            Add(fund.Fund, fund.Name, before.Breakdown.Figures.Of(fund.Fund), after.Breakdown.Figures.Of(fund.Fund));
        Add(null, "个人现金", before.Breakdown.Figures.Cash, after.Breakdown.Figures.Cash);

        void Add(Fund? fund, string name, Money old, Money now)
        {
            var cost = costs.GetValueOrDefault((insurance, fund), new FundCost(insurance, fund, name, Money.Zero, Money.Zero));
            costs[(insurance, fund)] = cost with { Before = cost.Before + old, After = cost.After + now };
        }
    }
}
