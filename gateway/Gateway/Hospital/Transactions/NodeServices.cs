using Yibao.Contracts.Clearing.V1;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Grpc;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>This node's services as the transactions call them, in the institution's name.</summary>
public sealed class NodeServices(IPeers peers)
{
    // Home may be at the other end of the country and asleep; the service itself stops waiting before this.
    private static readonly CallRules Patient = new() { Deadline = TimeSpan.FromSeconds(40), Idempotent = true };

    /// <summary>Everything at the treatment place is recognised by its own id, so every call may be repeated.</summary>
    public Settlements.SettlementsClient Settlements { get; } = new(peers.Invoker("settlement", Patient));

    public Filings.FilingsClient Filings { get; } = new(peers.Invoker("filing", CallRules.Repeatable));

    public Institutions.InstitutionsClient Institutions { get; } = new(peers.Invoker("filing", CallRules.Repeatable));

    public Reconciliation.ReconciliationClient Reconciliation { get; } = new(peers.Invoker("clearing", CallRules.Repeatable));
}
