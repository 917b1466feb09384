using Yibao.Kernel.Places;

namespace Yibao.Settlement.Paths;

/// <summary>In which form the fees of a settlement go to the home place.</summary>
public enum DataPath
{
    /// <summary>按大类费用: the fourteen national categories (SET-005).</summary>
    Categories,
    /// <summary>逐条分割: every line as the treatment place split it (SET-006, SET-008).</summary>
    Lines,
    /// <summary>省平台计算: no conversion to national categories; the platform has every line already (SET-007).</summary>
    Platform,
}

/// <summary>Which path a settlement takes: by where it was, and by what kind of care it was.</summary>
public static class DataPaths
{
    /// <param name="careType">医疗类别 (med_type): 2x are stays.</param>
    /// <param name="intra">The treatment place's way inside its province.</param>
    public static DataPath Of(VisitClass visit, string careType, IntraPath intra) => visit switch
    {
        VisitClass.CrossProvince => careType.StartsWith('2') ? DataPath.Categories : DataPath.Lines,
        VisitClass.IntraProvince => intra == IntraPath.ProvincialPlatform ? DataPath.Platform : DataPath.Lines,
        // At home nothing travels; the lines are at hand.
        VisitClass.Local => DataPath.Lines,
    };

    /// <summary>
    /// SET-005: across provinces the categories of a stay travel instead of its lines. SET-006, SET-008: of everyone else every line does; a
    /// stay's stay where they are when one node hosts both places, and so do the platform's, which holds them already (SET-007).
    /// </summary>
    /// <param name="toAnotherNode">The home place has another host than the treatment place.</param>
    public static bool LinesTravel(DataPath path, string careType, bool toAnotherNode) => path switch
    {
        DataPath.Categories => false,
        DataPath.Platform => toAnotherNode,
        DataPath.Lines => toAnotherNode || !careType.StartsWith('2'),
    };
}
