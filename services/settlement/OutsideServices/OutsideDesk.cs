using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.OutsideServices;

/// <summary>Slips and the lines they bring into a stay: the stay and the person's outside orders are decided together.</summary>
public sealed class OutsideDesk(IWriteDoor door, IInstitutions institutions, TimeProvider time)
{
    public async Task<Slip> Issue(Slip slip, Actor actor)
    {
        await Designated(slip.Institution);
        var visit = Visit.Stream(slip.VisitId);
        var orders = OutsideOrders.Stream((await door.Read(visit)).Insured?.Person.ToString() ?? throw CareErrors.SlipInpatientOnly.With(slip.VisitId).AsException());
        var executed = await door.Execute(new Command(actor, slip.VisitId, [visit, orders], states => OutsideRules.Issue(slip, states.Of(visit), states.Of(orders))));
        return executed.OrThrow().State(orders).Slips[OutsideOrders.SlipKey(slip.VisitId, slip.Number)];
    }

    public async Task<Visit> Upload(string visitId, IReadOnlyList<FeeLine> lines, Actor actor)
    {
        var visit = Visit.Stream(visitId);
        var orders = OutsideOrders.Stream((await door.Read(visit)).Insured?.Person.ToString() ?? throw CareErrors.SlipInpatientOnly.With(visitId).AsException());
        // Which of the settlements that the other institution made itself still stand.
        var settled = (await door.Read(orders)).Settled.Values.Distinct(StringComparer.Ordinal).ToList();
        var live = new HashSet<string>(StringComparer.Ordinal);
        foreach (var settlement in settled)
        {
            if ((await door.Read(TreatmentSettlement.Stream(settlement))).Outcome is null or { State: OutcomeState.Granted }) live.Add(settlement);
        }

        var executed = await door.Execute(new Command(actor, visitId, [visit, orders], states => OutsideRules.Upload(visitId, lines, states.Of(visit), states.Of(orders), live)));
        return executed.OrThrow().State(visit);
    }

    public async Task<Visit> Withdraw(string visitId, IReadOnlyList<string> serials, string? batch, Actor actor)
    {
        var visit = Visit.Stream(visitId);
        var known = await door.Read(visit);
        StreamKey[] streams = known.Insured is { } insured && known.Lines.Values.Any(line => line.Outside is not null) ? [visit, OutsideOrders.Stream(insured.Person.ToString())] : [visit];
        return (await door.Execute(new Command(actor, visitId, streams, states => OutsideRules.Withdraw(visitId, serials, batch, states.Of(visit))))).OrThrow().State(visit);
    }

    /// <summary>A slip names another designated institution (另一家定点医药机构): a hospital or a pharmacy.</summary>
    private async Task Designated(string institution)
    {
        var now = time.GetUtcNow();
        try
        {
            await institutions.InForce(institution, "11", null, now);
        }
        catch (RefusedException hospital) when (hospital.Error.Definition != InstitutionErrors.Unknown)
        {
            await institutions.InForce(institution, "41", null, now);
        }
    }
}
