using System.Diagnostics;
using System.Diagnostics.Metrics;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Telemetry;

/// <summary>How often each error of the catalogue was answered (OPS-001): by code, class and door.</summary>
internal sealed class RefusalMeter(IMeterFactory meters)
{
    private readonly Counter<long> _refused = meters.Create(MeterWords.Meter).CreateCounter<long>("yibao.request.refused", "{request}", "Requests answered with an error of the catalogue");

    /// <param name="door">grpc or json.</param>
    public void Refused(Error error, string door) =>
        _refused.Add(1, new TagList { { "error.type", error.Code }, { "category", error.Definition.Category.ToString() }, { "door", door } });
}
