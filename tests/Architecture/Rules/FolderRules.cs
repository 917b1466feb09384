namespace Yibao.Architecture.Tests.Rules;

/// <summary>Where things stand.</summary>
internal static class FolderRules
{
    private static readonly string[] TopLevel = ["contracts", "services", "gateway", "tests", "infra", "docs", ".ci", ".github"];
    private static readonly string[] Layers =
        ["Controllers", "Models", "Repositories", "Services", "Dtos", "DTOs", "Helpers", "Utils", "Utilities", "Common", "Managers", "Entities", "Interfaces", "ViewModels", "Handlers", "Commands", "Events", "Queries"];

    public static IEnumerable<string> Tops(IEnumerable<string> files) => files
        .Where(file => file.Contains('/', StringComparison.Ordinal))
        .Select(file => file.Split('/')[0])
        .Distinct(StringComparer.Ordinal)
        .Where(folder => !TopLevel.Contains(folder, StringComparer.Ordinal))
        .Select(folder => $"{folder}/ is no folder of the tree");

    /// <summary>Folders inside a service are capabilities.</summary>
    public static IEnumerable<string> Capabilities(IEnumerable<string> files) => files
        .Where(file => file.StartsWith("services/", StringComparison.Ordinal) || file.StartsWith("gateway/", StringComparison.Ordinal))
        .SelectMany(file => file.Split('/').Skip(1).SkipLast(1).Where(folder => Layers.Contains(folder, StringComparer.Ordinal)).Select(folder => $"{file}: '{folder}' is a technical layer, not a capability"))
        .Distinct(StringComparer.Ordinal);

    public static IEnumerable<string> InSolution(IEnumerable<string> projects, string solution) => projects
        .Where(project => !solution.Replace('\\', '/').Contains(project, StringComparison.Ordinal))
        .Select(project => $"{project} is not in the solution: nothing would build or test it");
}
