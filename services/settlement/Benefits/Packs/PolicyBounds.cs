using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Benefits.Packs;

/// <summary>
/// The most a city may reduce out-of-area ratios (BEN-007, OPS-013): set by the province, with exceptions it has approved.
/// First-pay and multipliers are measured by the points they take off the highest ratio they can meet.
/// </summary>
internal static class PolicyBounds
{
    private static readonly TreatmentClass[] Bounded = [TreatmentClass.Referred, TreatmentClass.Emergency, TreatmentClass.OtherTemporary];

    public static void Check(PackReader reader, PackMap body, AdminDivision area, InsuranceType insurance, InsurancePolicy policy)
    {
        if (body["bounds"] is not PackMap bounds) return;
        var path = "bounds";
        reader.Only(bounds, path, [.. Bounded.Select(treatment => PackReader.Camel(treatment.ToString()))]);
        foreach (var treatment in Bounded)
        {
            var key = PackReader.Camel(treatment.ToString());
            if (bounds[key] is not PackMap bound) continue;
            reader.Only(bound, $"{path}.{key}", "points", "except");
            if (bound["points"] is not { } points) continue;
            var most = (bound["except"] as PackMap)?[area.Code] is { } exception
                ? reader.Points(exception, $"{path}.{key}.except.{area}")
                : reader.Points(points, $"{path}.{key}.points");
            if (InPoints(policy, treatment, insurance) is var taken && taken > most) reader.Report(Above(body, treatment, insurance, taken, most));
        }
    }

    private static decimal InPoints(InsurancePolicy policy, TreatmentClass treatment, InsuranceType insurance)
    {
        var reduction = policy.OutOfArea.Of(treatment);
        var most = 0m;
        foreach (var person in PackTables.PersonsOf(insurance))
        {
            foreach (var level in Enum.GetValues<HospitalLevel>())
            {
                var value = reduction.Values[person, level];
                var ratio = ((CarePolicy[])[policy.Inpatient, policy.Outpatient, policy.Chronic]).SelectMany(care => care.Segments.Segments).Max(segment => segment.Ratios[person, level]);
                most = Math.Max(most, reduction.Method switch
                {
                    ReductionMethod.Points => value,
                    ReductionMethod.FirstPay => ratio * value,
                    ReductionMethod.Multiplier => ratio * (1m - value),
                });
            }
        }

        return most;
    }

    private static Error Above(PackMap body, TreatmentClass treatment, InsuranceType insurance, decimal taken, decimal most)
    {
        var path = $"{PackReader.Camel(insurance.ToString())}.outOfArea.{PackReader.Camel(treatment.ToString())}";
        var at = path.Split('.').Aggregate((PackNode?)body, static (node, key) => (node as PackMap)?[key])?.Provenance ?? body.Provenance;
        return PolicyErrors.ReductionAboveBound.With(Points(most), path, Points(taken), at.File, at.Line);
    }

    private static string Points(decimal share) => (share * 100m).ToString("0.##", CultureInfo.InvariantCulture);
}
