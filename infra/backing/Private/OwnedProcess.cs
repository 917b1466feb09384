using System.Diagnostics;

namespace Yibao.Backing.Private;

/// <summary>A server as our own child in a session of its own, its output in a file, its number noted in the instance folder.</summary>
internal sealed class OwnedProcess(InstanceFolder folder, string name, string user, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    private Process? _process;
    private ProcessStamp? _stamp;

    public string Log { get; } = Path.Combine(folder.Path, $"{name}.log");

    public int? Id => _stamp is { IsAlive: true } stamp ? stamp.Pid : null;

    public bool IsRunning => _stamp is { IsAlive: true };

    public void Start()
    {
        if (IsRunning) throw new InvalidOperationException($"{name} is running.");
        _process?.Dispose();
        // The shell only redirects: exec keeps the number.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", Log, .. Privileges.Prefix(user), .. command]) { WorkingDirectory = folder.Path };
        foreach (var (key, value) in environment) start.Environment[key] = value;
        _process = Process.Start(start) ?? throw new BackingException($"{name} does not start.");
        _stamp = ProcessStamp.Of(_process.Id);
        if (_stamp is not null) folder.Remember(name, _stamp);
    }

    /// <summary>Asks it to end and waits; one that does not is killed.</summary>
    public async Task EndAsync(int signal, TimeSpan patience, CancellationToken cancellation)
    {
        if (_stamp is not { IsAlive: true } stamp) return;
        var all = stamp.Descendants();
        Signals.Send(stamp.Pid, signal);
        if (!await ProcessStamp.UntilGoneAsync(all, patience, cancellation))
            foreach (var process in all) await process.KillTreeAsync(cancellation);
        folder.Forget(name);
    }

    public async Task KillAsync(CancellationToken cancellation)
    {
        if (_stamp is not null) await _stamp.KillTreeAsync(cancellation);
        folder.Forget(name);
    }

    public string? WhyGone()
    {
        if (IsRunning) return null;
        var lines = File.Exists(Log) ? File.ReadAllLines(Log) : [];
        return string.Join(Environment.NewLine, lines.TakeLast(15));
    }

    public void Dispose() => _process?.Dispose();
}
