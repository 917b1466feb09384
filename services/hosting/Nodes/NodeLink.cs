using System.Diagnostics;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Nodes;

/// <summary>One hop over gRPC and mutual TLS. Never repeats by itself: whoever knows the message's id decides that.</summary>
internal sealed class NodeLink(ServiceSettings settings, IPeers peers, IEnvelopeSigner signer, HopMeter meter) : INodeLink
{
    public async Task<Envelope> Send(AdminDivision neighbour, Envelope message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var onward = message.Path is [.., var last] && last == settings.Node ? message : message with { Path = [.. message.Path, settings.Node] };
        var client = new NodeRelay.NodeRelayClient(peers.Invoker(neighbour.Code));
        var began = Stopwatch.GetTimestamp();
        var outcome = "cancelled";
        try
        {
            var answer = (await client.ExchangeAsync(onward.ToWire(), cancellationToken: cancellation)).FromWire();
            signer.Verify(answer);
            outcome = "ok";
            return answer;
        }
        catch (RefusedException refused) when (refused.Error.Definition == SystemErrors.Unavailable)
        {
            outcome = refused.Error.Code;
            // The connection may have been lost after the neighbour took the message.
            throw SystemErrors.OutcomeUnknown.With($"节点 {neighbour.Code} 没有应答").AsException();
        }
        catch (RefusedException refused)
        {
            outcome = refused.Error.Code;
            throw;
        }
        finally
        {
            meter.Record(Stopwatch.GetElapsedTime(began), settings.Node, neighbour, message.Kind, outcome);
        }
    }
}
