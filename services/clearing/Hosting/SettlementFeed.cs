using Yibao.Clearing.Book;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Grpc;

namespace Yibao.Clearing.Hosting;

/// <summary>Asks the node's settlement service how far its outbox is.</summary>
public sealed class SettlementFeed(IPeers peers) : ISettlementFeed
{
    private readonly SettlementUpkeep.SettlementUpkeepClient _client = new(peers.Invoker("settlement", CallRules.Repeatable));

    public async Task<IReadOnlyList<(string SettlementId, PartyRole Role)>?> Told(CancellationToken cancellation = default)
    {
        var answer = await _client.RelayedAsync(new RelayedRequest { PatienceSeconds = 2 }, cancellationToken: cancellation);
        return answer.Relayed ? [.. answer.Last.Select(last => (last.NationalId, (PartyRole)((int)last.Role - 1)))] : null;
    }
}
