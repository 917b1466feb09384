namespace Yibao.Settlement.Benefits.Packs;

/// <summary>Lays one layer over another. What belongs together is replaced together: half of one table and half of another would be nobody's policy.</summary>
internal static class PackMerge
{
    /// <summary>Keys whose value is replaced whole.</summary>
    private static readonly HashSet<string> Whole = new(StringComparer.Ordinal)
    {
        "deductible", "segments", "cap", "annualCap", "diseases", "largeSum", "catastrophic", "civilServant", "supplementary", "disabledServicemen",
        "medicalAid", "account", "longTerm", "referred", "emergency", "otherTemporary", "returnHome", "outpatientNoFiling", "unfiled",
    };

    public static PackMap Over(PackMap below, PackMap above)
    {
        var merged = new Dictionary<string, PackNode>(below.Entries, StringComparer.Ordinal);
        foreach (var (key, node) in above.Entries)
        {
            merged[key] = node is PackMap upper && merged.GetValueOrDefault(key) is PackMap lower && !Whole.Contains(key) ? Over(lower, upper) : node;
        }

        return above with { Entries = merged };
    }

    /// <summary>What stands under <c>both</c> holds for either insurance unless it says otherwise itself.</summary>
    public static PackMap Expanded(PackMap body)
    {
        if (body["both"] is not PackMap both) return body;
        foreach (var insurance in (string[])["employee", "resident"])
        {
            body = body.With(insurance, body[insurance] is PackMap own ? Over(both, own) : both);
        }

        return body with { Entries = body.Entries.Where(entry => entry.Key != "both").ToDictionary(StringComparer.Ordinal) };
    }

    /// <summary>Every scalar with its path.</summary>
    public static IEnumerable<ResolvedFigure> Flatten(PackNode node, string path = "") => node switch
    {
        PackScalar scalar => [new ResolvedFigure(path, scalar.Text, scalar.Provenance)],
        PackList list => list.Items.SelectMany((item, index) => Flatten(item, $"{path}[{index}]")),
        PackMap map => map.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => Flatten(entry.Value, path.Length == 0 ? entry.Key : $"{path}.{entry.Key}")),
        _ => throw new InvalidOperationException("A pack holds scalars, lists and mappings."),
    };
}
