using Yibao.Contracts.Filings;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Manual;
using Yibao.Settlement.Paths;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Local;

/// <summary>Splits by the treatment place's catalogue, inside a province as its policy says (BEN-001…003), chronic care by its disease's scope (SET-019, SET-020).</summary>
public sealed class CatalogueSplits(CatalogueLibrary catalogues, PolicyLibrary policies, SettlementRules rules, NodeRegistry registry) : IFeeSplits, IHomeSplits
{
    public SplitResult Split(Registration visit, Insured insured, IReadOnlyList<FeeLine> lines)
    {
        if (lines.Count == 0) throw FeeErrors.NoLines.With().AsException();
        var rule = policies.At(visit.TreatmentArea, lines.Max(line => line.Date)).Pack.CatalogueIntraProvince;
        var catalogue = catalogues.For(insured.HomeArea, visit.TreatmentArea, rule);
        if (visit.Disease is not { } disease || NationalCodes.Care(visit.CareType).Care != CareType.ChronicOutpatient) return FeeSplitter.Split(lines, catalogue);
        if (catalogues.NotOpen(disease, insured.HomeArea, visit.TreatmentArea) is { } closed) throw closed.AsException();
        return FeeSplitter.Split(lines, catalogue, catalogues.ScopeOf(disease, visit.TreatmentArea));
    }

    public DataPath PathOf(Registration visit, Insured insured, DateTimeOffset now) =>
        DataPaths.Of(registry.At(now).Classify(insured.HomeArea, visit.TreatmentArea), visit.CareType, rules.IntraPathOf(visit.TreatmentArea, now.BusinessDate()));

    public SplitResult SplitAtHome(AdminDivision home, IReadOnlyList<FeeLine> lines) => FeeSplitter.Split(lines, catalogues.At(home));
}
