using System.Text.RegularExpressions;

namespace Yibao.Architecture.Tests;

/// <summary>A file of the tree, or one that a test made up.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Text">All of it.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    private static readonly string[] NotOurs = ["artifacts", ".git", ".run", "node_modules", "TestResults"];

    /// <summary>The text without comments and without what stands between quotes: what the compiler acts on.</summary>
    public string Code => Noise().Replace(Text, match => new string('\n', match.Value.Count(c => c == '\n')) + (match.Value.StartsWith('/') ? "" : "\"\""));

    public bool Under(params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
            if (Path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>The working copy's files with these endings.</summary>
    public static IReadOnlyList<SourceFile> All(params IReadOnlyList<string> endings)
    {
        var root = Backing.Repository.Root();
        return [.. Walk(root)
            .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            .Select(file => new SourceFile(System.IO.Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file)))];
    }

    /// <summary>Where in this file a pattern stands, worded for a reader: <c>services/x.cs:12: …</c>.</summary>
    public IEnumerable<string> Find(Regex pattern, string what) => Code.Split('\n')
        .Select((line, index) => (line, index))
        .Where(line => pattern.IsMatch(line.line))
        .Select(line => $"{Path}:{line.index + 1}: {what}: {line.line.Trim()}");

    private static IEnumerable<string> Walk(string folder) => Directory.GetFiles(folder)
        .Concat(Directory.GetDirectories(folder).Where(sub => !NotOurs.Contains(System.IO.Path.GetFileName(sub), StringComparer.Ordinal)).SelectMany(Walk));

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\"{3,}.*?\"{3,}|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'""", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Noise();
}
