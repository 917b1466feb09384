using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Details;
using Yibao.Settlement.Rate;

namespace Yibao.Settlement.Local;

/// <summary>What comes over the edges: nothing that anybody waits for.</summary>
public sealed class NeighbourDoor(DetailsDesk details, CrossDischarges discharges) : IHandleEnvelope
{
    public Task Handle(Envelope envelope, MessageContext context, CancellationToken cancellation) => envelope.Kind switch
    {
        DetailsKinds.Part or DetailsKinds.Stored => details.Take(envelope, context.Handled, cancellation),
        DetailsKinds.Manual => discharges.Take(envelope),
        _ => throw SecurityErrors.MessageKindUnknown.With(envelope.Kind).AsException(),
    };
}
