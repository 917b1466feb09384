using System.Diagnostics;
using System.Diagnostics.Metrics;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.RoundTrip;

/// <summary>结算响应时间 (OPS-003): how long the treatment place waits for home, by pair of places and step.</summary>
public sealed class RoundTripMeter(IMeterFactory meters)
{
    private readonly DurationMeter _duration = DurationMeter.OfCalls(meters, "yibao.settlement.duration", "Time until home's answer reached the treatment place");

    /// <param name="kind">Of the message: trial, intent or reversal.</param>
    /// <param name="treatment">就医地.</param>
    /// <param name="home">参保地.</param>
    /// <param name="send">The round trip itself.</param>
    public async Task<Envelope> Measure(string kind, AdminDivision treatment, AdminDivision home, Func<Task<Envelope>> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        var began = Stopwatch.GetTimestamp();
        var outcome = "failed";
        try
        {
            var answer = await send();
            outcome = "ok";
            return answer;
        }
        catch (RefusedException refused)
        {
            outcome = refused.Error.Code;
            throw;
        }
        finally
        {
            _duration.RecordSince(began, new("kind", kind), new("treatment", treatment.Code), new("home", home.Code), new("outcome", outcome));
        }
    }
}
