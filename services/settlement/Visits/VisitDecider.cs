using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Visits;

/// <summary>Registration, conversion to insured, fee lines.</summary>
public static class VisitDecider
{
    /// <summary>The same registration again changes nothing; a credential shown later converts a self-pay visit (SET-038).</summary>
    public static Decision Register(Registration registration, Insured? insured, Visit visit, VisitStanding? standing = null)
    {
        var stream = Visit.Stream(registration.VisitId);
        if (visit.Registration is not { } known) return Decision.Accept(stream, new VisitRegistered(registration, insured) { Standing = standing });
        if (known != registration) return Decision.Refuse(SettlementErrors.VisitDiffers.With(registration.VisitId));
        if (insured is null || insured == visit.Insured) return Decision.Done;
        if (visit.SelfPaid) return Decision.Refuse(SettlementErrors.VisitSelfPaid.With(registration.VisitId));
        return visit.Insured is null
            ? Decision.Accept(stream, new VisitInsured(insured) { Standing = standing, Registration = known })
            : Decision.Refuse(SettlementErrors.VisitDiffers.With(registration.VisitId));
    }

    /// <summary>What a registration left open or got wrong; the person and the institution stay.</summary>
    public static Decision Change(Registration registration, Visit visit)
    {
        if (visit.Registration is not { } known) return Decision.Refuse(SettlementErrors.VisitUnknown.With(registration.VisitId));
        if (known == registration) return Decision.Done;
        return Fixed(registration.VisitId, visit) ?? Decision.Accept(Visit.Stream(registration.VisitId), new VisitChanged(registration));
    }

    /// <summary>Nothing of the visit is settled: it never was.</summary>
    public static Decision Cancel(string visitId, DateTimeOffset now, Visit visit)
    {
        if (visit.Cancelled) return Decision.Done;
        if (visit.Registration is null) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        // Their slips are given back line by line.
        if (visit.Lines.Values.Any(line => line.Outside is not null)) return Decision.Refuse(SystemErrors.FieldInvalid.With("mdtrt_id", "有外检外购明细，请先撤销费用明细"));
        return Fixed(visitId, visit) ?? Decision.Accept(Visit.Stream(visitId), new VisitCancelled(now));
    }

    /// <summary>The patient left: no more fees, unless it is taken back.</summary>
    public static Decision End(string visitId, DateTimeOffset careUntil, string way, DateTimeOffset now, Visit visit)
    {
        if (visit.Registration is not { } registration) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        if (visit.CareUntil == careUntil) return Decision.Done;
        if (visit.CareUntil is not null) return Decision.Refuse(SettlementErrors.VisitEnded.With(visitId));
        if (careUntil < registration.CareFrom || careUntil > now.AddDays(1)) return Decision.Refuse(SystemErrors.FieldInvalid.With("endtime", "应在开始时间之后、当前时间之前"));
        return Decision.Accept(Visit.Stream(visitId), new VisitEnded(careUntil, way));
    }

    /// <summary>The discharge was entered too early.</summary>
    public static Decision Reopen(string visitId, DateTimeOffset now, Visit visit)
    {
        if (visit.Registration is null) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        if (visit.CareUntil is null) return Decision.Done;
        return Fixed(visitId, visit, ended: true) ?? Decision.Accept(Visit.Stream(visitId), new VisitReopened(now, visit.Registration, visit.Insured));
    }

    /// <summary>What was settled, or is being, stays as it was settled.</summary>
    private static Decision? Fixed(string visitId, Visit visit, bool ended = false)
    {
        if (visit.SelfPaid) return Decision.Refuse(SettlementErrors.VisitSelfPaid.With(visitId));
        if (visit.Undirect is not null) return Decision.Refuse(SettlementErrors.VisitEnded.With(visitId));
        if (visit.Settlements.Count > 0) return Decision.Refuse(SettlementErrors.VisitSettled.With(visitId, visit.Settlements.Keys.Order(StringComparer.Ordinal).First()));
        return visit.CareUntil is not null && !ended ? Decision.Refuse(SettlementErrors.VisitEnded.With(visitId)) : null;
    }

    /// <summary>The patient paid all of it: no direct settlement any more.</summary>
    public static Decision PaySelf(string visitId, DateTimeOffset now, Visit visit)
    {
        if (visit.Registration is null) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        if (visit.SelfPaid) return Decision.Done;
        return visit.Settlements.Count > 0
            ? Decision.Refuse(SettlementErrors.VisitBusy.With(visitId, visit.Settlements.Keys.Order(StringComparer.Ordinal).First()))
            : Decision.Accept(Visit.Stream(visitId), new VisitSelfPaid(now));
    }

    /// <summary>Lines are known by their serial: one that is there already with the same content is skipped.</summary>
    public static Decision Upload(string visitId, IReadOnlyList<FeeLine> lines, Visit visit)
    {
        if (visit.Registration is null) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        if (visit.SelfPaid || visit.CareUntil is not null || visit.Undirect is not null) return Decision.Refuse(SettlementErrors.VisitEnded.With(visitId));
        if (visit.Lines.Count + lines.Count > FeeSplitter.MostLines) return Decision.Refuse(SystemErrors.FieldInvalid.With("feedetl", $"最多 {FeeSplitter.MostLines} 行"));
        var fresh = new List<FeeLine>(lines.Count);
        var seen = new Dictionary<string, FeeLine>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var known = visit.Lines.GetValueOrDefault(line.Serial) ?? seen.GetValueOrDefault(line.Serial);
            if (known is null) fresh.Add(seen[line.Serial] = line);
            // A line from before prescriptions were kept is the same line.
            else if (known != line && known != line with { Prescription = null }) return Decision.Refuse(SettlementErrors.LineDiffers.With(line.Serial));
        }

        return fresh.Count == 0 ? Decision.Done : Decision.Accept(Visit.Stream(visitId), new FeesUploaded(fresh));
    }

    /// <summary>Takes uploaded lines back; an empty list means all that are in no settlement.</summary>
    /// <param name="batch">Only lines of this batch (chrg_bchno); null: whatever their batch.</param>
    public static Decision Withdraw(string visitId, IReadOnlyList<string> serials, Visit visit, string? batch = null)
    {
        if (visit.Registration is null) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        if (visit.Undirect is not null) return Decision.Refuse(SettlementErrors.VisitEnded.With(visitId));
        foreach (var serial in serials)
        {
            if (visit.HeldLines.TryGetValue(serial, out var settlement)) return Decision.Refuse(SettlementErrors.LineSettled.With(serial, settlement));
        }

        var asked = serials.Count > 0 ? serials.Where(visit.Lines.ContainsKey) : visit.Lines.Keys.Where(serial => !visit.HeldLines.ContainsKey(serial));
        if (batch is not null)
        {
            // A batch is settled or withdrawn as one.
            if (visit.Lines.Values.FirstOrDefault(line => line.Batch == batch && visit.HeldLines.ContainsKey(line.Serial)) is { } held && serials.Count == 0)
                return Decision.Refuse(SettlementErrors.LineSettled.With(held.Serial, visit.HeldLines[held.Serial]));
            asked = asked.Where(serial => visit.Lines[serial].Batch == batch);
        }

        List<string> gone = [.. asked.Distinct(StringComparer.Ordinal)];
        return gone.Count == 0 ? Decision.Done : Decision.Accept(Visit.Stream(visitId), new FeesWithdrawn(gone));
    }
}
