namespace Yibao.Settlement.Benefits.Packs;

/// <summary>Where a figure stands and what it rests on.</summary>
/// <param name="File">The pack's path, relative to the regions folder.</param>
/// <param name="Line">From 1.</param>
/// <param name="Level">Which layer it belongs to.</param>
/// <param name="Source">Its source document.</param>
/// <param name="Article">Article or section of it.</param>
public sealed record Provenance(string File, long Line, PackLevel Level, SourceDocument Source, string Article);

/// <summary>A document that figures rest on.</summary>
/// <param name="Key">How the pack refers to it.</param>
/// <param name="Title">Its title.</param>
/// <param name="Mark">What its figures are worth.</param>
/// <param name="Confidence">A compiled source's grade; empty for a published document.</param>
public sealed record SourceDocument(string Key, string Title, Mark Mark, string Confidence);

/// <summary>The layers of policy, in the order in which a later one prevails (OPS-013).</summary>
public enum PackLevel
{
    /// <summary>The platform's fallback where nobody says anything (SET-035).</summary>
    Default,
    /// <summary>统筹区.</summary>
    City,
    /// <summary>省级: prevails over its cities, and bounds what they may set.</summary>
    Province,
    /// <summary>国家级 override.</summary>
    Nation,
}

/// <summary>A pack's content before it is understood: every node knows where it comes from.</summary>
internal abstract record PackNode(Provenance Provenance);

internal sealed record PackScalar(string Text, Provenance Provenance) : PackNode(Provenance);

internal sealed record PackList(IReadOnlyList<PackNode> Items, Provenance Provenance) : PackNode(Provenance);

internal sealed record PackMap(IReadOnlyDictionary<string, PackNode> Entries, Provenance Provenance) : PackNode(Provenance)
{
    public PackNode? this[string key] => Entries.GetValueOrDefault(key);

    public PackMap With(string key, PackNode node) => this with { Entries = new Dictionary<string, PackNode>(Entries, StringComparer.Ordinal) { [key] = node } };
}

/// <summary>One figure as it came out of the resolution: for reports, differences and the version.</summary>
/// <param name="Path">e.g. <c>employee.inpatient.segments[0].ratio.active.tertiary</c>.</param>
/// <param name="Value">As written.</param>
/// <param name="Provenance">Which layer, file and document.</param>
public sealed record ResolvedFigure(string Path, string Value, Provenance Provenance)
{
    /// <summary>SET-035: a figure nobody has set is reported as <c>NATIONAL_DEFAULT</c>.</summary>
    public string Origin => Provenance.Level == PackLevel.Default ? "NATIONAL_DEFAULT" : Provenance.Level.ToString().ToUpperInvariant();
}
