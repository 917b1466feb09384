using System.Collections.Immutable;
using Yibao.Contracts.Filings;
using Yibao.Filing.Policy;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Chronic;

/// <summary>门诊慢特病待遇资格认定.</summary>
/// <param name="Source">The home agency, or the treatment-place institution that recognised it (INS-019).</param>
public sealed record ChronicQualified(AdminDivision HomeArea, string Disease, DateOnly From, DateOnly? Until, string Source, DateTimeOffset At) : IFact;

/// <summary>取消资格.</summary>
public sealed record ChronicRevoked(AdminDivision HomeArea, string Disease, string Reason, DateTimeOffset At) : IFact;

/// <summary>选定慢特病机构 (FIL-032).</summary>
public sealed record ChronicInstitutionPicked(AdminDivision HomeArea, string Institution, DateTimeOffset At) : IFact;

/// <summary>取消选定.</summary>
public sealed record ChronicInstitutionDropped(AdminDivision HomeArea, string Institution, DateTimeOffset At) : IFact;

/// <summary>The qualification as it stands after a change, written down with the change: what the higher nodes are told (FIL-038).</summary>
public sealed record ChronicTold(ChronicQualificationReplicated Replica) : IFact;

/// <param name="Until">Exclusive.</param>
/// <param name="Version">Counts what others must learn of this disease's qualification, over every one the person ever had.</param>
public sealed record Qualification(AdminDivision HomeArea, string Disease, DateOnly From, DateOnly? Until, string Source, DateTimeOffset? RevokedAt, long Version, DateTimeOffset ChangedAt)
{
    public bool InForceOn(DateTimeOffset visit) =>
        From <= visit.BusinessDate() && (Until is not { } until || visit.BusinessDate() < until) && (RevokedAt is not { } revoked || visit < revoked);
}

/// <summary>A person's chronic-disease qualifications and picked institutions: stream <c>chronic/{person}</c>.</summary>
public sealed record ChronicQualifications : IState<ChronicQualifications>
{
    public static ChronicQualifications Empty { get; } = new();

    public static StreamKey<ChronicQualifications> Stream(PersonKey person) => new($"chronic/{person}");

    public ImmutableArray<Qualification> Qualifications { get; private init; } = [];

    public ImmutableArray<(AdminDivision Area, string Institution)> Picked { get; private init; } = [];

    /// <summary>The qualification for exactly this code that is in force on the day of the visit.</summary>
    public Qualification? For(AdminDivision area, string disease, DateTimeOffset visit) =>
        Qualifications.LastOrDefault(q => q.HomeArea == area && q.Disease == disease && q.InForceOn(visit));

    public IReadOnlyList<string> PickedAt(AdminDivision area) => [.. Picked.Where(pick => pick.Area == area).Select(pick => pick.Institution)];

    public ChronicQualifications Evolve(IFact fact) => fact switch
    {
        ChronicQualified e => this with { Qualifications = Qualifications.Add(new Qualification(e.HomeArea, e.Disease, e.From, e.Until, e.Source, null, (Latest(e.HomeArea, e.Disease)?.Version ?? 0) + 1, e.At)) },
        ChronicRevoked e => this with
        {
            Qualifications = [.. Qualifications.Select(q => q.HomeArea == e.HomeArea && q.Disease == e.Disease && q.RevokedAt is null
                ? q with { RevokedAt = e.At, Version = q.Version + 1, ChangedAt = e.At }
                : q)],
        },
        ChronicInstitutionPicked e => Repicked(e.HomeArea, Picked.Add((e.HomeArea, e.Institution)), e.At),
        ChronicInstitutionDropped e => Repicked(e.HomeArea, Picked.Remove((e.HomeArea, e.Institution)), e.At),
        ChronicTold => this,
        _ => throw new InvalidOperationException($"Chronic qualifications do not know {fact.GetType().Name}."),
    };

    /// <summary>The last qualification for this disease, in force or not: the one others know.</summary>
    public Qualification? Latest(AdminDivision area, string disease) => Qualifications.LastOrDefault(q => q.HomeArea == area && q.Disease == disease);

    // Whoever knows the qualifications knows the picked institutions with them.
    private ChronicQualifications Repicked(AdminDivision area, ImmutableArray<(AdminDivision Area, string Institution)> picked, DateTimeOffset at) => this with
    {
        Picked = picked,
        Qualifications = [.. Qualifications.Select(q => q.HomeArea == area && q == Latest(area, q.Disease) ? q with { Version = q.Version + 1, ChangedAt = at } : q)],
    };

    public ChronicQualificationReplicated Replica(PersonKey person, Qualification q) =>
        new(person, q.HomeArea, q.Disease, q.Version, q.From, q.Until, q.RevokedAt is not null, PickedAt(q.HomeArea), q.ChangedAt);
}

/// <summary>Qualifies, revokes, picks (FIL-032, FIL-051, INS-019).</summary>
public static class ChronicDecider
{
    /// <param name="by">The institution that recognises, under the pilot; null: the home agency itself.</param>
    public static Decision Qualify(PersonKey person, Actor actor, AdminDivision area, string disease, DateOnly from, DateOnly? until, string? by, DateTimeOffset at, ChronicQualifications state, FilingPolicy policy)
    {
        if (!policy.ChronicDiseases.ContainsKey(disease)) return Decision.Refuse(FilingErrors.DiseaseUnknown.With(disease));
        if (by is null ? NotHome(actor, area) is not null : actor.Role != Role.Institution || actor.OnBehalfOf != by) return Decision.Refuse(FilingErrors.NotHomeAgency.With(area));
        if (by is not null && !policy.ChronicRecognitionByTreatmentInstitution) return Decision.Refuse(FilingErrors.RecognitionNotPiloted.With(area));
        if (state.Qualifications.Any(q => q.HomeArea == area && q.Disease == disease && q.RevokedAt is null && (q.Until is not { } end || from < end))) return Decision.Done;
        return Store(person, state, new ChronicQualified(area, disease, from, until, by ?? area.Code, at));
    }

    public static Decision Revoke(PersonKey person, Actor actor, AdminDivision area, string disease, string reason, DateTimeOffset at, ChronicQualifications state)
    {
        // 2504: who recognised it (INS-019) may take it back.
        var own = actor.Role == Role.Institution && state.Qualifications.Any(q => q.HomeArea == area && q.Disease == disease && q.RevokedAt is null && q.Source == actor.OnBehalfOf);
        if (!own && NotHome(actor, area) is { } stranger) return Decision.Refuse(stranger);
        var standing = state.Qualifications.Any(q => q.HomeArea == area && q.Disease == disease && q.RevokedAt is null);
        if (!standing) return state.Qualifications.Any(q => q.Disease == disease) ? Decision.Done : Decision.Refuse(FilingErrors.ChronicNotQualified.With(disease));
        return Store(person, state, new ChronicRevoked(area, disease, reason, at));
    }

    public static Decision Pick(PersonKey person, Actor actor, AdminDivision area, string institution, DateTimeOffset at, ChronicQualifications state, FilingPolicy policy)
    {
        if (!ForItself(actor, institution) && NotHome(actor, area) is { } stranger) return Decision.Refuse(stranger);
        var picked = state.PickedAt(area);
        if (picked.Contains(institution)) return Decision.Done;
        return policy.ChronicMaxInstitutions is { } max && picked.Count >= max
            ? Decision.Refuse(FilingErrors.SelectionLimit.With(max))
            : Store(person, state, new ChronicInstitutionPicked(area, institution, at));
    }

    public static Decision Drop(PersonKey person, Actor actor, AdminDivision area, string institution, DateTimeOffset at, ChronicQualifications state)
    {
        if (!ForItself(actor, institution) && NotHome(actor, area) is { } stranger) return Decision.Refuse(stranger);
        return state.PickedAt(area).Contains(institution) ? Store(person, state, new ChronicInstitutionDropped(area, institution, at)) : Decision.Done;
    }

    /// <summary>Written down with one word to the higher nodes per qualification that it changes.</summary>
    private static Decision Store(PersonKey person, ChronicQualifications before, IFact fact)
    {
        var after = before.Evolve(fact);
        var told = after.Qualifications.Where(q => q == after.Latest(q.HomeArea, q.Disease) && q.Version > (before.Latest(q.HomeArea, q.Disease)?.Version ?? 0));
        return Decision.Accept(ChronicQualifications.Stream(person), [fact, .. told.Select(q => new ChronicTold(after.Replica(person, q)))]);
    }

    /// <summary>人员定点备案 (2505, 2506): an institution takes the patient's choice of itself, and its withdrawal.</summary>
    private static bool ForItself(Actor actor, string institution) => actor.Role == Role.Institution && actor.OnBehalfOf == institution;

    private static Error? NotHome(Actor actor, AdminDivision area) =>
        actor.Role == Role.System || (actor.Role is Role.CityOperator or Role.Reviewer or Role.Supervisor && actor.Node == area) || (actor.Role == Role.DelegatedInsurer && actor.OnBehalfOf == area.Code)
            ? null
            : FilingErrors.NotHomeAgency.With(area);
}
