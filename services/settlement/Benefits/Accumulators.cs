using System.Collections.Immutable;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.Benefits;

/// <summary>The counters of a benefit year (年度累计). A counter's name is permanent: it is stored with every contribution.</summary>
public static class Counters
{
    /// <summary>Deductible borne in one kind of care.</summary>
    public static string Deductible(CareType care) => care switch
    {
        CareType.Inpatient => "deductible.inpatient",
        CareType.GeneralOutpatient or CareType.Pharmacy => "deductible.outpatient",
        CareType.ChronicOutpatient => "deductible.chronic",
    };

    public static bool IsDeductible(string counter) => counter.StartsWith("deductible.", StringComparison.Ordinal);

    /// <summary>Cost that entered the pool's segments in one kind of care: where segments run over the year.</summary>
    public static string PoolBase(CareType care) => care switch
    {
        CareType.Inpatient => "base.inpatient",
        CareType.GeneralOutpatient or CareType.Pharmacy => "base.outpatient",
        CareType.ChronicOutpatient => "base.chronic",
    };

    /// <summary>Paid by the pooled fund in one kind of care: against that care's own ceiling.</summary>
    public static string Pooled(CareType care) => care switch
    {
        CareType.Inpatient => "pooled.inpatient",
        CareType.GeneralOutpatient or CareType.Pharmacy => "pooled.outpatient",
        CareType.ChronicOutpatient => "pooled.chronic",
    };

    /// <summary>Paid by the pooled fund that counts against the annual cap (最高支付限额).</summary>
    public const string AnnualCap = "pooled.annual";

    /// <summary>Paid by the pooled fund for one chronic disease.</summary>
    public static string Disease(string code) => "chronic." + code;

    /// <summary>Cost that entered a further fund's segments.</summary>
    public static string FundBase(Fund fund) => FundBases[(int)fund];

    /// <summary>Paid by a further fund.</summary>
    public static string FundPaid(Fund fund) => FundPayments[(int)fund];

    private static readonly string[] FundBases = [.. Enum.GetNames<Fund>().Select(name => "base." + name)];
    private static readonly string[] FundPayments = [.. Enum.GetNames<Fund>().Select(name => "paid." + name)];
}

/// <summary>One counter's movement by one settlement.</summary>
public sealed record CounterDraw(string Counter, Money Amount);

/// <summary>What one settlement adds to the benefit year: a restore takes exactly this away again.</summary>
/// <param name="Admissions">1 for an inpatient stay, else 0 (住院次数).</param>
/// <param name="Draws">Each counter at most once, none with zero.</param>
public sealed record Contribution(int Admissions, IReadOnlyList<CounterDraw> Draws)
{
    public static Contribution Nothing { get; } = new(0, []);

    /// <summary>A ceiling cut off what this settlement would have paid: were an earlier one undone, it would have paid more.</summary>
    public bool Capped { get; init; }

    public bool Equals(Contribution? other) => other is not null && Admissions == other.Admissions && Capped == other.Capped && Draws.SequenceEqual(other.Draws);

    public override int GetHashCode() => HashCode.Combine(Admissions, Draws.Count);
}

/// <summary>The sums of a benefit year as a settlement finds them.</summary>
/// <param name="Admissions">Inpatient stays already settled in the year.</param>
/// <param name="Sums">Per counter; a missing one is zero.</param>
public sealed record Accumulators(int Admissions, ImmutableSortedDictionary<string, Money> Sums)
{
    public static Accumulators Empty { get; } = new(0, ImmutableSortedDictionary.Create<string, Money>(StringComparer.Ordinal));

    public Money Of(string counter) => Sums.GetValueOrDefault(counter);

    public Accumulators Plus(Contribution contribution) => Moved(contribution, 1);

    public Accumulators Minus(Contribution contribution) => Moved(contribution, -1);

    private Accumulators Moved(Contribution contribution, int sign)
    {
        if (contribution.Draws.Count == 0) return this with { Admissions = Admissions + sign * contribution.Admissions };
        var sums = Sums.ToBuilder();
        foreach (var (counter, amount) in contribution.Draws)
        {
            var sum = sums.GetValueOrDefault(counter) + (sign > 0 ? amount : -amount);
            // A counter that is back at zero leaves no trace, so that a refund leaves the year exactly as it was.
            if (sum.IsZero) sums.Remove(counter);
            else sums[counter] = sum;
        }

        return new Accumulators(Admissions + sign * contribution.Admissions, sums.ToImmutable());
    }

    public bool Equals(Accumulators? other) => other is not null && Admissions == other.Admissions && Sums.SequenceEqual(other.Sums);

    public override int GetHashCode() => HashCode.Combine(Admissions, Sums.Count);
}
