using System.Collections.Immutable;
using Yibao.Contracts.Filings;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Areas;

/// <summary>暂停该统筹区异地直接结算 by the provincial agency (CLR-035).</summary>
public sealed record AreaSuspended(AdminDivision Area, DateTimeOffset From, string Reason, DateTimeOffset At) : IFact;

/// <summary>恢复.</summary>
public sealed record AreaResumed(AdminDivision Area, DateTimeOffset From, DateTimeOffset At) : IFact;

/// <summary>省级平台上线: from here the month for opening runs (SET-031).</summary>
public sealed record AreaPlatformLive(AdminDivision Area, DateOnly On, DateTimeOffset At) : IFact;

/// <summary>开通 of a service for the area's insured.</summary>
public sealed record AreaServiceOpened(AdminDivision Area, Scope? Scope, CareType? Care, FilingCategory? Category, DateOnly From, DateTimeOffset At) : IFact;

/// <summary>A pooling area as home place: stream <c>area/{code}</c>.</summary>
public sealed record PoolingArea : IState<PoolingArea>
{
    public static PoolingArea Empty { get; } = new();

    public static StreamKey<PoolingArea> Stream(AdminDivision area) => new($"area/{area}");

    public ImmutableArray<(DateTimeOffset From, DateTimeOffset? Until)> Suspensions { get; private init; } = [];

    public ImmutableArray<AreaServiceOpened> Openings { get; private init; } = [];

    public DateOnly? PlatformLive { get; private init; }

    public DateTimeOffset? SuspendedSince(DateTimeOffset visit)
    {
        foreach (var (from, until) in Suspensions)
        {
            if (from <= visit && (until is not { } end || visit < end)) return from;
        }

        return null;
    }

    public bool IsSuspended => Suspensions.Length > 0 && Suspensions[^1].Until is null;

    public PoolingArea Evolve(IFact fact) => fact switch
    {
        AreaSuspended e => this with { Suspensions = Suspensions.Add((e.From, null)) },
        AreaResumed e => this with { Suspensions = Suspensions.SetItem(Suspensions.Length - 1, (Suspensions[^1].From, e.From)) },
        AreaPlatformLive e => this with { PlatformLive = e.On },
        AreaServiceOpened e => this with { Openings = Openings.Add(e) },
        _ => throw new InvalidOperationException($"A pooling area's stream does not know {fact.GetType().Name}."),
    };
}

/// <summary>What the provincial agency does to a pooling area.</summary>
public static class PoolingAreaDecider
{
    public static Decision Suspend(AdminDivision area, DateTimeOffset from, string reason, DateTimeOffset at, PoolingArea state) =>
        state.IsSuspended ? Decision.Done : Decision.Accept(PoolingArea.Stream(area), new AreaSuspended(area, from, reason, at));

    public static Decision Resume(AdminDivision area, DateTimeOffset from, DateTimeOffset at, PoolingArea state)
    {
        if (state.Suspensions.Length == 0) return Decision.Refuse(FilingErrors.AreaState.With(area));
        if (!state.IsSuspended) return Decision.Done;
        return from <= state.Suspensions[^1].From ? Decision.Refuse(FilingErrors.AreaState.With(area)) : Decision.Accept(PoolingArea.Stream(area), new AreaResumed(area, from, at));
    }

    public static Decision GoLive(AdminDivision area, DateOnly on, DateTimeOffset at, PoolingArea state) =>
        state.PlatformLive == on ? Decision.Done : Decision.Accept(PoolingArea.Stream(area), new AreaPlatformLive(area, on, at));

    /// <summary>SET-031: within a month after the platform's go-live, and not after the province's last day.</summary>
    public static Decision Open(AdminDivision area, Scope? scope, CareType? care, FilingCategory? category, DateOnly from, DateOnly? provinceLatest, DateTimeOffset at, PoolingArea state)
    {
        if (state.Openings.Any(o => o.Scope == scope && o.Care == care && o.Category == category && o.From == from)) return Decision.Done;
        DateOnly? latest = state.PlatformLive?.AddMonths(1);
        if (provinceLatest is { } last && (latest is null || last < latest)) latest = last;
        return latest is { } limit && from > limit
            ? Decision.Refuse(FilingErrors.OpeningTooLate.With(area, Filings.ApplyForFilingDecider.Day(from), Filings.ApplyForFilingDecider.Day(limit)))
            : Decision.Accept(PoolingArea.Stream(area), new AreaServiceOpened(area, scope, care, category, from, at));
    }
}
