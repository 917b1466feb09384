using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.RoundTrip;

/// <summary>
/// 补记: a node that lost what it had stored — it came back from an older backup — takes home's signed outcome from another party, as it is.
/// Nothing is decided anew and no policy is asked.
/// </summary>
public static class Adopting
{
    /// <summary>Home takes its own signed outcome back: settlement, benefit year and account in one decision, as they were.</summary>
    /// <param name="Outcome">What home once signed, its signature verified.</param>
    /// <param name="Request">What treatment asked for, its signature verified; null where nobody holds it any more.</param>
    public sealed record AtHome(SettlementOutcome Outcome, Seal OutcomeSeal, SettlementRequest? Request, Seal? IntentSeal);

    /// <summary>Treatment takes back intent and outcome.</summary>
    /// <param name="Request">Its own signed intent, as home kept it.</param>
    public sealed record AtTreatment(SettlementOutcome Outcome, Seal OutcomeSeal, SettlementRequest Request, Seal IntentSeal);

    /// <summary>How a grant travels with its outcome.</summary>
    public static DrawnBenefit Drawn(int year, Breakdown breakdown) =>
        new(year, breakdown.Draws.Admissions, [.. breakdown.Draws.Draws.Select(draw => new DrawnCounter(draw.Counter, draw.Amount))], breakdown.Account.Own, breakdown.Account.Family);

    /// <param name="year">Null when the outcome granted nothing.</param>
    /// <param name="account">Null like <paramref name="year"/>.</param>
    public static Decision Decide(AtHome command, HomeSettlement settlement, BenefitYear? year, PersonalAccount? account)
    {
        var outcome = command.Outcome;
        if (settlement.Outcome is { } known)
        {
            if (Contradicts(known, outcome)) return Decision.Refuse(SettlementErrors.OutcomeConflict.With(outcome.SettlementId));
            if (outcome.Number <= known.Number) return Decision.Done;
        }

        var own = HomeSettlement.Stream(outcome.SettlementId);
        var adopted = new SettlementAdopted(outcome, command.OutcomeSeal, command.Request, command.IntentSeal);
        if (outcome.Content is not { } content) return Decision.Accept(own, adopted);
        if (outcome.Drawn is not { } drawn) return Decision.Refuse(SettlementErrors.ProofIncomplete.With(outcome.SettlementId));
        if (year is null || account is null) throw new InvalidOperationException("A granted settlement is taken back together with its benefit year and account.");

        var streams = HomeDecider.Streams(content, drawn.Year);
        List<IFact> onYear = [.. year.Draw(content.SettlementId, new Contribution(drawn.Admissions, [.. drawn.Counters.Select(counter => new CounterDraw(counter.Counter, counter.Amount))]))];
        List<IFact> onAccount = [.. account.Draw(content.SettlementId, new AccountDraw(drawn.Own, drawn.Family))];
        if (outcome.Negative is { } negative)
        {
            onYear.AddRange(onYear.Aggregate(year, static (state, fact) => state.Evolve(fact)).Restore(content.SettlementId, negative.SettlementId));
            onAccount.AddRange(onAccount.Aggregate(account, static (state, fact) => state.Evolve(fact)).Restore(content.SettlementId, negative.SettlementId));
        }

        if (onYear.Count + onAccount.Count > 0 && MovedTo.Of(year, account, content.HomeArea) is not null) return Decision.Refuse(SettlementErrors.AreaHandedOver.With(content.HomeArea));
        IReadOnlyList<IFact> onSettlement = outcome.Negative is not null && settlement.Outcome is null ? [new OriginalAdopted(content, outcome.DecidedAt), adopted] : [adopted];
        return new Decision.Accepted([.. new[] { new Append(own, onSettlement), new Append(streams.Year, onYear), new Append(streams.Account, onAccount) }.Where(append => append.Facts.Count > 0)]);
    }

    /// <summary>Where the intent is still there this completes it like any other answer of home.</summary>
    public static Decision Decide(AtTreatment command, TreatmentSettlement settlement, Visit visit)
    {
        var (outcome, request) = (command.Outcome, command.Request);
        if (settlement.Request is not null) return TreatmentDecider.Decide(new TreatmentDecider.Receive(outcome, command.OutcomeSeal), settlement, visit);
        // Withdrawn unseen, another's negative, a repeat: what stands there says otherwise, and a person must look.
        if (settlement.WithdrawnUnseen || settlement.Negative is not null || settlement.FirstId is not null) return Decision.Refuse(SettlementErrors.OutcomeConflict.With(outcome.SettlementId));
        if (outcome.Content is { } content)
        {
            if (!content.SameAs(request.With(content.Figures, content.PolicyVersion, content.AccumulatorsVersion, request.Hash()))) return Decision.Refuse(SettlementErrors.OutcomeConflict.With(outcome.SettlementId));
            if (SplitChecks.Identity2(request.Split, content.Figures) is { } broken) return Decision.Refuse(broken);
        }

        // Whether the institution holds the result is not known any more: until it says so, it is undelivered.
        var received = new OutcomeReceived(outcome, command.OutcomeSeal, Delivered: false, Open: false);
        var rebuilt = new SettlementRebuilt(request, request.Hash(), command.IntentSeal);
        var own = new Append(TreatmentSettlement.Stream(request.Id), outcome is { State: OutcomeState.Reversed, Content: { } original }
            ? [rebuilt, new OriginalReceived(original, outcome.DecidedAt), received]
            : [rebuilt, received]);
        return outcome.State == OutcomeState.Granted && !visit.Settlements.ContainsKey(request.Id)
            ? Decision.Accept(own, new Append(Visit.Stream(request.VisitId), [new VisitSettlementStarted(request.Id, request.BillHash, Serials(request, visit)), new VisitSettlementHeld(request.Id)]))
            : Decision.Accept(own);
    }

    /// <summary>An outpatient's lines travelled with the request; an inpatient's are known only while the visit has them. The bill's hash recognises the bill in any case.</summary>
    private static IReadOnlyList<string> Serials(SettlementRequest request, Visit visit)
    {
        if (request.Lines.Count > 0) return [.. request.Lines.Select(line => line.Serial)];
        if (visit.Registration is null || visit.Lines.IsEmpty) return [];
        var bill = Bill.Of(visit, []);
        return bill.Hash == request.BillHash ? [.. bill.Lines.Select(line => line.Serial)] : [];
    }

    private static bool Contradicts(SettlementOutcome known, SettlementOutcome outcome) =>
        (known.Number == outcome.Number && known.Hash() != outcome.Hash())
        || (known.State is OutcomeState.Refused or OutcomeState.Tombstoned && outcome.Content is not null)
        || (known.Content is { } here && (outcome.Content is not { } there || !here.SameAs(there)));
}
