using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Places;
using Yibao.Settlement.Paths;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Details;

/// <summary>Hears of every settlement of this node: a stay settled across provinces owes its details, one that is taken back no longer does.</summary>
public sealed class DetailsFeed(DetailsDesk desk, SettlementRules rules, Routes routes) : IHandle<SettlementRecorded>
{
    public Task Handle(SettlementRecorded message, MessageContext context, CancellationToken cancellation)
    {
        var content = message.Content;
        if (message.Role != PartyRole.Treatment || !content.CareType.StartsWith('2')) return Task.CompletedTask;
        var actor = context.ActingFor(routes.Node);
        if (content.OriginalId is { } original) return desk.Drop(original, content.SettlementId, actor, context.Correlation, context.Handled, cancellation);
        if (routes.At(content.Instant).Classify(content.HomeArea, content.TreatmentArea) != VisitClass.CrossProvince) return Task.CompletedTask;
        var due = rules.DetailsDeadlineOf(content.TreatmentArea, content.BusinessDate).DueOn(content.BusinessDate);
        return desk.Owe(new DetailsPending(content.SettlementId, DetailsKind.Direct, content.VisitId, content.Institution, content.TreatmentArea, content.HomeArea, content.BusinessDate, due), actor, context.Correlation, context.Handled, cancellation);
    }
}
