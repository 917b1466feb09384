using System.Diagnostics.Metrics;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Telemetry;

/// <summary>How long each hop between nodes takes (OPS-003): a histogram per kind of message, pair of nodes and outcome.</summary>
internal sealed class HopMeter(IMeterFactory meters)
{
    public const string Name = "Yibao.Nodes";

    private readonly DurationMeter _duration = DurationMeter.OfCalls(meters, "yibao.hop.duration", "Time until the neighbour's answer", Name);

    /// <param name="outcome"><c>ok</c> or the error's code.</param>
    public void Record(TimeSpan took, AdminDivision from, AdminDivision to, string kind, string outcome) =>
        _duration.Record(took, new("from", from.Code), new("to", to.Code), new("kind", kind), new("outcome", outcome));
}
