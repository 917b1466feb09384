using System.Net;
using System.Text.RegularExpressions;

namespace Yibao.Forms.Tests;

/// <summary>Compares a print byte for byte with the stored one; <c>YIBAO_REGENERATE=1</c> stores it anew, to be looked at before it is committed.</summary>
internal static partial class Golden
{
    public static void ShouldMatch(string print, string name) => Match(print, name + ".html");

    public static void ShouldMatchText(string print, string name) => Match(print, name + ".txt");

    private static void Match(string print, string name)
    {
        var file = Path.Combine(Root(), "tests", "Forms", "golden", name);
        if (Environment.GetEnvironmentVariable("YIBAO_REGENERATE") == "1") File.WriteAllText(file, print);
        File.ReadAllText(file).ShouldBe(print);
    }

    /// <summary>What a reader sees: tags away, entities resolved, one piece a line.</summary>
    public static IReadOnlyList<string> Seen(string html) =>
        [.. Tag().Replace(Head().Replace(html, ""), "\n").Split('\n').Select(line => WebUtility.HtmlDecode(line).Trim()).Where(line => line.Length > 0)];

    /// <summary>What a reader sees of a paragraph with filled blanks, as one text.</summary>
    public static string Text(string html) => WebUtility.HtmlDecode(Tag().Replace(Head().Replace(html, ""), ""));

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Yibao.Platform.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests run inside the repository.");
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<head>.*</head>", RegexOptions.Singleline)]
    private static partial Regex Head();
}
