using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Confirmation;

/// <summary>One amount of the clearing data: a directed pair, an insurance and a fund.</summary>
public readonly record struct PairFund(AdminDivision HomeArea, AdminDivision TreatmentArea, InsuranceType Insurance, Fund Fund);

/// <summary>A settlement in the nation's clearing data.</summary>
/// <param name="Funds">Declared amounts per fund.</param>
/// <param name="Deduction">What the treatment agency deducted, not negative for a positive settlement.</param>
public sealed record NationalItem(string SettlementId, AdminDivision HomeArea, AdminDivision TreatmentArea, InsuranceType Insurance, IReadOnlyDictionary<Fund, Money> Funds, Money Deduction)
{
    public Money FundTotal => Funds.Values.Aggregate(Money.Zero, (sum, amount) => sum + amount);
}

/// <summary>What this province declared for its own institutions, per settlement, with its deductions.</summary>
public sealed record OwnDeclared(string SettlementId, PairFund Key, Money Declared, Money Deduction);

/// <summary>A settlement of the own insured persons in the home books.</summary>
public sealed record OwnHomeEntry(string SettlementId, AdminDivision HomeArea, AdminDivision TreatmentArea, InsuranceType Insurance, IReadOnlyDictionary<Fund, Money> Funds, bool Reconciled, bool Cleared);

/// <summary>Why the data cannot be confirmed by rule.</summary>
public enum ViolationKind
{
    /// <summary>Incoming: the nation's net is not own declared − own deductions.</summary>
    NetDiffers,
    /// <summary>Outgoing: in the national data, not in the home books.</summary>
    UnknownAtHome,
    NotReconciled,
    AlreadyCleared,
    /// <summary>Outgoing: fund amounts differ.</summary>
    AmountDiffers,
    DeductionTooLarge,
    /// <summary>The national data contain it twice.</summary>
    Twice,
}

/// <summary>One violation; <see cref="Difference"/> = national − own.</summary>
public sealed record Violation(ViolationKind Kind, string? SettlementId, PairFund? Key, Money National, Money Own)
{
    public Money Difference => National - Own;
}

/// <summary>A pair's figures that were found right.</summary>
public sealed record PairChecked(AdminDivision HomeArea, AdminDivision TreatmentArea, int Settlements, Money Net);

/// <summary>What the check found.</summary>
/// <param name="NotIncluded">Own settlements the data do not contain: listed, they do not block.</param>
public sealed record ConfirmationCheck(IReadOnlyList<PairChecked> Incoming, IReadOnlyList<PairChecked> Outgoing, IReadOnlyList<Violation> Violations, IReadOnlyList<string> NotIncluded)
{
    /// <summary>Automatic confirmation is possible.</summary>
    public bool Passes => Violations.Count == 0;
}

/// <summary>省级确认前核对 (REC-012): before the 25th, what the province holds against what the nation generated.</summary>
public static class PreConfirmation
{
    /// <summary>Incoming pairs (own area as treatment place): net per pair, insurance and fund to the fen; a violation lists its settlements.</summary>
    /// <param name="national">The nation's net per key.</param>
    /// <param name="nationalItems">The nation's net per settlement and key, for the list behind a difference.</param>
    public static ConfirmationCheck Incoming(IReadOnlyDictionary<PairFund, Money> national, IReadOnlyList<OwnDeclared> own, IReadOnlyDictionary<(string SettlementId, PairFund Key), Money> nationalItems)
    {
        var nets = own.GroupBy(o => o.Key).ToDictionary(g => g.Key, g => g.Aggregate(Money.Zero, (sum, o) => sum + o.Declared - o.Deduction));
        var violations = new List<Violation>();
        foreach (var key in nets.Keys.Union(national.Keys).OrderBy(k => (k.HomeArea.Code, k.TreatmentArea.Code, k.Insurance, k.Fund)))
        {
            var (theirs, ours) = (national.GetValueOrDefault(key), nets.GetValueOrDefault(key));
            if (theirs == ours) continue;
            violations.Add(new Violation(ViolationKind.NetDiffers, null, key, theirs, ours));
            var items = own.Where(o => o.Key == key).GroupBy(o => o.SettlementId, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Aggregate(Money.Zero, (sum, o) => sum + o.Declared - o.Deduction), StringComparer.Ordinal);
            foreach (var id in items.Keys.Union(nationalItems.Keys.Where(i => i.Key == key).Select(i => i.SettlementId), StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                var (there, here) = (nationalItems.GetValueOrDefault((id, key)), items.GetValueOrDefault(id));
                if (there != here) violations.Add(new Violation(ViolationKind.NetDiffers, id, key, there, here));
            }
        }

        var pairs = own.GroupBy(o => (o.Key.HomeArea, o.Key.TreatmentArea))
            .Where(g => !violations.Any(v => v.Key is { } k && (k.HomeArea, k.TreatmentArea) == g.Key))
            .Select(g => new PairChecked(g.Key.HomeArea, g.Key.TreatmentArea, g.Select(o => o.SettlementId).Distinct(StringComparer.Ordinal).Count(), g.Aggregate(Money.Zero, (sum, o) => sum + o.Declared - o.Deduction)));
        return new ConfirmationCheck([.. pairs.OrderBy(p => (p.HomeArea.Code, p.TreatmentArea.Code))], [], violations, []);
    }

    /// <summary>Outgoing pairs (own insured elsewhere): every settlement of the data is in the home books, reconciled, not cleared, with the same fund amounts.</summary>
    public static ConfirmationCheck Outgoing(IReadOnlyList<NationalItem> national, IReadOnlyList<OwnHomeEntry> own)
    {
        var books = own.ToDictionary(o => o.SettlementId, StringComparer.Ordinal);
        var violations = new List<Violation>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in national)
        {
            var before = violations.Count;
            if (!seen.Add(item.SettlementId)) violations.Add(new Violation(ViolationKind.Twice, item.SettlementId, null, item.FundTotal, Money.Zero));
            if (!books.TryGetValue(item.SettlementId, out var entry))
            {
                violations.Add(new Violation(ViolationKind.UnknownAtHome, item.SettlementId, null, item.FundTotal, Money.Zero));
                continue;
            }

            foreach (var fund in item.Funds.Keys.Union(entry.Funds.Keys).Order())
            {
                var (theirs, ours) = (item.Funds.GetValueOrDefault(fund), entry.Funds.GetValueOrDefault(fund));
                if (theirs != ours) violations.Add(new Violation(ViolationKind.AmountDiffers, item.SettlementId, new PairFund(item.HomeArea, item.TreatmentArea, item.Insurance, fund), theirs, ours));
            }

            if (!entry.Reconciled) violations.Add(new Violation(ViolationKind.NotReconciled, item.SettlementId, null, item.FundTotal, item.FundTotal));
            if (entry.Cleared) violations.Add(new Violation(ViolationKind.AlreadyCleared, item.SettlementId, null, item.FundTotal, item.FundTotal));
            // Of a negative settlement the deduction is negative as well and not larger than it.
            var (deduction, fundTotal) = item.FundTotal.IsNegative ? (-item.Deduction, -item.FundTotal) : (item.Deduction, item.FundTotal);
            if (deduction.IsNegative || deduction > fundTotal) violations.Add(new Violation(ViolationKind.DeductionTooLarge, item.SettlementId, null, item.Deduction, item.FundTotal));
            if (violations.Count == before && (entry.HomeArea != item.HomeArea || entry.TreatmentArea != item.TreatmentArea || entry.Insurance != item.Insurance))
                violations.Add(new Violation(ViolationKind.AmountDiffers, item.SettlementId, null, item.FundTotal, item.FundTotal));
        }

        var wrong = violations.Select(v => v.SettlementId).ToHashSet(StringComparer.Ordinal);
        var pairs = national.GroupBy(i => (i.HomeArea, i.TreatmentArea)).Where(g => !g.Any(i => wrong.Contains(i.SettlementId)))
            .Select(g => new PairChecked(g.Key.HomeArea, g.Key.TreatmentArea, g.Count(), g.Aggregate(Money.Zero, (sum, i) => sum + i.FundTotal - i.Deduction)));
        return new ConfirmationCheck([], [.. pairs.OrderBy(p => (p.HomeArea.Code, p.TreatmentArea.Code))], violations,
            [.. own.Where(o => !o.Cleared && !seen.Contains(o.SettlementId)).Select(o => o.SettlementId).Order(StringComparer.Ordinal)]);
    }
}
