using System.Diagnostics;
using System.Globalization;

namespace Yibao.Backing.Private;

/// <summary>A process that cannot be mistaken for a later one with the same number: number and start time (clock ticks since boot).</summary>
internal sealed record ProcessStamp(int Pid, long Started)
{
    public static ProcessStamp Own { get; } = Of(Environment.ProcessId) ?? throw new InvalidOperationException("This process is not listed in /proc.");

    public bool IsAlive => Of(Pid) == this;

    /// <summary>Null when there is no such process, or only its zombie.</summary>
    public static ProcessStamp? Of(int pid) => Stat(pid) is { } stat && stat.State is not ("Z" or "X") ? new ProcessStamp(pid, stat.Started) : null;

    public static ProcessStamp? Read(string file)
    {
        try
        {
            var parts = File.ReadAllText(file).Split(' ');
            return parts.Length == 2 ? new ProcessStamp(int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture)) : null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>SIGKILL for the process and everything that descends from it; returns when all are gone.</summary>
    public async Task KillTreeAsync(CancellationToken cancellation)
    {
        if (!IsAlive) return;
        // Found before the kill: afterwards they are orphans, and nobody knows whose.
        var all = Descendants();
        foreach (var process in all)
            if (process.IsAlive) Signals.Send(process.Pid, Signals.Kill);
        await UntilGoneAsync(all, TimeSpan.FromSeconds(10), cancellation);
    }

    /// <summary>Waits until none of them is left.</summary>
    public static async Task<bool> UntilGoneAsync(IReadOnlyCollection<ProcessStamp> processes, TimeSpan patience, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (processes.Any(process => process.IsAlive))
        {
            if (waited.Elapsed > patience) return false;
            await Task.Delay(20, cancellation);
        }

        return true;
    }

    /// <summary>This process first, then its children, and theirs.</summary>
    public IReadOnlyList<ProcessStamp> Descendants()
    {
        var children = Directory.GetDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0)
            .Select(pid => (Pid: pid, Stat: Stat(pid)))
            .Where(process => process.Stat is not null)
            .ToLookup(process => process.Stat!.Value.Parent, process => new ProcessStamp(process.Pid, process.Stat!.Value.Started));
        var found = new List<ProcessStamp> { this };
        for (var i = 0; i < found.Count; i++) found.AddRange(children[found[i].Pid]);
        return found;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid} {Started}");

    private static (string State, int Parent, long Started)? Stat(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            // The name is in brackets and may hold anything, spaces and brackets too: what counts stands behind the last one.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
