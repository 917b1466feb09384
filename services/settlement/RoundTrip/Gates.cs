using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.RoundTrip;

/// <summary>接入状态 (OPS-010): who is insured or treated in an area that is planned or being tested has no direct settlement with the others.</summary>
public static class Gates
{
    /// <summary>Why a visit cannot be settled directly between the two places; null when it can. What was settled before may still be given back.</summary>
    public static Error? NotConnected(NodeMap map, AdminDivision home, AdminDivision treatment)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map.NotConnected(home) ?? (home == treatment ? null : map.NotConnected(treatment));
    }
}
