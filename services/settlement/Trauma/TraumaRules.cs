using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Trauma;

/// <summary>外伤 (SET-016, SET-017): no settlement without the commitment where the treatment place asks for it.</summary>
public static class TraumaRules
{
    /// <summary>Why the visit may not be settled yet; null when it may.</summary>
    public static Error? Forbids(Visit visit) => visit.Registration is { Trauma: true, CommitmentRequired: true } registration && visit.Commitment is null
        ? CareErrors.TraumaCommitmentMissing.With(registration.VisitId)
        : null;

    /// <summary>The commitment was signed. The same paper again changes nothing; another one replaces it until a settlement stands on it.</summary>
    public static Decision Sign(string visitId, TraumaCommitted commitment, Visit visit)
    {
        if (visit.Registration is not { } registration) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        if (!registration.Trauma) return Decision.Refuse(CareErrors.NotTrauma.With(visitId));
        if (visit.Commitment == commitment) return Decision.Done;
        if (commitment.InjuredAt > registration.CareFrom) return Decision.Refuse(SystemErrors.FieldInvalid.With("injured_at", "受伤时间应早于入院或就诊时间"));
        return visit.Settlements.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } settlement
            ? Decision.Refuse(CareErrors.CommitmentFixed.With(visitId, settlement))
            : Decision.Accept(Visit.Stream(visitId), commitment);
    }
}
