using Grpc.Core;
using Yibao.Backing;
using Yibao.Cli.Bench;
using Yibao.Cli.His;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Grpc;
using Yibao.Local;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.EndToEnd.Tests;

/// <summary>Three nodes, each with all its services in one process: the home node dies whole while a discharge is on its way.</summary>
public sealed class NodeProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_settlement_outlives_the_end_of_a_whole_node()
    {
        await using var stand = await RoundTripStand.StartAsync(await SharedBacking.GetAsync(), LocalProcesses.Node, persons: 2, static _ => { }, Cancellation);
        var terms = (await stand.Admit(2, Cancellation)).Select(HisClient.Terms).ToList();
        var before = await stand.His.Settlements.SettleAsync(terms[0], cancellationToken: Cancellation);
        before.State.ShouldBe(SettlementState.Granted);

        var home = stand.Platform[RoundTripStand.Home, "gateway"];
        await home.KillAsync(Cancellation);
        (await Definite(terms[1])).ShouldBeNull();
        await home.StartAsync(Cancellation);
        Settled? after;
        while ((after = await Definite(terms[1])) is null) await Task.Delay(100, Cancellation);

        after.State.ShouldBe(SettlementState.Granted);
        (await stand.His.Settlements.SettleAsync(terms[0], cancellationToken: Cancellation)).ContentHash.ShouldBe(before.ContentHash);
        // The same to the hash at treatment, relay and home and in the three books.
        var proof = new RoundTripProof(stand);
        var told = new Dictionary<string, string>(StringComparer.Ordinal) { [before.NationalId] = before.ContentHash, [after.NationalId] = after.ContentHash };
        while (await proof.Drained([.. told.Keys], Cancellation) is not null) await Task.Delay(100, Cancellation);
        (await proof.Unequal(told, Cancellation)).ShouldBeNull();

        async Task<Settled?> Definite(SettleRequest request)
        {
            try
            {
                return await stand.His.Settlements.SettleAsync(request, cancellationToken: Cancellation);
            }
            catch (RpcException failure) when ((ErrorStatus.FromRpc(failure)?.Code ?? "SERVICE_UNAVAILABLE") is "OUTCOME_UNKNOWN" or "SERVICE_UNAVAILABLE")
            {
                return null;
            }
        }
    }
}
