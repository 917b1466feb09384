using Yibao.Kernel.Deciding;

namespace Yibao.Settlement.Trauma;

/// <summary>Who signed.</summary>
public enum Signer
{
    /// <summary>患者本人.</summary>
    Patient,
    /// <summary>近亲属代签, with identity number and contact.</summary>
    NearRelative,
}

/// <summary>外伤无第三方责任承诺书 was signed (004 Annex 11). Names, numbers, place and course are in the sealed paper, never here.</summary>
/// <param name="InjuredAt">受伤时间.</param>
/// <param name="SignedBy">By hand of.</param>
/// <param name="SignedOn">Day of the signature.</param>
/// <param name="Paper">Reference of the sealed paper: the same for the same content.</param>
public sealed record TraumaCommitted(DateTimeOffset InjuredAt, Signer SignedBy, DateOnly SignedOn, string Paper) : IFact;

/// <summary>外伤 at a treatment place (SET-016): what a province or a city says of trauma without third-party liability.</summary>
public enum TraumaRule
{
    /// <summary>Settles with the signed commitment (Hubei).</summary>
    Commitment,
    /// <summary>Settles on the institution's flag alone; the agency verifies afterwards.</summary>
    Declared,
    /// <summary>Not settled directly.</summary>
    NotDirect,
}
