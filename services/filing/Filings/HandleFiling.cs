using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Filings;

/// <summary>What the home agency does to a filing.</summary>
/// <param name="Number">备案编号.</param>
public abstract record HandleFiling(Actor Actor, PersonKey Person, string Number, DateTimeOffset At)
{
    public bool OverrideSoftRules { get; init; }
}

public sealed record StartReview(Actor Actor, PersonKey Person, string Number, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record RequestMaterial(Actor Actor, PersonKey Person, string Number, string Material, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

/// <param name="Start">First day entered by the reviewer; null: by rule.</param>
public sealed record ApproveFiling(Actor Actor, PersonKey Person, string Number, DateTimeOffset At, DateOnly? Start = null, bool ReplaceExisting = false) : HandleFiling(Actor, Person, Number, At);

public sealed record RejectFiling(Actor Actor, PersonKey Person, string Number, string Reason, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record CancelFiling(Actor Actor, PersonKey Person, string Number, CancelReason Reason, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record RequestChange(Actor Actor, PersonKey Person, string Number, string ChangeId, FilingChange Change, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record ConfirmChange(Actor Actor, PersonKey Person, string Number, string ChangeId, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record RefuseChange(Actor Actor, PersonKey Person, string Number, string ChangeId, string Reason, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record DestroyCommitment(Actor Actor, PersonKey Person, string Number, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record SelectInstitution(Actor Actor, PersonKey Person, string Number, string Institution, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

public sealed record DeselectInstitution(Actor Actor, PersonKey Person, string Number, string Institution, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

/// <summary>The day-change job writes it down for lists and notices (FIL-053).</summary>
public sealed record NoteExpiry(Actor Actor, PersonKey Person, string Number, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

/// <summary>A higher node acknowledged a version.</summary>
public sealed record NoteForwarded(Actor Actor, PersonKey Person, string Number, long Version, AdminDivision Tier, DateTimeOffset At) : HandleFiling(Actor, Person, Number, At);

/// <summary>The life of a filing after its application (lifecycle §1).</summary>
public static class HandleFilingDecider
{
    public static Decision Decide(HandleFiling command, PersonFilings filings, InsuredPerson person, FilingPolicy policy, NodeMap places) =>
        Ruled(command, filings, person, policy, places).Told(filings, command.Person);

    private static Decision Ruled(HandleFiling command, PersonFilings filings, InsuredPerson person, FilingPolicy policy, NodeMap places)
    {
        if (filings.Find(command.Number) is not { } filing) return Decision.Refuse(FilingErrors.FilingNotFound.With(command.Number));
        if (NotHome(command, filing) is { } stranger) return Decision.Refuse(stranger);
        return command switch
        {
            StartReview c => filing.Status switch
            {
                FilingStatus.Submitted => Store(c, new FilingReviewStarted(c.Number, c.At)),
                FilingStatus.UnderReview => Decision.Done,
                _ => Wrong(filing, "开始审核"),
            },
            RequestMaterial c => AskFor(c, filing, policy),
            ApproveFiling c => Approve(c, filing, filings, person, policy, places),
            RejectFiling c => filing.Status switch
            {
                FilingStatus.Submitted or FilingStatus.UnderReview => Store(c, [new FilingRejected(c.Number, c.Reason, c.At), .. Breach(filing, c.At)]),
                FilingStatus.Rejected => Decision.Done,
                _ => Wrong(filing, "审核不通过"),
            },
            CancelFiling c => Cancel(c, filing, policy),
            RequestChange c => AskChange(c, filing, filings, policy, places),
            ConfirmChange c => Confirm(c, filing, filings, policy, places),
            RefuseChange c => filing.Pending?.ChangeId == c.ChangeId
                ? Store(c, new FilingChangeRefused(c.Number, c.ChangeId, c.Reason, c.At))
                : Decision.Refuse(FilingErrors.ChangeNotFound.With(c.Number, c.ChangeId)),
            DestroyCommitment c => Destroy(c, filing),
            SelectInstitution c => Select(c, filing, policy),
            DeselectInstitution c => filing.Selected.Contains(c.Institution) ? Store(c, new OutpatientInstitutionDeselected(c.Number, c.Institution, c.At)) : Decision.Done,
            NoteExpiry c => filing is { Status: FilingStatus.Active, End: { } end } && end <= c.At && !filing.ExpiryNoted
                ? Store(c, new FilingExpired(c.Number, end, c.At))
                : Decision.Done,
            NoteForwarded c => filing.Forwarded.GetValueOrDefault(c.Tier) >= c.Version ? Decision.Done : Store(c, new FilingForwarded(c.Number, c.Version, c.Tier, c.At)),
            _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
        };
    }

    // FIL-004, SEC-002. A person's own request (change, cancel, selection) comes through the home agency's door in its name.
    private static Error? NotHome(HandleFiling command, Filing filing) => command.Actor switch
    {
        { Role: Role.System } => null,
        { Role: Role.DelegatedInsurer } actor => actor.OnBehalfOf != filing.HomeArea.Code
            ? FilingErrors.NotHomeAgency.With(filing.HomeArea)
            : filing.Insurance == InsuranceType.Resident ? null : SecurityErrors.DelegationExceeded.With("职工医保备案"),
        { Role: Role.CityOperator or Role.Reviewer or Role.Supervisor } actor when actor.Node == filing.HomeArea => null,
        // 转院备案撤销 (2502): the hospital that referred takes its referral back before it is decided.
        { Role: Role.Institution } actor when command is CancelFiling && filing.IsOpen && filing.Application.Referral?.Institution == actor.OnBehalfOf => null,
        _ => FilingErrors.NotHomeAgency.With(filing.HomeArea),
    };

    // FIL-010
    private static Decision AskFor(RequestMaterial c, Filing filing, FilingPolicy policy)
    {
        if (!filing.IsOpen) return Wrong(filing, "要求补正");
        var listed = policy.Categories.TryGetValue(filing.Category, out var rule)
            && rule.Materials.Any(material => material.All.Contains(c.Material) || material.AnyOf.Contains(c.Material));
        return listed ? Store(c, new FilingMaterialRequested(c.Number, c.Material, c.At)) : Decision.Refuse(FilingErrors.MaterialNotRequired.With(Materials.Name(c.Material)));
    }

    private static Decision Approve(ApproveFiling c, Filing filing, PersonFilings filings, InsuredPerson person, FilingPolicy policy, NodeMap places)
    {
        if (filing.Status == FilingStatus.Active) return Decision.Done;
        if (!filing.IsOpen || !filing.FormGenerated) return Wrong(filing, "审核通过");
        // The person may have left, or been suspended, since the application.
        if (person.Of(filing.HomeArea, filing.Insurance, c.At)?.At(c.At) is not { Status: Entitlement.Active })
            return Decision.Refuse(FilingErrors.InsuredNotActive.With(filing.HomeArea, (int)filing.Insurance, "已变更或暂停"));

        var facts = new List<IFact>();
        if (filing.Application.LateFor is { } stay && c.Start is not null)
        {
            if (LateFiling.StartTooLate(c.Start, stay) is { } late) return Decision.Refuse(late);
            if (policy.RetroWindowMonths is { } months && c.Start < filing.Application.At.BusinessDate().AddMonths(-months))
            {
                if (!c.OverrideSoftRules) return Decision.Refuse(FilingErrors.RetroWindowExceeded.With(months, ApplyForFilingDecider.Day(c.Start.Value)));
                if (!ApplyForFilingDecider.MayOverride(c.Actor)) return Decision.Refuse(FilingErrors.OverrideNeedsReason);
                facts.Add(new FilingRuleOverridden(c.Number, "filing.retro.windowMonths", ApplyForFilingDecider.Day(c.Start.Value), c.At));
            }
        }
        else if (filing.Application.LateFor is null && c.Start is { } wish && wish < filing.Application.At.BusinessDate())
        {
            return Decision.Refuse(FilingErrors.StartInPast.With(ApplyForFilingDecider.Day(wish)));
        }

        var entry = Approval.TakeForce(filing.Application, filings, policy, places, c.At, c.Start, c.ReplaceExisting || filing.Application.ReplaceExisting, c.Actor, c.OverrideSoftRules);
        if (entry.Refusal is { } refusal) return Decision.Refuse(refusal);
        return Store(c, [.. facts, new FilingApproved(c.Number, entry.Start, entry.End, c.At), .. entry.Facts, .. Breach(filing, c.At)]);
    }

    // FIL-015: a breach is written down; it takes nothing from the person.
    private static IEnumerable<IFact> Breach(Filing filing, DateTimeOffset at) =>
        filing.Application.Due is { } due && at >= due.End() ? [new FilingHandledLate(filing.Number, due, at)] : [];

    private static Decision Cancel(CancelFiling c, Filing filing, FilingPolicy policy)
    {
        if (filing.Status == FilingStatus.Cancelled) return Decision.Done;
        if (filing.IsOpen) return Store(c, new FilingCancelled(c.Number, c.Reason, c.At));
        if (!filing.HoldsAt(c.At)) return Wrong(filing, "取消");
        IReadOnlyList<IFact> overridden = [];
        if (c.Reason == CancelReason.Requested && policy.ChangeLockCoversCancel && Lock(c, filing, policy, out overridden) is { } locked) return Decision.Refuse(locked);
        return Store(c, [.. overridden, new FilingCancelled(c.Number, c.Reason, c.At)]);
    }

    // FIL-041, FIL-023
    private static Decision AskChange(RequestChange c, Filing filing, PersonFilings filings, FilingPolicy policy, NodeMap places)
    {
        if (filing.ConfirmedChanges.Contains(c.ChangeId)) return Decision.Done;
        if (filing.Pending is { } pending) return pending.ChangeId == c.ChangeId ? Decision.Done : Decision.Refuse(FilingErrors.ChangePending.With(c.Number));
        if (!filing.HoldsAt(c.At)) return Wrong(filing, "变更");
        if (Lock(c, filing, policy, out var overridden) is { } locked) return Decision.Refuse(locked);
        if (c.Change.Place is { } place && Misplaced(c, place, filing, filings, policy, places) is { } misplaced) return Decision.Refuse(misplaced);
        return Store(c, [.. overridden, new FilingChangeRequested(c.Number, c.ChangeId, c.Change, c.At)]);
    }

    private static Decision Confirm(ConfirmChange c, Filing filing, PersonFilings filings, FilingPolicy policy, NodeMap places)
    {
        if (filing.ConfirmedChanges.Contains(c.ChangeId)) return Decision.Done;
        if (filing.Pending?.ChangeId != c.ChangeId) return Decision.Refuse(FilingErrors.ChangeNotFound.With(c.Number, c.ChangeId));
        if (!filing.HoldsAt(c.At)) return Wrong(filing, "变更");
        // Another filing may have come to the new place since the request.
        if (filing.Pending.Change.Place is { } place && Misplaced(c, place, filing, filings, policy, places) is { } misplaced) return Decision.Refuse(misplaced);
        return Store(c, new FilingChangeConfirmed(c.Number, c.ChangeId, c.At));
    }

    private static Error? Misplaced(HandleFiling c, AdminDivision place, Filing filing, PersonFilings filings, FilingPolicy policy, NodeMap places)
    {
        if (!places.Knows(place)) return FilingErrors.PlaceUnknown.With(place);
        if (places.IsHome(filing.HomeArea, place)) return FilingErrors.PlaceIsHome.With(place);
        if (places.IsProvinceWide(place) && !policy.ProvinceScope.Allows(place) && !(c.OverrideSoftRules && ApplyForFilingDecider.MayOverride(c.Actor))) return FilingErrors.PlaceTooWide.With(place);
        return filings.HoldingAt(c.At).FirstOrDefault(other => other.Number != filing.Number && places.Overlap(other.Place, place)) is { } other
            ? FilingErrors.PlaceAlreadyFiled.With(place, other.Number)
            : null;
    }

    private static Error? Lock(HandleFiling c, Filing filing, FilingPolicy policy, out IReadOnlyList<IFact> overridden)
    {
        overridden = [];
        if (Approval.Locked(filing, policy, c.At) is not { } locked) return null;
        if (!c.OverrideSoftRules) return locked;
        if (!ApplyForFilingDecider.MayOverride(c.Actor)) return FilingErrors.OverrideNeedsReason;
        overridden = [new FilingRuleOverridden(c.Number, "filing.longTerm.changeLockMonths", locked.Details[1], c.At)];
        return null;
    }

    // FIL-012
    private static Decision Destroy(DestroyCommitment c, Filing filing)
    {
        if (filing.Commitment is not { } letter) return filing.CommitmentGone ? Decision.Done : Wrong(filing, "销毁承诺书");
        return c.At.BusinessDate() < letter.KeepUntil
            ? Decision.Refuse(FilingErrors.CommitmentMustBeKept.With(ApplyForFilingDecider.Day(letter.KeepUntil)))
            : Store(c, new CommitmentDestroyed(c.Number, letter.Document, c.At));
    }

    // FIL-028, FIL-029
    private static Decision Select(SelectInstitution c, Filing filing, FilingPolicy policy)
    {
        if (filing.Selected.Contains(c.Institution)) return Decision.Done;
        if (!filing.HoldsAt(c.At)) return Wrong(filing, "选定机构");
        return policy.OutpatientSelectionMax is { } max && filing.Selected.Length >= max
            ? Decision.Refuse(FilingErrors.SelectionLimit.With(max))
            : Store(c, new OutpatientInstitutionSelected(c.Number, c.Institution, c.At));
    }

    private static Decision Store(HandleFiling c, params ReadOnlySpan<IFact> facts) => Decision.Accept(PersonFilings.Stream(c.Person), facts);

    private static Decision Wrong(Filing filing, string what) => Decision.Refuse(FilingErrors.FilingState.With(filing.Number, filing.Status switch
    {
        FilingStatus.None => "不存在",
        FilingStatus.Submitted => "已提交",
        FilingStatus.UnderReview => "审核中",
        FilingStatus.Active => "有效",
        FilingStatus.Rejected => "审核不通过",
        FilingStatus.Superseded => "已被替代",
        FilingStatus.Cancelled => "已取消",
        FilingStatus.Ended => "已终止",
    }, what));
}
