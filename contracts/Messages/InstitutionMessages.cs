using System.Globalization;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Messages;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Contracts.Institutions;

/// <summary>
/// A designated institution as it stands, sent whenever it changes. The treatment side keeps the highest version as its local copy
/// and asks it before every visit, without a call.
/// </summary>
/// <param name="Code">定点医药机构编号 (fixmedins_code).</param>
/// <param name="Version">Counts the changes of this institution, from 1; a lower one than the copy's is dropped.</param>
/// <param name="Name">定点医药机构名称 (fixmedins_name).</param>
/// <param name="Kind">What kind of institution.</param>
/// <param name="Management">The pooling area whose agency answers for it, by date (INS-024); the last start at or before a visit decides.</param>
/// <param name="Levels">医保结算等级 (hosp_lv), by date.</param>
/// <param name="Openings">What is open from when.</param>
/// <param name="Interruptions">Suspensions; half-open.</param>
/// <param name="CancelledFrom">取消: no new visit from here on.</param>
/// <param name="PublicationRequired">Its province lets only nationally published institutions settle across provinces (INS-003).</param>
/// <param name="PublishedFrom">Nationally published.</param>
public sealed record InstitutionReplicated(
    string Code,
    long Version,
    string Name,
    InstitutionKind Kind,
    IReadOnlyList<ManagedBy> Management,
    IReadOnlyList<LevelFrom> Levels,
    IReadOnlyList<OpenFor> Openings,
    IReadOnlyList<Interruption> Interruptions,
    DateTimeOffset? CancelledFrom,
    bool PublicationRequired,
    DateTimeOffset? PublishedFrom,
    DateTimeOffset ChangedAt) : IMessage
{
    /// <summary>The pooling area that is the treatment place of a visit on that day; null before the first.</summary>
    public AdminDivision? AreaOn(DateOnly visit) => Management.Where(m => m.From <= visit).OrderBy(m => m.From).Select(m => (AdminDivision?)m.Area).LastOrDefault();

    /// <summary>医保结算等级 on that day; null before the first.</summary>
    public string? LevelOn(DateOnly visit) => Levels.Where(l => l.From <= visit).OrderBy(l => l.From).Select(l => l.Level).LastOrDefault();

    /// <summary>Why a visit that begins then cannot be settled directly here; null when it can (INS-003, INS-005, INS-017, INS-026).</summary>
    /// <param name="began">Admission, or the outpatient visit: changes gate new visits only.</param>
    /// <param name="internet">“互联网+”: needs an opening of its own.</param>
    public Error? Refuses(Scope scope, CareType care, DateTimeOffset began, bool internet = false)
    {
        if (OutOfForce(began) is { } gone) return gone;
        if (scope == Scope.Local) return null;

        var openings = Openings.Where(o => o.Scope == scope).ToList();
        if (openings.Count == 0) return InstitutionErrors.NotOpen.With(Code, ScopeName(scope));
        if (scope == Scope.CrossProvince && PublicationRequired && (PublishedFrom is not { } published || began < published)) return InstitutionErrors.NotPublished.With(Code);
        var fitting = openings.Where(o => o.Care == care).ToList();
        if (internet) return fitting.Any(o => o.Internet && o.From <= began.BusinessDate()) ? null : InstitutionErrors.InternetNotOpen.With(Code);
        var here = fitting.Where(o => !o.Internet).ToList();
        if (here.Count == 0) return InstitutionErrors.CareTypeNotOpen.With(Code, CareName(care), ScopeName(scope));
        var first = here.Min(o => o.From);
        return began.BusinessDate() >= first ? null : FilingErrors.NotYetOpen.With(first.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    /// <summary>Suspended or cancelled for a visit that begins then (INS-005): what every place asks, whatever the institution is open for. A stay that began before goes on.</summary>
    public Error? OutOfForce(DateTimeOffset began)
    {
        if (CancelledFrom is { } cancelled && began >= cancelled) return InstitutionErrors.Cancelled.With(Code, Minute(cancelled));
        return Interruptions.FirstOrDefault(i => i.From <= began && (i.Until is not { } until || began < until)) is { } interruption ? InstitutionErrors.Suspended.With(Code, Minute(interruption.From)) : null;

        static string Minute(DateTimeOffset instant) => instant.InBeijing().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    private static string ScopeName(Scope scope) => scope switch
    {
        Scope.Local => "本地",
        Scope.IntraProvince => "省内异地",
        Scope.CrossProvince => "跨省异地",
    };

    private static string CareName(CareType care) => care switch
    {
        CareType.Inpatient => "住院",
        CareType.GeneralOutpatient => "普通门诊",
        CareType.ChronicOutpatient => "门诊慢特病",
        CareType.Pharmacy => "药店购药",
    };
}

/// <summary>定点医药机构类型 (fixmedins_type).</summary>
public enum InstitutionKind
{
    /// <summary>医院.</summary>
    Hospital,
    /// <summary>基层医疗机构、诊所.</summary>
    Clinic,
    /// <summary>零售药店.</summary>
    Pharmacy,
}

public sealed record ManagedBy(AdminDivision Area, DateOnly From);

public sealed record LevelFrom(string Level, DateOnly From);

/// <summary>开通 of one care type in one scope (SET-031, INS-026).</summary>
/// <param name="Internet">For “互联网+” visits (INS-017).</param>
public sealed record OpenFor(Scope Scope, CareType Care, DateOnly From, bool Internet);

/// <summary>中止 (INS-005), half-open.</summary>
public sealed record Interruption(DateTimeOffset From, DateTimeOffset? Until);
