using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>The packs that are delivered with the platform.</summary>
public sealed class RegionPacks
{
    internal static readonly string Folder = PolicyFolder.Find(AppContext.BaseDirectory) ?? throw new InvalidOperationException("infra/regions was not found.");

    private static readonly PolicyLibrary Library = PolicyFolder.Load(Folder, NodeRegistry.Reference.Latest);

    [Fact]
    public void Every_delivered_pack_is_valid()
    {
        Library.Check().ShouldBeEmpty();
        Library.Areas.Count().ShouldBe(58);
    }

    [Fact]
    public void Every_pooling_area_of_the_five_jurisdictions_has_rules_that_pay()
    {
        foreach (var area in Library.Areas)
        {
            var pack = Library.At(area, new DateOnly(2023, 6, 1)).Pack;
            foreach (var standing in (Standing[])[new(area, InsuranceType.Employee, PersonType.Retired), new(area, InsuranceType.Resident, PersonType.Senior)])
            {
                var breakdown = BenefitEngine.Adjudicate(pack, standing, Accumulators.Empty, Account.None, TestPolicy.Split, TestPolicy.Stay);
                breakdown.Figures.Holds.ShouldBeTrue(area.Code);
                breakdown.Figures.FundTotal.ShouldBeGreaterThan(Money.Yuan(5_000), area.Code);
            }
        }
    }

    [Fact, Covers("SET-035")]
    public void Qinghai_reports_the_national_default_for_inpatients()
    {
        var xining = Library.At(new AdminDivision("630100"), new DateOnly(2023, 6, 1));
        xining.Figures.Where(figure => figure.Path.Contains(".inpatient.", StringComparison.Ordinal)).ShouldAllBe(figure => figure.Origin == "NATIONAL_DEFAULT");
        xining.Figures.Where(figure => figure.Path.Contains(".outpatient.", StringComparison.Ordinal)).ShouldAllBe(figure => figure.Origin == "CITY");
        xining.Pack.Employee.Inpatient.Deductible.Rule.Origin.ShouldBe("NATIONAL_DEFAULT");
    }
}
