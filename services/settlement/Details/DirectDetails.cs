using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.Paths;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Details;

/// <summary>
/// A stay that is settled across provinces owes its details, one that is taken back no longer does (SET-011): stored together with the
/// outcome, so that no crash comes between them.
/// </summary>
public sealed class DirectDetails(SettlementRules rules, Routes routes)
{
    /// <summary>The duty that comes with this settlement; null: it owes no details.</summary>
    public StreamKey<DetailDuty>? StreamOf(SettlementRequest request) =>
        request.CareType.StartsWith('2') && routes.At(request.Instant).Classify(request.HomeArea, request.TreatmentArea) == VisitClass.CrossProvince ? DetailDuty.Stream(request.Id) : null;

    /// <summary>What is stored of the outcome, and the duty along with it. An outcome is never turned away for its details: where no rule says when, they are owed without a day.</summary>
    /// <param name="decision">Of the outcome's receipt.</param>
    public Decision Along(Decision decision, StreamKey<DetailDuty> stream, DetailDuty duty)
    {
        if (decision is not Decision.Accepted accepted) return decision;
        var facts = new List<IFact>();
        foreach (var fact in accepted.Appends.SelectMany(append => append.Facts))
        {
            var change = fact switch
            {
                OriginalReceived original => Owe(original.Content, duty),
                OutcomeReceived { Outcome: { State: OutcomeState.Granted, Content: { } content } } => Owe(content, duty),
                OutcomeReceived { Outcome.Negative: { } negative } => DetailDuty.Drop(negative.OriginalId!, negative.SettlementId, duty),
                _ => Decision.Done,
            };
            if (change is not Decision.Accepted changed) continue;
            facts.AddRange(changed.Appends[0].Facts);
            duty = changed.Appends[0].Facts.Aggregate(duty, static (state, stored) => state.Evolve(stored));
        }

        return facts.Count == 0 ? decision : Decision.Accept([.. accepted.Appends, new Append(stream, facts)]);
    }

    private Decision Owe(SettlementContent content, DetailDuty duty) => DetailDuty.Owe(
        new DetailsPending(
            content.SettlementId, DetailsKind.Direct, content.VisitId, content.Institution, content.TreatmentArea, content.HomeArea, content.BusinessDate,
            rules.DetailsDeadlineOf(content.TreatmentArea, content.BusinessDate)?.DueOn(content.BusinessDate)),
        duty);
}
