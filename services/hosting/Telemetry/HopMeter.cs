using System.Diagnostics;
using System.Diagnostics.Metrics;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Telemetry;

/// <summary>How long each hop between nodes takes (OPS-003): a histogram per kind of message, pair of nodes and outcome.</summary>
internal sealed class HopMeter
{
    public const string Name = "Yibao.Nodes";

    private readonly Histogram<double> _duration;

    public HopMeter(IMeterFactory meters) => _duration = meters.Create(Name).CreateHistogram("yibao.hop.duration", "s", "Time until the neighbour's answer", advice: Buckets.OfCalls);

    /// <param name="outcome"><c>ok</c> or the error's code.</param>
    public void Record(TimeSpan took, AdminDivision from, AdminDivision to, string kind, string outcome) =>
        _duration.Record(took.TotalSeconds, new TagList { { "from", from.Code }, { "to", to.Code }, { "kind", kind }, { "outcome", outcome } });
}
