using Yibao.Contracts.Outages;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Settlement.Outages;

/// <summary>How outages are to be announced. The rules name no number of hours: these are defaults.</summary>
public sealed record OutageRules
{
    /// <summary>提前报备: hours between announcement and begin.</summary>
    public int NoticeHours { get; init; } = 24;

    /// <summary>The longest outage that one announcement may cover.</summary>
    public int LongestHours { get; init; } = 72;
}

/// <summary>OPS-002: report before, verify during, monitor after.</summary>
public static class OutageDecider
{
    /// <param name="open">Another outage of this node that is not over; null: none.</param>
    /// <param name="emergency">Whether the rule of notice is set aside; the actor's reason says why.</param>
    public static Decision Announce(Outage state, OutageNotice notice, string? open, bool emergency, OutageRules rules, IReadOnlyList<AdminDivision> neighbours, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(notice);
        ArgumentNullException.ThrowIfNull(rules);
        if (state.Notice is { } known) return known with { Version = 1, Stage = OutageStage.Announced } == notice ? Decision.Done : Decision.Refuse(OutageErrors.Overlaps.With(known.Id));
        if (open is not null) return Decision.Refuse(OutageErrors.Overlaps.With(open));
        if (Wrong(notice, rules) is { } wrong) return Decision.Refuse(wrong);
        var earliest = now.AddHours(rules.NoticeHours);
        if (notice.From < earliest && !emergency) return Decision.Refuse(OutageErrors.TooSoon.With(rules.NoticeHours, Words(earliest)));
        return Told(notice, new OutageAnnounced(notice, notice.From < earliest, now), neighbours);
    }

    public static Decision Extend(Outage state, string id, DateTimeOffset until, OutageRules rules, IReadOnlyList<AdminDivision> neighbours, DateTimeOffset now)
    {
        if (Ended(state, id) is { } over) return Decision.Refuse(over);
        var notice = state.Notice! with { Until = until, Version = state.Notice.Version + 1 };
        if (state.Notice.Until == until) return Decision.Done;
        return Wrong(notice, rules) is { } wrong ? Decision.Refuse(wrong) : Told(notice, new OutageExtended(notice, now), neighbours);
    }

    public static Decision Withdraw(Outage state, string id, IReadOnlyList<AdminDivision> neighbours, DateTimeOffset now)
    {
        if (state is { Notice.Stage: OutageStage.Withdrawn }) return Decision.Done;
        if (Ended(state, id) is { } over) return Decision.Refuse(over);
        var notice = state.Notice! with { Stage = OutageStage.Withdrawn, Version = state.Notice.Version + 1 };
        return Told(notice, new OutageWithdrawn(notice, now), neighbours);
    }

    /// <param name="open">Settlements of this node without a definite outcome.</param>
    /// <param name="waiting">Stored facts that have not been relayed.</param>
    /// <param name="lastFact">Number of the last stored fact.</param>
    /// <param name="facts">How many there are.</param>
    public static Decision Drain(Outage state, string id, long open, long waiting, long lastFact, long facts, DateTimeOffset now)
    {
        if (state.Drained is not null) return Decision.Done;
        if (Ended(state, id) is { } over) return Decision.Refuse(over);
        if (now < state.Notice!.From) return Decision.Refuse(OutageErrors.NotBegun.With(Words(state.Notice.From)));
        return open > 0 || waiting > 0
            ? Decision.Refuse(OutageErrors.NotDrained.With(open, waiting))
            : Decision.Accept(Outage.Stream(state.Notice.Node, id), new OutageDrained(lastFact, facts, now));
    }

    /// <param name="found">Facts up to the last one of before that are stored now.</param>
    public static Decision End(Outage state, string id, long found, IReadOnlyList<AdminDivision> neighbours, DateTimeOffset now)
    {
        if (state is { Notice.Stage: OutageStage.Ended }) return Decision.Done;
        if (Ended(state, id) is { } over) return Decision.Refuse(over);
        if (state.Drained is not { } drained) return Decision.Refuse(OutageErrors.DrainFirst);
        if (found != drained.Facts) return Decision.Refuse(OutageErrors.DataMissing.With(drained.Facts, found));
        var notice = state.Notice! with { Stage = OutageStage.Ended, Version = state.Notice.Version + 1 };
        return Told(notice, new OutageEnded(notice, found, now > notice.Until ? now - notice.Until : TimeSpan.Zero, now), neighbours);
    }

    /// <summary>Another node's notice: the highest version stands, in whatever order they come.</summary>
    public static Decision Hear(Outage state, OutageNotice notice, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(notice);
        return notice.Version <= (state.Notice?.Version ?? 0) ? Decision.Done : Decision.Accept(Outage.Stream(notice.Node, notice.Id), new OutageHeard(notice, now));
    }

    private static Decision Told(OutageNotice notice, IFact fact, IReadOnlyList<AdminDivision> neighbours) =>
        Decision.Accept(Outage.Stream(notice.Node, notice.Id), [fact, .. neighbours.Select(neighbour => new OutageTold(neighbour, notice))]);

    private static Error? Wrong(OutageNotice notice, OutageRules rules) =>
        notice.Until <= notice.From || notice.Until - notice.From > TimeSpan.FromHours(rules.LongestHours) ? OutageErrors.Window.With(rules.LongestHours) : null;

    private static Error? Ended(Outage state, string id) => state.Notice switch
    {
        null => OutageErrors.Unknown.With(id),
        { Stage: not OutageStage.Announced } => OutageErrors.Over.With(id),
        _ => null,
    };

    internal static string Words(DateTimeOffset instant) => instant.InBeijing().ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
