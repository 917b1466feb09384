using Yibao.Contracts.Messages;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Exchange;

/// <summary>One run with everything the house still waits for. Lost with the process; a new run finds the same.</summary>
internal sealed class Conversation(EdgeRun run, DateTimeOffset started)
{
    public EdgeRun Run => run;

    public DayRun Day => run.Run;

    /// <summary>Every party's version of each differing settlement.</summary>
    public Dictionary<(string SettlementId, AdminDivision Node), PartyVersion> Versions { get; } = [];

    /// <summary>Asked of the node at the other end of the pair.</summary>
    public HashSet<(string SettlementId, AdminDivision Node)> AwaitingFar { get; } = [];

    public bool AskedFar { get; set; }

    public bool Concluded { get; set; }

    /// <summary>Repairs that other nodes were asked for.</summary>
    public HashSet<(string SettlementId, AdminDivision Node)> Repairing { get; } = [];

    /// <summary>Some repair was done or refused since the run, so that another run has something new to see.</summary>
    public bool Changed { get; set; }

    /// <summary>When a pending settlement stops being one.</summary>
    public DateTimeOffset? PendingUntil { get; set; }

    public DateTimeOffset LastHeard { get; set; } = started;
}
