using System.Diagnostics;
using Yibao.Cli.Shell;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;

namespace Yibao.Cli.Bench;

/// <summary>One kind of calculation, measured on one core.</summary>
/// <param name="Name">What was computed.</param>
/// <param name="PerSecond">Calculations per second.</param>
/// <param name="BytesEach">Allocated for each.</param>
/// <param name="StepsEach">Steps of the explanation, a measure of how much is computed.</param>
internal sealed record AdjudicateBenchResult(string Name, double PerSecond, double BytesEach, double StepsEach);

/// <summary>How many calculations the benefit engine does on one core, with the delivered packs.</summary>
internal static class AdjudicateBench
{
    public static IReadOnlyList<AdjudicateBenchResult> Run(int seconds, CancellationToken cancellation)
    {
        var pack = Regions.Policies.At(new AdminDivision("420100"), new DateOnly(2023, 6, 1)).Pack;
        return
        [
            Measure("simple: one segment, one fund", pack, Simple(), seconds, cancellation),
            Measure("full: ceiling reached, every fund, account with family money", pack, Full(), seconds, cancellation),
        ];
    }

    private static AdjudicateBenchResult Measure(string name, PolicyPack pack, Case input, int seconds, CancellationToken cancellation)
    {
        // The runtime replaces code while it runs: what is measured must be its last version.
        var steps = 0L;
        for (var warm = Stopwatch.StartNew(); warm.Elapsed.TotalSeconds < Math.Max(1, seconds / 2.0);) steps += Repeat(pack, input, 1_000);

        long count = 0;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        steps = 0;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            cancellation.ThrowIfCancellationRequested();
            steps += Repeat(pack, input, 1_000);
            count += 1_000;
        }

        var elapsed = clock.Elapsed.TotalSeconds;
        return new AdjudicateBenchResult(name, count / elapsed, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)count, steps / (double)count);
    }

    private static long Repeat(PolicyPack pack, Case input, int times)
    {
        var steps = 0L;
        for (var i = 0; i < times; i++)
        {
            // A different bill each time.
            var inScope = input.Split.InScope + new Money(i);
            var split = input.Split with { Total = input.Split.Total + new Money(i), InScope = inScope };
            steps += BenefitEngine.Adjudicate(pack, input.Standing, input.Year, input.Account, split, input.Facts).Steps.Count;
        }

        return steps;
    }

    private static Case Simple() => new(
        Person() with { Filings = [new FilingInForce(FilingCategory.LongTermResident, true, FilingMode.Advance, ProofBasis.Document, new DateOnly(2023, 1, 1))] },
        Accumulators.Empty, Account.None, Bill(16_000), Stay());

    private static Case Full() => new(
        Person() with
        {
            CivilServant = true, Supplementary = true, DisabledServiceman = true, AidClass = "低保",
            Filings = [new FilingInForce(FilingCategory.OtherTemporary, true, FilingMode.Advance, ProofBasis.Document, new DateOnly(2023, 1, 1))],
        },
        Accumulators.Empty.Plus(new Contribution(2, [new CounterDraw(Counters.AnnualCap, Money.Yuan(230_000)), new CounterDraw(Counters.Pooled(CareType.Inpatient), Money.Yuan(230_000))])),
        new Account(Money.Yuan(800), Money.Yuan(3_000)), Bill(90_000), Stay() with { AccountUse = AccountUse.Family, Emergency = true });

    private static Standing Person() => new(new AdminDivision("420100"), InsuranceType.Employee, PersonType.Active);

    private static CaseFacts Stay() => new(CareType.Inpatient, Relation.CrossProvince, HospitalLevel.TertiaryA, new DateOnly(2023, 3, 1), new DateOnly(2023, 3, 12));

    private static SplitTotals Bill(decimal inScope) =>
        new(Money.Yuan(inScope + 4_000), Money.Yuan(inScope), Money.Yuan(1_200), Money.Yuan(300), Money.Yuan(2_500));

    private sealed record Case(Standing Standing, Accumulators Year, Account Account, SplitTotals Split, CaseFacts Facts);
}
