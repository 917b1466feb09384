using Yibao.Contracts.Nodes;
using Yibao.Contracts.Outages;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Details;
using Yibao.Settlement.Outages;
using Yibao.Settlement.Rate;

namespace Yibao.Settlement.Local;

/// <summary>What comes over the edges: nothing that anybody waits for.</summary>
internal sealed class NeighbourDoor(DetailsDesk details, CrossDischarges discharges, OutageDesk outages) : IHandleEnvelope
{
    public Task Handle(Envelope envelope, MessageContext context, CancellationToken cancellation) => envelope.Kind switch
    {
        DetailsKinds.Part or DetailsKinds.Stored => details.Take(envelope, context.Handled, cancellation),
        OutageNotice.Kind => outages.Handle(envelope, context, cancellation),
        DetailsKinds.Manual => discharges.Take(envelope),
        _ => throw SecurityErrors.MessageKindUnknown.With(envelope.Kind).AsException(),
    };
}
