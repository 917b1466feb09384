using Yibao.Kernel;

namespace Yibao.Settlement.Benefits;

/// <summary>The arithmetic of segments, in decimal fen: rounding is the caller's, once per fund (AMB-60).</summary>
internal static class Segments
{
    /// <summary>The ratio of a segment as applied: points off (not below zero) or times the multiplier, each segment separately (BEN-025).</summary>
    public static decimal Applied(decimal ratio, Reduction reduction, PersonType person, HospitalLevel level) => reduction.Method switch
    {
        ReductionMethod.Points => Math.Max(0m, ratio - reduction.Values[person, level]),
        ReductionMethod.Multiplier => ratio * reduction.Values[person, level],
        ReductionMethod.FirstPay => ratio,
    };

    /// <summary>How much of the cost from <paramref name="offset"/> on, <paramref name="cost"/> long, lies in the segment.</summary>
    public static decimal Within(Segment segment, decimal offset, decimal cost)
    {
        var from = Math.Max(offset, segment.From.Fen);
        var to = segment.To is { } end ? Math.Min(offset + cost, end.Fen) : offset + cost;
        return Math.Max(0m, to - from);
    }

    /// <summary>What the segments pay for the cost.</summary>
    public static decimal Pay(SegmentTable table, Reduction reduction, PersonType person, HospitalLevel level, decimal offset, decimal cost)
    {
        var paid = 0m;
        foreach (var segment in table.Segments) paid += Within(segment, offset, cost) * Applied(segment.Ratios[person, level], reduction, person, level);
        return paid;
    }

    /// <summary>The cost that has to be met before the segments have paid this much; the whole cost if they never do.</summary>
    public static decimal CostOf(SegmentTable table, Reduction reduction, PersonType person, HospitalLevel level, decimal offset, decimal cost, decimal payment)
    {
        var paid = 0m;
        foreach (var segment in table.Segments)
        {
            var within = Within(segment, offset, cost);
            if (within == 0m) continue;
            var ratio = Applied(segment.Ratios[person, level], reduction, person, level);
            var pays = within * ratio;
            if (paid + pays > payment) return Math.Max(offset, segment.From.Fen) - offset + (payment - paid) / ratio;
            paid += pays;
        }

        return cost;
    }
}
