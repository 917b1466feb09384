using Yibao.Contracts.Settlements;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Local;

/// <summary>The packs of the regions folder, as of the discharge (BEN-024).</summary>
public sealed class PackPolicies(PolicyLibrary library) : IPolicies
{
    public PolicyPack For(SettlementRequest request) => library.At(request.HomeArea, request.CareUntil.BusinessDate()).Pack;
}
