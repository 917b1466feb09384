namespace Yibao.Kernel.Places;

/// <summary>层级. The provincial-level pool, directly administered cities and counties are city-tier (AMB-73).</summary>
public enum Tier
{
    /// <summary>国家级.</summary>
    Nation,
    /// <summary>省级（含新疆生产建设兵团）.</summary>
    Province,
    /// <summary>市（州）级.</summary>
    City,
}

/// <summary>Whether persons are insured and institutions contracted under this very code.</summary>
public enum Pooling
{
    /// <summary>Not a pooling area: an agency only.</summary>
    None,
    /// <summary>统筹区.</summary>
    Area,
    /// <summary>省级统筹: its cities are the areas, but a filing may name the province (FIL-030).</summary>
    ByProvince,
}

/// <summary>接入状态 (OPS-010): gates new business of an area.</summary>
public enum Connection
{
    /// <summary>规划中.</summary>
    Planned,
    /// <summary>联调测试.</summary>
    Testing,
    /// <summary>已接入.</summary>
    Connected,
}

/// <summary>就医地与参保地的关系 (SET-001): decides route, catalogue and clearing scope.</summary>
public enum VisitClass
{
    /// <summary>本地: one pooling area.</summary>
    Local,
    /// <summary>省内异地.</summary>
    IntraProvince,
    /// <summary>跨省异地.</summary>
    CrossProvince,
}

/// <summary>A place of the tree: an agency, a pooling area or both.</summary>
/// <param name="Code">医保区划.</param>
/// <param name="Name">Full name: 恩施土家族苗族自治州.</param>
/// <param name="Printed">As most forms print it: 恩施州 (FRM-038).</param>
/// <param name="Short">As the narrow tables print it: 恩施, 北京, 省本级.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Parent">The place above; null for the nation only.</param>
/// <param name="Order">Position among its siblings where a form has no order of its own.</param>
/// <param name="Pooling">Whether it is a pooling area.</param>
/// <param name="SameCityAs">The area whose city it shares (node.sameCityPools, AMB-24): no filing and local benefits, yet cleared between the two.</param>
public sealed record Place(AdminDivision Code, string Name, string Printed, string Short, Tier Tier, AdminDivision? Parent, int Order, Pooling Pooling, AdminDivision? SameCityAs)
{
    public bool IsPoolingArea => Pooling == Pooling.Area;

    /// <summary>A filing may name it: a city-level place, a municipality, a provincially pooled province (FIL-030).</summary>
    public bool CanBeFiledTo => Pooling is Pooling.Area or Pooling.ByProvince;
}
