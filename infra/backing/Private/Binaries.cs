using System.Globalization;

namespace Yibao.Backing.Private;

/// <summary>Where the machine keeps the servers' programs. The wrappers in /usr/sbin are of no use: they insist on the system's own instance.</summary>
internal static class Binaries
{
    /// <summary>The folder with initdb and postgres, the newest version first; null if there is none.</summary>
    public static string? Postgres() => Folders("/usr/lib/postgresql", "bin")
        .Concat(Folders("/usr/local", "bin"))
        .Concat(Folders("/usr", "bin"))
        .Concat(SearchPath())
        .FirstOrDefault(folder => IsThere(Path.Combine(folder, "initdb")) && IsThere(Path.Combine(folder, "postgres")));

    /// <summary>rabbitmq-server; null if there is none.</summary>
    public static string? Rabbit() => new[] { "/usr/lib/rabbitmq/bin" }
        .Concat(SearchPath())
        .Select(folder => Path.Combine(folder, "rabbitmq-server"))
        .FirstOrDefault(IsThere);

    public static string? Find(string program) => SearchPath().Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsThere);

    /// <summary>A link that a removed package left behind is no program.</summary>
    private static bool IsThere(string path) => File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);

    private static IEnumerable<string> Folders(string parent, string name) => Directory.Exists(parent)
        ? Directory.GetDirectories(parent)
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, name))
        : [];

    private static string[] SearchPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
}
