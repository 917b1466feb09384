using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Cli.Shell;

/// <summary>In which capacity the command line works at a node that runs here: as an operator of the node's own tier.</summary>
internal static class Operators
{
    public static Role Of(AdminDivision node) => NodeRegistry.Reference.Latest[node].Tier switch
    {
        Tier.Nation => Role.NationalOperator,
        Tier.Province => Role.ProvinceOperator,
        Tier.City => Role.CityOperator,
    };
}
