using System.Xml.Linq;

namespace Yibao.Architecture.Tests.Rules;

/// <summary>Who may know whom, read from the project files.</summary>
internal static class ReferenceRules
{
    // What services share; everything else under services/ is a service.
    private static readonly string[] Shared = ["services/kernel", "services/hosting", "services/forms"];
    private static readonly string[] StoreAndBus = ["Marten", "MassTransit", "Weasel", "JasperFx", "Wolverine"];
    // Runs every service of a node in one process: it joins them and holds nothing else.
    private const string WholeNode = "services/node";
    // Tests of the store and the bus themselves.
    private static readonly string[] MayKnowStoreAndBus = ["services/hosting/", "tests/Hosting/"];

    public static IEnumerable<string> Services(IEnumerable<SourceFile> projects) =>
        from project in projects
        where ServiceOf(project.Path) is not null || project.Under("gateway", "contracts", "services/kernel", "services/hosting", "services/forms")
        where ServiceOf(project.Path) != WholeNode
        from reference in ProjectReferences(project)
        where ServiceOf(reference) is { } other && other != ServiceOf(project.Path)
        select $"{project.Path} references the service {reference}: services talk over gRPC and messages";

    public static IEnumerable<string> Kernel(IEnumerable<SourceFile> projects) =>
        from project in projects
        where project.Under("services/kernel")
        from reference in Elements(project, "PackageReference").Concat(Elements(project, "ProjectReference")).Concat(Elements(project, "FrameworkReference"))
        select $"{project.Path} references {reference}: the kernel is pure";

    public static IEnumerable<string> Contracts(IEnumerable<SourceFile> projects) =>
        from project in projects
        where project.Under("contracts")
        from reference in ProjectReferences(project)
        where reference != "services/kernel/Yibao.Kernel.csproj"
        select $"{project.Path} references {reference}: contracts know the kernel alone";

    public static IEnumerable<string> StoreAndBusPackages(IEnumerable<SourceFile> projects) =>
        from project in projects
        where !MayKnowStoreAndBus.Any(folder => project.Path.StartsWith(folder, StringComparison.Ordinal))
        from package in Elements(project, "PackageReference")
        where StoreAndBus.Any(name => package == name || package.StartsWith(name + ".", StringComparison.Ordinal))
        select $"{project.Path} references {package}: only services/hosting knows the store and the bus";

    public static IEnumerable<string> StoreAndBusNames(IEnumerable<SourceFile> code) =>
        from file in code
        where !MayKnowStoreAndBus.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal))
        from found in file.Find(Patterns.StoreAndBus(), "only services/hosting knows the store and the bus")
        select found;

    public static IEnumerable<string> Versions(IEnumerable<SourceFile> projects) =>
        from project in projects
        from element in XDocument.Parse(project.Text).Descendants()
        where element.Name.LocalName is "PackageVersion" or "PackageReference" or "GlobalPackageReference" or "PrunePackageReference"
        let version = (string?)element.Attribute("Version") ?? (string?)element.Attribute("VersionOverride")
        where version is not null
        let reason = Patterns.Floating().IsMatch(version) ? "floats"
            : element.Name.LocalName == "PackageReference" ? "is not in Directory.Packages.props"
            : null
        where reason is not null
        select $"{project.Path}: the version {version} of {(string?)element.Attribute("Include")} {reason}";

    /// <summary>A door between services that is no door would begin here.</summary>
    public static IEnumerable<string> WholeNodeIsEmpty(IEnumerable<SourceFile> code) =>
        from file in code
        where file.Under(WholeNode) && file.Path is not (WholeNode + "/Program.cs" or WholeNode + "/NodeModules.cs")
        select $"{file.Path}: {WholeNode} joins services and holds no code of its own";

    /// <summary>services/filing for anything in that folder; null outside of services.</summary>
    private static string? ServiceOf(string path)
    {
        var parts = path.Split('/');
        var folder = parts is ["services", var name, _, ..] ? $"services/{name}" : null;
        return Shared.Contains(folder, StringComparer.Ordinal) ? null : folder;
    }

    private static IEnumerable<string> ProjectReferences(SourceFile project) => Elements(project, "ProjectReference")
        .Select(reference => Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(project.Path)!, reference.Replace('\\', '/')))));

    private static IEnumerable<string> Elements(SourceFile project, string name) => XDocument.Parse(project.Text).Descendants()
        .Where(element => element.Name.LocalName == name)
        .Select(element => (string?)element.Attribute("Include"))
        .OfType<string>();
}
