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
        definition.NextStep.ShouldNotContain("{");
        definition.Text.ShouldNotContain("Exception");
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Its_holes_are_numbered_without_a_gap_and_filled_when_it_is_worded(string code)
    {
        var definition = Catalogue.Find(code).ShouldNotBeNull();
        var holes = Hole().Matches(definition.Text).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct().Order().ToList();
        holes.ShouldBe(Enumerable.Range(0, holes.Count));

        var worded = definition.With([.. holes.Select(hole => (object)$"<{hole}>")]);
        foreach (var hole in holes) worded.Message.ShouldContain($"<{hole}>");
        Hole().IsMatch(worded.Message).ShouldBeFalse();
    }

    [Fact]
    public void Details_are_worded_without_any_culture()
    {
        var worded = PlaceErrors.AreaNotConnected.With(new Kernel.Places.AdminDivision("522700"), 1.5m);
        worded.Message.ShouldContain("522700");
        worded.Message.ShouldContain("1.5");
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

    [GeneratedRegex(@"\{(\d+)\}")]
    private static partial Regex Hole();
}
