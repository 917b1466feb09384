using Yibao.Clearing.Hosting;
using Yibao.Filing;
using Yibao.Gateway;
using Yibao.Hosting;
using Yibao.Settlement;

namespace Yibao.Node;

/// <summary>Every service of a node. A module that a referenced project holds and this list lacks fails an architecture test.</summary>
public static class NodeModules
{
    public static IReadOnlyList<IServiceModule> All { get; } = [new ClearingModule(), new FilingModule(), new GatewayModule(), new SettlementModule()];
}
