using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Yibao.Local;

/// <summary>A program with one or several hosts in a process of its own, given its settings by the environment like in production; its output goes to a file.</summary>
/// <param name="name">What it is called in messages: <c>420000/filing</c>.</param>
/// <param name="program">The program's assembly.</param>
/// <param name="environment">Its settings.</param>
/// <param name="doors">Files that its hosts write once they listen.</param>
/// <param name="log">Where its output goes.</param>
/// <param name="drain">How long it may take to stop.</param>
internal sealed class LocalProcess(string name, string program, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> doors, string log, TimeSpan drain) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly SemaphoreSlim _one = new(1);
    private Process? _process;

    public int Hosts => doors.Count;

    public int? Id => _process is { HasExited: false } process ? process.Id : null;

    /// <summary>Starts it unless it runs, and waits until every host of it listens.</summary>
    /// <returns>False: it ran already.</returns>
    public async Task<bool> StartAsync(CancellationToken cancellation)
    {
        // Its hosts may be started side by side: the first starts them all.
        await _one.WaitAsync(cancellation);
        try
        {
            if (Id is not null) return false;
            _process?.Dispose();
            foreach (var file in doors) File.Delete(file);
            // Started with the dependencies of this program, which contain those of every service.
            var own = Path.Combine(AppContext.BaseDirectory, Assembly.GetEntryAssembly()!.GetName().Name!);
            var start = new ProcessStartInfo("/bin/sh",
                ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, "setsid", "dotnet", "exec", "--depsfile", $"{own}.deps.json", "--runtimeconfig", $"{own}.runtimeconfig.json", program])
            {
                UseShellExecute = false,
            };
            foreach (var (key, value) in environment) start.Environment[key] = value;
            _process = Process.Start(start) ?? throw new InvalidOperationException($"{name} does not start.");

            // A file appears when its host listens.
            var waited = Stopwatch.StartNew();
            while (!doors.All(File.Exists))
            {
                if (_process.HasExited) throw new InvalidOperationException($"{name} ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {EndOfLog()}");
                if (waited.Elapsed > Patience) throw new InvalidOperationException($"{name} does not listen after {Patience.TotalSeconds:0} s: {EndOfLog()}");
                await Task.Delay(20, cancellation);
            }

            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellation)
    {
        if (_process is not { HasExited: false } process) return;
        Backing.Processes.Terminate(process.Id);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(drain + TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public async Task KillAsync(CancellationToken cancellation)
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync(CancellationToken.None);
        }
        finally
        {
            _process?.Dispose();
            _one.Dispose();
        }
    }

    private string EndOfLog() => File.Exists(log) ? string.Join(Environment.NewLine, File.ReadLines(log).TakeLast(20)) : "it said nothing";
}
