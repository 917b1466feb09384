using System.Diagnostics;
using Yibao.Clearing.Days;
using Yibao.Clearing.Differences;
using Yibao.Hosting;

namespace Yibao.Clearing.Hosting;

/// <summary>Figures for those who watch the daily reconciliation.</summary>
internal static class ReconciliationMeters
{
    public static void Declare(ServiceBuilder service)
    {
        service.Counts<DifferenceOpened>("yibao.reconciliation.found", "{difference}", "Differences found, by kind and first guess at the cause", fact =>
            (1, new TagList { { "kind", fact.Kind.ToString() }, { "cause", fact.Cause.ToString() } }));
        service.Counts<DifferenceResolved>("yibao.reconciliation.resolved", "{difference}", "Differences ended, by way", fact => (1, new TagList { { "resolution", fact.Resolution.ToString() } }));
        service.Counts<EdgeDayCut>("yibao.reconciliation.cut", "{day}", "Days cut, by edge", fact => (1, Edge(fact.Side.Code)));
        service.Counts<EdgeDayCompared>("yibao.reconciliation.compared", "{run}", "Comparisons run, by result", fact => (1, new TagList { { "result", fact.Differing.Count == 0 ? "agree" : "differ" } }));
        service.Counts<EdgeDayClosed>("yibao.reconciliation.closed", "{day}", "Days on which all parties agree", _ => (1, []));
        service.Gauge("yibao.reconciliation.differences", "{difference}", "Open differences, by the agency that has to find the cause",
            "select count(*)::float8, owner::text from difference_list where open group by owner", "owner");
        service.Gauge("yibao.reconciliation.oldest", "s", "Age of the oldest open difference",
            "select greatest(coalesce(extract(epoch from now() - min(found_at)), 0), 0)::float8 from difference_list where open");
    }

    private static TagList Edge(string side) => new() { { "side", side } };
}
