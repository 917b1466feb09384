using System.Collections.Frozen;

namespace Yibao.HospitalInterface.Fields;

/// <summary>字典: the interface's code lists. A field without a list of its own here is not checked against one.</summary>
public static class CodeLists
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Lists = CsvData.Rows("codes.csv")
        .GroupBy(row => row[0], StringComparer.Ordinal)
        .ToFrozenDictionary(list => list.Key, list => list.ToFrozenDictionary(row => row[1], row => row[2], StringComparer.Ordinal), StringComparer.Ordinal);

    public static bool Has(string list) => Lists.ContainsKey(list);

    /// <summary>The Chinese name of a code; null when the list does not hold it.</summary>
    public static string? Name(string list, string code) => Lists.TryGetValue(list, out var codes) ? codes.GetValueOrDefault(code) : null;
}
