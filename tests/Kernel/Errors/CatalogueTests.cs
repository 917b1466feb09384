using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Yibao.Kernel.Errors;

namespace Yibao.Kernel.Tests.Errors;

/// <summary>OPS-001: every error is classified, plain, and says what to do.</summary>
public sealed partial class CatalogueTests
{
    public static TheoryData<string> Codes => [.. Catalogue.All.Select(definition => definition.Code)];

    [Fact]
    public void Every_definition_of_every_room_is_found_once()
    {
        var fields = typeof(Catalogue).Assembly.GetTypes().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType == typeof(ErrorDefinition) && !field.Name.Contains('<', StringComparison.Ordinal)).ToList();
        fields.ShouldAllBe(field => field.DeclaringType!.Namespace == "Yibao.Kernel.Errors");
        fields.Select(field => ((ErrorDefinition)field.GetValue(null)!).Code).Order(StringComparer.Ordinal).ShouldBe(Catalogue.All.Select(definition => definition.Code).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void It_is_coded_classified_plain_and_says_what_to_do(string code)
    {
        var definition = Catalogue.Find(code).ShouldNotBeNull();
        Code().IsMatch(code).ShouldBeTrue();
        Chinese().IsMatch(definition.Text).ShouldBeTrue();
        Chinese().IsMatch(definition.NextStep).ShouldBeTrue();
        Enum.IsDefined(definition.Category).ShouldBeTrue();
        Enum.IsDefined(definition.Acts).ShouldBeTrue();
        definition.Text.Length.ShouldBeLessThanOrEqualTo(120); // short: a HIS window shows it whole
        definition.Text.ShouldNotContain("Exception");
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Its_holes_are_numbered_without_a_gap_and_filled_when_it_is_worded(string code)
    {
        var definition = Catalogue.Find(code).ShouldNotBeNull();
        var holes = Hole().Matches(definition.Text + definition.NextStep).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct().Order().ToList();
        holes.ShouldBe(Enumerable.Range(0, holes.Count));

        var worded = definition.With([.. holes.Select(hole => (object)$"<{hole}>")]);
        foreach (var hole in holes) (worded.Message + worded.NextStep).ShouldContain($"<{hole}>");
        Hole().IsMatch(worded.Message + worded.NextStep).ShouldBeFalse();
    }

    [Fact]
    public void Details_are_worded_without_any_culture()
    {
        var worded = PlaceErrors.AreaNotConnected.With(new Kernel.Places.AdminDivision("522700"), 1.5m);
        worded.Message.ShouldContain("522700");
        worded.Message.ShouldContain("1.5");
    }

    [Fact]
    public void An_error_with_too_few_details_is_still_worded() => // from a host of another version
        PlaceErrors.AreaNotConnected.With("522700").Message.ShouldBe("统筹区 522700 尚未开通异地就医直接结算（…）");

    [Fact]
    public void Wherever_an_error_is_made_every_hole_is_filled()
    {
        var holes = typeof(Catalogue).Assembly.GetTypes().Where(type => type.Namespace == "Yibao.Kernel.Errors")
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public).Where(field => field.FieldType == typeof(ErrorDefinition)).Select(field => (Name: $"{type.Name}.{field.Name}", Definition: (ErrorDefinition)field.GetValue(null)!)))
            .ToDictionary(entry => entry.Name, entry => Hole().Matches(entry.Definition.Text + entry.Definition.NextStep).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) + 1).DefaultIfEmpty(0).Max());

        var wrong = new List<string>();
        foreach (var file in ((string[])["services", "gateway", "infra"]).SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.cs", SearchOption.AllDirectories)))
        {
            var code = File.ReadAllText(file);
            foreach (Match use in Use().Matches(code))
            {
                if (!holes.TryGetValue(use.Groups["name"].Value, out var needed)) continue;
                var given = use.Groups["with"].Success ? Arguments(code, use.Index + use.Length) : use.Groups["compared"].Success || use.Groups["member"].Success ? needed : 0;
                if (given != needed) wrong.Add($"{Path.GetFileName(file)}: {use.Groups["name"].Value} needs {needed} details, gets {given}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    /// <summary>Counts the arguments of a call, from right after its opening bracket.</summary>
    private static int Arguments(string code, int at)
    {
        var (depth, commas, any, quoted) = (1, 0, false, false);
        for (; depth > 0; at++)
        {
            if (code[at] == '"' && code[at - 1] != '\\') quoted = !quoted;
            else if (!quoted && code[at] is '(' or '[' or '{') depth++;
            else if (!quoted && code[at] is ')' or ']' or '}') depth--;
            else if (!quoted && code[at] == ',' && depth == 1) commas++;
            any |= depth > 0 && !char.IsWhiteSpace(code[at]);
        }

        return any ? commas + 1 : 0;
    }

    [Fact]
    public void The_page_of_all_errors_is_current()
    {
        var page = Path.Combine(Root(), "infra", "docs", "errors.md");
        var now = ErrorPage.Write();
        if (Environment.GetEnvironmentVariable("YIBAO_REGENERATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(page)!);
            File.WriteAllText(page, now);
        }

        File.ReadAllText(page).ShouldBe(now, "An error was added or changed: run the kernel tests with YIBAO_REGENERATE=1 to write infra/docs/errors.md anew.");
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Yibao.Platform.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests run inside the repository.");
    }

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$")]
    private static partial Regex Code();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}{2}")]
    private static partial Regex Chinese();

    [GeneratedRegex(@"(?<compared>[=!]= )?\b(?<name>\w+Errors\.\w+)((?<with>\.With\()|(?<member>\.\w))?")]
    private static partial Regex Use();

    [GeneratedRegex(@"\{(\d+)\}")]
    private static partial Regex Hole();
}
