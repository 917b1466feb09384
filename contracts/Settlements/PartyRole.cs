namespace Yibao.Contracts.Settlements;

/// <summary>The part a node plays in one settlement. One node may play several (intra-province).</summary>
public enum PartyRole
{
    /// <summary>就医地: splits the fees, stamps the business date, answers the institution.</summary>
    Treatment,
    /// <summary>中转: a province or the nation on the path; stores what passes, decides nothing.</summary>
    Relay,
    /// <summary>参保地: decides.</summary>
    Home,
}
