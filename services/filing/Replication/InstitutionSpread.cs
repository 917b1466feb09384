using Yibao.Contracts.Institutions;
using Yibao.Contracts.Nodes;
using Yibao.Hosting;

namespace Yibao.Filing.Replication;

/// <summary>This node's institutions, to every neighbour; from there they go on (see <see cref="Replication"/>). A repeat is dropped at the other end.</summary>
public sealed class InstitutionSpread(IEdgeBus edges, IEnvelopeSigner signer, ServiceSettings settings) : IHandle<InstitutionReplicated>
{
    public async Task Handle(InstitutionReplicated message, MessageContext context, CancellationToken cancellation)
    {
        foreach (var neighbour in settings.Edges.Select(edge => edge.Neighbour))
        {
            if (Replication.Tell(message, neighbour, signer) is { } told) await edges.Send(told.Neighbour, told.Envelope, cancellation);
        }
    }
}
