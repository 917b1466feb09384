namespace Yibao.Backing;

/// <summary>Where the sources stand.</summary>
public static class Repository
{
    private const string Mark = "Yibao.Platform.sln";

    /// <summary>The root of the working copy that this program was built in or is run in; null outside of one.</summary>
    public static string? Find() => FindFrom(AppContext.BaseDirectory) ?? FindFrom(Directory.GetCurrentDirectory());

    /// <exception cref="BackingException">Not inside a working copy.</exception>
    public static string Root() => Find() ?? throw new BackingException($"This must run inside a working copy of the repository ({Mark} stands at its root).");

    private static string? FindFrom(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, Mark))) return at.FullName;
        return null;
    }
}
