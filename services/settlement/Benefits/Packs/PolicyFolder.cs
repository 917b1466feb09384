using System.Globalization;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Benefits.Packs;

/// <summary>The only place that opens policy files: <c>{regions}/{code}/policy-{from}.yaml</c>.</summary>
public static class PolicyFolder
{
    /// <param name="regions">The regions folder.</param>
    /// <param name="places">Which codes are pooling areas, and of which province.</param>
    /// <exception cref="Kernel.Errors.RefusedException">A file is wrong; the message names file and line.</exception>
    public static PolicyLibrary Load(string regions, NodeMap places)
    {
        var files = Directory.EnumerateFiles(regions, "policy-*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => Read(path, regions)).ToList();
        foreach (var file in files)
        {
            var expected = string.Create(CultureInfo.InvariantCulture, $"{file.Area?.Code ?? "default"}/policy-{file.From:yyyy-MM-dd}.yaml");
            if (file.Path != expected) throw PackFile.Wrong(file.Path, 1, $"按其 area 和 from，文件应位于 {expected}");
        }

        return new PolicyLibrary(files, places);
    }

    public static PackFile Read(string path, string regions) => PackFile.Parse(Path.GetRelativePath(regions, path).Replace('\\', '/'), File.ReadAllText(path));

    /// <summary>The regions folder of this source tree or deployment: <c>infra/regions</c> or <c>regions</c> here or in a folder above.</summary>
    public static string? Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            foreach (var candidate in (string[])[Path.Combine(folder.FullName, "infra", "regions"), Path.Combine(folder.FullName, "regions")])
            {
                if (Directory.Exists(Path.Combine(candidate, "default"))) return candidate;
            }
        }

        return null;
    }
}
