using Yibao.Contracts.Outages;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Outages;

/// <summary>事前报备: an outage of this node was announced.</summary>
/// <param name="Emergency">Announced too late for the rule, with the supervisor's reason.</param>
public sealed record OutageAnnounced(OutageNotice Notice, bool Emergency, DateTimeOffset At) : IFact;

/// <summary>It ends later or earlier than announced.</summary>
public sealed record OutageExtended(OutageNotice Notice, DateTimeOffset At) : IFact;

/// <summary>It does not take place.</summary>
public sealed record OutageWithdrawn(OutageNotice Notice, DateTimeOffset At) : IFact;

/// <summary>在途业务已排空: from here on the hosts may stop. What is stored now is what must still be there afterwards.</summary>
/// <param name="LastFact">Number of the last stored fact.</param>
/// <param name="Facts">How many there were up to it.</param>
public sealed record OutageDrained(long LastFact, long Facts, DateTimeOffset At) : IFact;

/// <summary>事中验证: every fact of before is there; business goes on.</summary>
/// <param name="Overdue">How long after the announced end; zero when in time.</param>
public sealed record OutageEnded(OutageNotice Notice, long FactsVerified, TimeSpan Overdue, DateTimeOffset At) : IFact;

/// <summary>The notice as one neighbour has to be told.</summary>
public sealed record OutageTold(AdminDivision Neighbour, OutageNotice Notice) : IFact;

/// <summary>Another node's notice arrived.</summary>
public sealed record OutageHeard(OutageNotice Notice, DateTimeOffset At) : IFact;

/// <summary>One planned outage, at its own node and as a copy at every other: <c>outage/{node}/{id}</c>.</summary>
public sealed record Outage : IState<Outage>
{
    public static Outage Empty { get; } = new();

    public OutageNotice? Notice { get; private init; }

    public OutageDrained? Drained { get; private init; }

    public static StreamKey<Outage> Stream(AdminDivision node, string id) => new($"outage/{node}/{id}");

    public Outage Evolve(IFact fact) => fact switch
    {
        OutageAnnounced announced => this with { Notice = announced.Notice },
        OutageExtended extended => this with { Notice = extended.Notice },
        OutageWithdrawn withdrawn => this with { Notice = withdrawn.Notice },
        OutageDrained drained => this with { Drained = drained },
        OutageEnded ended => this with { Notice = ended.Notice },
        OutageHeard heard => this with { Notice = heard.Notice },
        OutageTold => this,
        _ => throw new InvalidOperationException($"An outage does not know {fact.GetType().Name}."),
    };
}
