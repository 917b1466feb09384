using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Visits;

/// <summary>What is settled of a visit: lines by serial, and the hash by which the same bill is recognised under another id.</summary>
public sealed record Bill(IReadOnlyList<FeeLine> Lines, string Hash)
{
    /// <param name="serials">Which lines; empty: every line that no other settlement holds.</param>
    /// <param name="forSettlement">The settlement that asks: lines it holds itself are its own.</param>
    /// <exception cref="RefusedException"><c>FEE_LINE_UNKNOWN</c>, <c>NO_FEE_LINES</c>.</exception>
    public static Bill Of(Visit visit, IReadOnlyList<string> serials, string? forSettlement = null)
    {
        List<FeeLine> lines = serials.Count == 0
            ? [.. visit.Lines.Values.Where(line => !visit.HeldLines.TryGetValue(line.Serial, out var holder) || holder == forSettlement)]
            : [.. serials.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(serial => visit.Lines.GetValueOrDefault(serial) ?? throw SettlementErrors.LineUnknown.With(serial).AsException())];
        // Everything is held: the same bill once more, under another id.
        if (lines.Count == 0 && serials.Count == 0) lines = [.. visit.Lines.Values];
        if (lines.Count == 0) throw FeeErrors.NoLines.With().AsException();

        var form = new CanonicalForm("bill.v1").Text("visitId", visit.Registration!.VisitId).Number("lines", lines.Count);
        foreach (var line in lines)
        {
            form.Text("serial", line.Serial).Text("code", line.Code).Text("category", line.Category?.ToString())
                .Text("price", line.Price.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture))
                .Text("count", line.Count.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture))
                .Amount("amount", line.Amount).Date("date", line.Date).Number("approval", (int)line.Approval);
            if (line.Disease is { } disease) form.Text("disease", disease);
            if (line.Outside is { } outside) form.Text("outside", $"{outside.Slip}/{outside.Institution}/{outside.Serial}");
        }

        return new Bill(lines, form.Hash());
    }
}
