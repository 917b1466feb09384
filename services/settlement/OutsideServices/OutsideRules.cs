using Yibao.Contracts.Filings;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.OutsideServices;

/// <summary>住院期间外院检查治疗或定点药店购药 (004 Art.50, Annex 12, INS-027): included in the stay, settled once.</summary>
public static class OutsideRules
{
    /// <summary>The slip is made out, or comes again with signature or seal added.</summary>
    public static Decision Issue(Slip slip, Visit visit, OutsideOrders orders)
    {
        if (visit.Registration is not { } registration) return Decision.Refuse(SettlementErrors.VisitUnknown.With(slip.VisitId));
        if (visit.Insured is not { } insured || NationalCodes.Care(registration.CareType).Care != CareType.Inpatient) return Decision.Refuse(CareErrors.SlipInpatientOnly.With(slip.VisitId));
        if (slip.Institution == registration.Institution) return Decision.Refuse(SystemErrors.FieldInvalid.With("outside_institution_code", "应为另一家定点医药机构"));
        var stream = OutsideOrders.Stream(insured.Person.ToString());
        if (!orders.Slips.TryGetValue(OutsideOrders.SlipKey(slip.VisitId, slip.Number), out var known)) return Decision.Accept(stream, new OutsideSlipIssued(slip));
        if (known == slip) return Decision.Done;
        // What was signed or sealed stays as it is; only what was still open is filled in.
        var complete = slip with { Physician = known.Physician ?? slip.Physician, SealedOn = known.SealedOn ?? slip.SealedOn };
        return complete == slip && known == slip with { Physician = known.Physician, SealedOn = known.SealedOn }
            ? Decision.Accept(stream, new OutsideSlipCompleted(complete))
            : Decision.Refuse(CareErrors.SlipDiffers.With(slip.Number));
    }

    /// <summary>Fee lines of a stay, some of them from outside.</summary>
    /// <param name="live">Of the settlements in <see cref="OutsideOrders.Settled"/>: those that stand.</param>
    public static Decision Upload(string visitId, IReadOnlyList<FeeLine> lines, Visit visit, OutsideOrders orders, IReadOnlySet<string> live)
    {
        var decision = VisitDecider.Upload(visitId, lines, visit);
        if (decision is not Decision.Accepted accepted) return decision;
        List<OutsideOrigin> included = [.. accepted.Appends.SelectMany(append => append.Facts).OfType<FeesUploaded>().SelectMany(uploaded => uploaded.Lines).Select(line => line.Outside).OfType<OutsideOrigin>()];
        if (included.Count == 0) return decision;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in included)
        {
            var key = OutsideOrders.LineKey(line.Institution, line.Serial);
            if (!orders.Slips.TryGetValue(OutsideOrders.SlipKey(visitId, line.Slip), out var slip) || slip.Institution != line.Institution) return Decision.Refuse(CareErrors.SlipUnknown.With(line.Slip));
            if (!slip.IsValid) return Decision.Refuse(FormErrors.SlipNotValid.With(slip.Lacks));
            if (orders.Included.TryGetValue(key, out var other)) return Decision.Refuse(CareErrors.IncludedElsewhere.With(line.Serial, line.Institution, other.Slip));
            if (!seen.Add(key)) return Decision.Refuse(CareErrors.IncludedElsewhere.With(line.Serial, line.Institution, line.Slip));
            if (orders.Settled.TryGetValue(key, out var settlement) && live.Contains(settlement)) return Decision.Refuse(CareErrors.SettledOutside.With(line.Serial, line.Institution, settlement));
        }

        return Decision.Accept([.. accepted.Appends, new Append(OutsideOrders.Stream(visit.Insured!.Person.ToString()), [new OutsideLinesIncluded(visitId, included)])]);
    }

    /// <summary>Lines taken back: the other institution may settle them itself again.</summary>
    public static Decision Withdraw(string visitId, IReadOnlyList<string> serials, string? batch, Visit visit)
    {
        var decision = VisitDecider.Withdraw(visitId, serials, visit, batch);
        if (decision is not Decision.Accepted accepted) return decision;
        List<OutsideOrigin> returned = [.. accepted.Appends.SelectMany(append => append.Facts).OfType<FeesWithdrawn>().SelectMany(withdrawn => withdrawn.Serials).Select(serial => visit.Lines[serial].Outside).OfType<OutsideOrigin>()];
        return returned.Count == 0 ? decision : Decision.Accept([.. accepted.Appends, new Append(OutsideOrders.Stream(visit.Insured!.Person.ToString()), [new OutsideLinesReturned(visitId, returned)])]);
    }

    /// <summary>An institution settles an outpatient's or a pharmacy's bill itself: not what a stay has included; and what it settles no stay includes any more.</summary>
    /// <param name="decision">Of the settlement's begin.</param>
    public static Decision Directly(Decision decision, string settlementId, string institution, OutsideOrders orders)
    {
        if (decision is not Decision.Accepted accepted || accepted.Appends.SelectMany(append => append.Facts).OfType<VisitSettlementStarted>().SingleOrDefault() is not { } started) return decision;
        if (!orders.HasSlipFor(institution)) return decision;
        foreach (var serial in started.Serials)
        {
            if (orders.Included.TryGetValue(OutsideOrders.LineKey(institution, serial), out var line)) return Decision.Refuse(CareErrors.IncludedElsewhere.With(serial, institution, line.Slip));
        }

        var person = accepted.Appends.SelectMany(append => append.Facts).OfType<RoundTrip.SettlementIntended>().Single().Request.Person;
        return Decision.Accept([.. accepted.Appends, new Append(OutsideOrders.Stream(person.ToString()), [new OutsideLinesSettled(settlementId, institution, started.Serials)])]);
    }
}
