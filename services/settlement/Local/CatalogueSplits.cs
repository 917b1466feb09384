using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Local;

/// <summary>Splits by the catalogue of the treatment place (BEN-002, BEN-003).</summary>
public sealed class CatalogueSplits(CatalogueFolder catalogues) : IFeeSplits
{
    public SplitResult Split(Registration visit, Insured insured, IReadOnlyList<FeeLine> lines) => FeeSplitter.Split(lines, catalogues.For(visit.TreatmentArea));
}
