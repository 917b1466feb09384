using Yibao.Contracts.Filings;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;

namespace Yibao.Filing.Filings;

/// <summary>
/// The filing as it stands after a change, written down with the change: what is told to the higher nodes (FIL-038, FIL-039) and what
/// the agency's lists are made from. It follows from the facts before it, so the state does not read it.
/// </summary>
public sealed record FilingTold(FilingReplicated Replica) : IFact;

internal static class Telling
{
    /// <summary>Adds to a decision what it changes for others: one word per filing whose version it raises.</summary>
    public static Decision Told(this Decision decision, PersonFilings before, PersonKey person)
    {
        if (decision is not Decision.Accepted accepted) return decision;
        var stream = PersonFilings.Stream(person);
        var facts = accepted.Appends.Where(append => append.Stream.Id == stream.Id).SelectMany(append => append.Facts).ToList();
        var after = facts.Aggregate(before, (state, fact) => state.Evolve(fact));
        var told = after.ByNumber.Values
            .Where(filing => filing.Version > (before.Find(filing.Number)?.Version ?? 0))
            .OrderBy(filing => filing.Number, StringComparer.Ordinal)
            .Select(IFact (filing) => new FilingTold(filing.Replica(person)))
            .ToList();
        return told.Count == 0 ? decision : new Decision.Accepted([.. accepted.Appends, new Append(stream, told)]);
    }
}
