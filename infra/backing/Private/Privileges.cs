namespace Yibao.Backing.Private;

/// <summary>As root the servers run as users of their own: PostgreSQL refuses to be root, and nothing should be without need.</summary>
internal static class Privileges
{
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>The words that make a command run in a session of its own (Ctrl-C in the terminal must not reach it) and, under root, as the user.</summary>
    public static IReadOnlyList<string> Prefix(string user) => IsRoot
        ? ["setsid", "setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--"]
        : ["setsid"];

    /// <summary>Hands a folder with all it holds to the user.</summary>
    public static Task GiveAsync(string folder, string user, CancellationToken cancellation) =>
        IsRoot ? Shell.RunAsync(["chown", "-R", $"{user}:{user}", folder], null, cancellation) : Task.CompletedTask;

    /// <summary>The preferred user if the machine knows it, else nobody.</summary>
    public static string UserOr(string preferred) =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith(preferred + ":", StringComparison.Ordinal)) ? preferred : "nobody";

    public static bool ReachableByOthers(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (!at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }
}
