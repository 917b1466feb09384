using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Nodes;

/// <summary>The door between nodes: checks who hands over what, then gives it to the handler of its kind.</summary>
internal sealed class NodeRelayService(IEnvelopeSigner signer, ReplayGuard replay, IServiceProvider services, IDetachedWork detached, ICurrentActor current) : NodeRelay.NodeRelayBase
{
    public override async Task<SignedEnvelope> Exchange(SignedEnvelope request, ServerCallContext context)
    {
        var message = request.FromWire();
        var neighbour = current.Caller!.Node;
        if (message.Path.Count == 0 || message.Path[^1] != neighbour) throw SecurityErrors.HopMismatch.With(message.Path.LastOrDefault(), neighbour).AsException();
        if (message.Path[0] != message.From) throw SecurityErrors.HopMismatch.With(message.Path[0], message.From).AsException();
        signer.Verify(message);
        replay.Admit(message, neighbour);
        if (services.GetKeyedService<NodeHandlerType>(message.Kind) is not { } handler) throw SecurityErrors.MessageKindUnknown.With(message.Kind).AsException();
        // A neighbour that stops waiting does not stop the work, so the work has its own scope too.
        var answer = await detached.Run(token => Answer(handler, message, token), context.CancellationToken);
        return answer.ToWire();
    }

    private async Task<Envelope> Answer(NodeHandlerType handler, Envelope message, CancellationToken cancellation)
    {
        await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        return await handler.From(scope.ServiceProvider).Answer(message, cancellation);
    }
}

/// <summary>Which handler answers a kind.</summary>
internal sealed record NodeHandlerType(Func<IServiceProvider, INodeHandler> From);
