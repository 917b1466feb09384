using Yibao.Kernel.Places;

namespace Yibao.Hosting.Identity;

/// <summary>The tree of agencies as far as authorisation needs it; the registry of nodes implements it.</summary>
public interface IRegions
{
    /// <summary>Whether <paramref name="area"/> is <paramref name="agency"/> itself or lies below it.</summary>
    bool IsWithin(AdminDivision area, AdminDivision agency);

    /// <summary>国家、省、市: at which tier an agency works; null for one that the tree does not know.</summary>
    Tier? TierOf(AdminDivision agency);
}

/// <summary>The registry of nodes as it stands now: authorisation follows today's tree, whatever tree an old message was routed by.</summary>
internal sealed class RegistryRegions(NodeRegistry registry, TimeProvider time) : IRegions
{
    public bool IsWithin(AdminDivision area, AdminDivision agency) => area == agency || registry.At(time.GetUtcNow()).Contains(agency, area);

    public Tier? TierOf(AdminDivision agency) => registry.At(time.GetUtcNow()).Find(agency)?.Tier;
}
