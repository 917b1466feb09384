using Yibao.Kernel.Places;

namespace Yibao.Contracts.Outages;

/// <summary>Where a planned outage stands.</summary>
public enum OutageStage
{
    /// <summary>已公告.</summary>
    Announced,
    /// <summary>已撤回: it does not take place.</summary>
    Withdrawn,
    /// <summary>已恢复: verified and over.</summary>
    Ended,
}

/// <summary>停机公告 (OPS-002): what a node tells every other of an outage of its own. Signed by the node, passed on unchanged; a higher version replaces a lower one.</summary>
/// <param name="Node">Whose outage.</param>
/// <param name="Id">The node's own id of it.</param>
/// <param name="Version">From 1.</param>
/// <param name="From">From when on it takes no new settlements.</param>
/// <param name="Until">When it is expected back.</param>
/// <param name="Reason">What is done, in plain Chinese.</param>
/// <param name="Stage">Where it stands.</param>
public sealed record OutageNotice(AdminDivision Node, string Id, int Version, DateTimeOffset From, DateTimeOffset Until, string Reason, OutageStage Stage)
{
    /// <summary>The kind of envelope it travels in.</summary>
    public const string Kind = "outage.notice.v1";
}
