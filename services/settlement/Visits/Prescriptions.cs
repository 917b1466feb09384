using Yibao.Contracts.Filings;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Visits;

/// <summary>专病专治、单独开具处方、分别结算 (INS-011): one settlement is of one care type and at most one disease.</summary>
public static class Prescriptions
{
    /// <summary>Why these lines cannot be one settlement; null when they can.</summary>
    /// <remarks>A stay is one bill whatever its orders were for. In general care a line with a disease and one without are two prescriptions.</remarks>
    public static Error? Mixed(Registration visit, IReadOnlyList<FeeLine> lines)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var care = NationalCodes.Care(visit.CareType).Care;
        if (care == CareType.Inpatient) return null;
        List<string> diseases = [.. lines.Select(line => Of(visit, care, line) ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return diseases.Count <= 1 ? null : SettlementErrors.SplitByDisease.With(string.Join("、", diseases.Select(disease => disease.Length == 0 ? "普通门诊" : disease)));
    }

    /// <summary>The visit as these lines are settled: of chronic care by the disease that they were prescribed for.</summary>
    public static Registration For(this Registration visit, IReadOnlyList<FeeLine> lines)
    {
        ArgumentNullException.ThrowIfNull(visit);
        if (NationalCodes.Care(visit.CareType).Care != CareType.ChronicOutpatient || lines.Count == 0 || Mixed(visit, lines) is not null) return visit;
        return Of(visit, CareType.ChronicOutpatient, lines[0]) is { } disease && disease != visit.Disease ? visit with { Disease = disease } : visit;
    }

    private static string? Of(Registration visit, CareType care, FeeLine line) => line.Disease ?? (care == CareType.ChronicOutpatient ? visit.Disease : null);
}
