using System.Text.RegularExpressions;

namespace Yibao.Architecture.Tests;

/// <summary>The requirements catalogue beside the project.</summary>
internal static partial class Catalogue
{
    /// <summary>The ids of its rows; null where the catalogue is not at hand (a clone elsewhere).</summary>
    public static IReadOnlySet<string>? Rows()
    {
        var file = Path.Combine(Backing.Repository.Root(), "..", "shared", "spec", "requirements.md");
        return File.Exists(file) ? Parse(File.ReadAllText(file)) : null;
    }

    public static IReadOnlySet<string> Parse(string text) => Row().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"^\| ([A-Z]{3}-[0-9]{3}) ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
