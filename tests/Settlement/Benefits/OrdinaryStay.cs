using Yibao.Contracts.Filings;
using Yibao.Kernel;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Tests.Benefits;

public sealed class OrdinaryStay
{
    [Fact]
    public void Home_policy_pays_on_the_treatment_places_scope()
    {
        var breakdown = BenefitEngine.Adjudicate(TestPolicy.Simple, TestPolicy.Employee.Filed(FilingCategory.LongTermResident), Accumulators.Empty, Account.None, TestPolicy.Split, TestPolicy.Stay);

        breakdown.Figures.FundTotal.ShouldBe(Money.Yuan(12_080));
        breakdown.Figures.Cash.ShouldBe(Money.Yuan(7_920));
        breakdown.Deductible.ShouldBe(Money.Yuan(900));
        SplitChecks.Identity2(TestPolicy.Split, breakdown.Figures).ShouldBeNull();
        breakdown.Steps.ShouldAllBe(step => step.Reason.Length > 0);
    }
}
