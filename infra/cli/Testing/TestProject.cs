using Yibao.Cli.Shell;

namespace Yibao.Cli.Testing;

/// <summary>One project under tests/: an executable once it is built.</summary>
/// <param name="Name">Short name: the folder under tests/.</param>
/// <param name="File">Its project file.</param>
/// <param name="Executable">What to hand to <c>dotnet</c>.</param>
internal sealed record TestProject(string Name, string File, string Executable)
{
    // Those that take longest first, so that they do not run alone at the end.
    private static readonly string[] Longest = ["EndToEnd", "Simulation", "Backing", "Local", "Hosting"];

    /// <summary>All of them, or those whose name contains <paramref name="only"/>.</summary>
    public static IReadOnlyList<TestProject> Find(string root, string configuration, string? only)
    {
        var all = Directory.GetFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
            .Select(file => Of(root, configuration, file))
            .OrderBy(project => Array.IndexOf(Longest, project.Name) is var at and >= 0 ? at : Longest.Length)
            .ThenBy(project => project.Name, StringComparer.Ordinal)
            .ToList();
        if (only is null) return all;
        var chosen = all.Where(project => string.Equals(project.Name, only, StringComparison.OrdinalIgnoreCase)).ToList();
        if (chosen.Count == 0) chosen = [.. all.Where(project => project.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        return chosen.Count > 0 ? chosen : throw new WrongInputException($"No test project '{only}'. There are: {string.Join(", ", all.Select(project => project.Name))}.");
    }

    /// <summary>Its tests may ask for PostgreSQL and RabbitMQ; known once it is built.</summary>
    public bool NeedsBacking => System.IO.File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Executable)!, "Yibao.Backing.dll"));

    private static TestProject Of(string root, string configuration, string file)
    {
        var assembly = Path.GetFileNameWithoutExtension(file);
        return new TestProject(
            Path.GetFileName(Path.GetDirectoryName(file)!),
            file,
            Path.Combine(root, "artifacts", "bin", assembly, configuration.ToLowerInvariant(), $"{assembly}.dll"));
    }
}
