using System.Security.Cryptography;
using System.Text;

namespace Yibao.Backing.Private;

/// <summary>
/// The folder of one private pair: who owns it, which processes belong to it. A pair whose owner is gone was left behind by a
/// killed run; whoever starts next stops its processes and, unless it is a kept one, removes it.
/// </summary>
internal sealed class InstanceFolder
{
    private const string Temporary = "run-";
    private static readonly TimeSpan Newborn = TimeSpan.FromMinutes(1);
    private readonly bool _keep;

    private InstanceFolder(string path, bool keep)
    {
        Path = path;
        _keep = keep;
    }

    public string Path { get; }

    /// <summary>The data outlives the run.</summary>
    public bool Keeps => _keep;

    /// <summary>Sweeps what killed runs left, then takes a folder of its own.</summary>
    public static async Task<InstanceFolder> ClaimAsync(BackingOptions options, CancellationToken cancellation)
    {
        var root = options.Folder ?? DefaultRoot();
        Directory.CreateDirectory(root);
        foreach (var left in Directory.GetDirectories(root)) await SweepAsync(left, options, cancellation);
        var name = options.Keep is { } kept ? $"kept-{kept}" : Temporary + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        var folder = new InstanceFolder(System.IO.Path.Combine(root, name), options.Keep is not null);
        Directory.CreateDirectory(folder.Path);
        if (ReadOwner(folder.Path) is { } owner && owner.IsAlive)
            throw new BackingException($"The kept data '{options.Keep}' is in use by process {owner.Pid}: stop that one first.");
        await File.WriteAllTextAsync(OwnerFile(folder.Path), ProcessStamp.Own.ToString(), cancellation);
        return folder;
    }

    /// <summary>A sub-folder for one server, readable by the user that the server runs as.</summary>
    public string For(string server) => Directory.CreateDirectory(System.IO.Path.Combine(Path, server)).FullName;

    /// <summary>Notes a process, so that it is found should this run be killed.</summary>
    public void Remember(string server, ProcessStamp process) => File.WriteAllText(System.IO.Path.Combine(Path, $"{server}.process"), process.ToString());

    public void Forget(string server) => File.Delete(System.IO.Path.Combine(Path, $"{server}.process"));

    /// <summary>Gives it back: a kept one stays for the next run, any other one goes.</summary>
    public async Task ReleaseAsync()
    {
        if (_keep) File.Delete(OwnerFile(Path));
        else await RemoveAsync(Path);
    }

    private static async Task SweepAsync(string path, BackingOptions options, CancellationToken cancellation)
    {
        var owner = ReadOwner(path);
        if (owner is { IsAlive: true }) return;
        if (owner is null && TimeProvider.System.GetUtcNow().UtcDateTime - Directory.GetLastWriteTimeUtc(path) < Newborn) return;
        foreach (var note in Directory.GetFiles(path, "*.process"))
        {
            if (ProcessStamp.Read(note) is { IsAlive: true } left)
            {
                options.Progress?.Invoke($"stopping {System.IO.Path.GetFileNameWithoutExtension(note)} (process {left.Pid}), left behind by a killed run");
                await left.KillTreeAsync(cancellation);
            }

            File.Delete(note);
        }

        if (System.IO.Path.GetFileName(path).StartsWith(Temporary, StringComparison.Ordinal)) await RemoveAsync(path);
        else File.Delete(OwnerFile(path));
    }

    private static async Task RemoveAsync(string path)
    {
        // Two runs may sweep the same folder, and a dying server may still write into it: gone in the end is all that counts.
        for (var attempt = 0; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException && attempt < 20)
            {
                await Task.Delay(50);
            }
        }
    }

    private static ProcessStamp? ReadOwner(string path) => ProcessStamp.Read(OwnerFile(path));

    private static string OwnerFile(string path) => System.IO.Path.Combine(path, "owner");

    private static string DefaultRoot()
    {
        var repository = Repository.Find();
        var run = repository is null ? null : System.IO.Path.Combine(repository, ".run");
        // Under root the servers run as other users, and those must be able to reach the folder.
        if (run is not null && (!Privileges.IsRoot || Privileges.ReachableByOthers(repository!))) return run;
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repository ?? "")))[..8];
        return System.IO.Path.Combine(repository is null ? System.IO.Path.GetTempPath() : "/var/tmp", $"yibao-{Environment.UserName}-{mark}");
    }
}
