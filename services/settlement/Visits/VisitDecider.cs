using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Visits;

/// <summary>Registration, conversion to insured, fee lines.</summary>
public static class VisitDecider
{
    /// <summary>The same registration again changes nothing; a credential shown later converts a self-pay visit (SET-038).</summary>
    public static Decision Register(Registration registration, Insured? insured, Visit visit)
    {
        var stream = Visit.Stream(registration.VisitId);
        if (visit.Registration is not { } known) return Decision.Accept(stream, new VisitRegistered(registration, insured));
        if (known != registration) return Decision.Refuse(SettlementErrors.VisitDiffers.With(registration.VisitId));
        if (insured is null || insured == visit.Insured) return Decision.Done;
        if (visit.SelfPaid) return Decision.Refuse(SettlementErrors.VisitSelfPaid.With(registration.VisitId));
        return visit.Insured is null
            ? Decision.Accept(stream, new VisitInsured(insured))
            : Decision.Refuse(SettlementErrors.VisitDiffers.With(registration.VisitId));
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
        if (visit.SelfPaid) return Decision.Refuse(SettlementErrors.VisitEnded.With(visitId));
        if (visit.Lines.Count + lines.Count > FeeSplitter.MostLines) return Decision.Refuse(SystemErrors.FieldInvalid.With("feedetl", $"最多 {FeeSplitter.MostLines} 行"));
        var fresh = new List<FeeLine>(lines.Count);
        var seen = new Dictionary<string, FeeLine>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var known = visit.Lines.GetValueOrDefault(line.Serial) ?? seen.GetValueOrDefault(line.Serial);
            if (known is null) fresh.Add(seen[line.Serial] = line);
            else if (known != line) return Decision.Refuse(SettlementErrors.LineDiffers.With(line.Serial));
        }

        return fresh.Count == 0 ? Decision.Done : Decision.Accept(Visit.Stream(visitId), new FeesUploaded(fresh));
    }

    /// <summary>Takes uploaded lines back; an empty list means all that are in no settlement.</summary>
    public static Decision Withdraw(string visitId, IReadOnlyList<string> serials, Visit visit)
    {
        if (visit.Registration is null) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        foreach (var serial in serials)
        {
            if (visit.HeldLines.TryGetValue(serial, out var settlement)) return Decision.Refuse(SettlementErrors.LineSettled.With(serial, settlement));
        }

        var asked = serials.Count > 0 ? serials.Where(visit.Lines.ContainsKey) : visit.Lines.Keys.Where(serial => !visit.HeldLines.ContainsKey(serial));
        List<string> gone = [.. asked.Distinct(StringComparer.Ordinal)];
        return gone.Count == 0 ? Decision.Done : Decision.Accept(Visit.Stream(visitId), new FeesWithdrawn(gone));
    }
}
