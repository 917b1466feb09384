using System.Diagnostics;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Places;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Local;

/// <summary>Figures for those who watch the settlements of a node.</summary>
internal static class SettlementMeters
{
    private const string Outcomes = "yibao.settlement.outcome";
    private const string OutcomesAre = "Outcomes stored, by role of this node and pair of places";

    public static void Declare(ServiceBuilder service)
    {
        service.Counts<SettlementGranted>(Outcomes, "{settlement}", OutcomesAre, fact => One("home", fact.Outcome));
        service.Counts<SettlementRefused>(Outcomes, "{settlement}", OutcomesAre, fact => One("home", fact.Outcome));
        service.Counts<SettlementTombstoned>(Outcomes, "{settlement}", OutcomesAre, fact => One("home", fact.Outcome));
        service.Counts<SettlementReversed>(Outcomes, "{settlement}", OutcomesAre, fact => One("home", fact.Outcome));
        service.Counts<OutcomeRelayed>(Outcomes, "{settlement}", OutcomesAre, fact => One("relay", fact.Outcome));
        service.Counts<OutcomeReceived>(Outcomes, "{settlement}", OutcomesAre, fact => One("treatment", fact.Outcome));
        // Gross: a reversal is counted for itself and takes nothing back here, since a counter never falls.
        service.Counts<SettlementGranted>("yibao.settlement.fund", "{fen}", "Granted from the funds, before reversals", fact => Amount(fact.Outcome, content => content.FundTotal.Fen));
        service.Counts<SettlementGranted>("yibao.settlement.fee", "{fen}", "Total fees of granted settlements, before reversals", fact => Amount(fact.Outcome, content => content.Total.Fen));
        service.Counts<SettlementReversed>("yibao.settlement.reversed_fund", "{fen}", "Given back to the funds by reversals and refunds", fact => Amount(fact.Outcome, content => content.FundTotal.Fen));

        service.Gauge("yibao.settlement.open", "{settlement}", "Settlements without a definite outcome at the treatment place", "select count(*)::float8 from open_settlements");
        service.Gauge("yibao.settlement.overdue", "s", "How long the most overdue open settlement has been waiting for its next attempt",
            "select greatest(coalesce(extract(epoch from now() - min(next_attempt)), 0), 0)::float8 from open_settlements");
        service.Gauge("yibao.settlement.undelivered", "{settlement}", "Granted settlements that the institution does not know of", "select count(*)::float8 from undelivered_settlements");
        service.Gauge("yibao.settlement.undelivered.age", "s", "Age of the oldest undelivered settlement",
            "select greatest(coalesce(extract(epoch from now() - min(decided_at)), 0), 0)::float8 from undelivered_settlements");
    }

    private static (long, TagList)? One(string role, SettlementOutcome outcome) => (1, new TagList
    {
        { "role", role }, { "outcome", Word(outcome.State) }, { "treatment", outcome.TreatmentArea.Code }, { "home", outcome.HomeArea.Code }, { "error.type", outcome.Refusal?.Code ?? "" },
    });

    private static (long, TagList)? Amount(SettlementOutcome outcome, Func<SettlementContent, long> fen) =>
        outcome.Content is { } content && fen(content) is var amount and > 0 ? (amount, Pair(outcome.TreatmentArea, outcome.HomeArea)) : null;

    private static TagList Pair(AdminDivision treatment, AdminDivision home) => new() { { "treatment", treatment.Code }, { "home", home.Code } };

    private static string Word(OutcomeState state) => state switch
    {
        OutcomeState.Granted => "granted",
        OutcomeState.Refused => "refused",
        OutcomeState.Tombstoned => "tombstoned",
        OutcomeState.Reversed => "reversed",
    };
}
