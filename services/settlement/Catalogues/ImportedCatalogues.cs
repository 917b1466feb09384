using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Catalogues;

/// <summary>目录行入库: some lines of a version on their way; they mean nothing until the version is stored.</summary>
public sealed record CatalogueLinesStored(string Version, int Part, IReadOnlyList<string> Lines) : IFact;

/// <summary>目录版本入库: from its first day on it replaces what was in force for this layer.</summary>
/// <param name="Area">The layer: the nation, a province or an area.</param>
/// <param name="From">First day, Asia/Shanghai.</param>
/// <param name="Parts">So many parts of lines make it up.</param>
/// <param name="Lines">So many lines hold an item.</param>
public sealed record CatalogueVersionStored(string Version, AdminDivision Area, DateOnly From, int Parts, int Lines, DateTimeOffset At) : IFact;

/// <summary>Some lines of a version: stream <c>catalogue-lines/{version}/{part}</c>.</summary>
public sealed record CatalogueLines : IState<CatalogueLines>
{
    public static CatalogueLines Empty { get; } = new();

    public static StreamKey<CatalogueLines> Stream(string version, int part) => new(string.Create(CultureInfo.InvariantCulture, $"catalogue-lines/{version}/{part:0000}"));

    public bool AreStored { get; private init; }

    public CatalogueLines Evolve(IFact fact) => fact switch
    {
        CatalogueLinesStored => new CatalogueLines { AreStored = true },
        _ => throw new InvalidOperationException($"Lines of a catalogue do not know {fact.GetType().Name}."),
    };

    public static Decision Decide(string version, int part, IReadOnlyList<string> lines, CatalogueLines state) =>
        state.AreStored ? Decision.Done : Decision.Accept(Stream(version, part), new CatalogueLinesStored(version, part, lines));
}

/// <summary>Every version that was loaded into this node: stream <c>catalogues</c>.</summary>
public sealed record ImportedCatalogues : IState<ImportedCatalogues>
{
    public static ImportedCatalogues Empty { get; } = new();

    public static StreamKey<ImportedCatalogues> Stream { get; } = new("catalogues");

    public ImmutableArray<CatalogueVersionStored> Versions { get; private init; } = [];

    public CatalogueVersionStored? Find(string version) => Versions.FirstOrDefault(known => known.Version == version);

    public ImportedCatalogues Evolve(IFact fact) => fact switch
    {
        CatalogueVersionStored e => new ImportedCatalogues { Versions = Versions.Add(e) },
        _ => throw new InvalidOperationException($"The list of catalogues does not know {fact.GetType().Name}."),
    };

    /// <summary>The same table from the same day is the same version.</summary>
    public static string VersionOf(AdminDivision area, DateOnly from, string text) =>
        $"{area}@{from.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}";

    public static Decision Decide(CatalogueVersionStored version, ImportedCatalogues state) =>
        state.Find(version.Version) is not null ? Decision.Done : Decision.Accept(Stream, version);
}
