using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Local;

/// <summary>Splits by the catalogue that the visit's places say (BEN-002, BEN-003, AMB-58); chronic care by the treatment place's scope of the disease (SET-020).</summary>
public sealed class CatalogueSplits(CatalogueLibrary catalogues, PolicyLibrary policies) : IFeeSplits
{
    public SplitResult Split(Registration visit, Insured insured, IReadOnlyList<FeeLine> lines)
    {
        var intra = policies.At(visit.TreatmentArea, visit.CareFrom.BusinessDate()).Pack.CatalogueIntraProvince;
        var catalogue = catalogues.For(insured.HomeArea, visit.TreatmentArea, intra);
        if (NationalCodes.Care(visit.CareType).Care != CareType.Chronic) return FeeSplitter.Split(lines, catalogue);
        if (visit.Disease is not { } disease) throw Kernel.Errors.SystemErrors.FieldMissing.With("dise_codg").AsException();
        if (catalogues.NotOpen(disease, insured.HomeArea, visit.TreatmentArea) is { } closed) throw closed.AsException();
        return FeeSplitter.Split(lines, catalogue, catalogues.ScopeOf(disease, visit.TreatmentArea));
    }
}
