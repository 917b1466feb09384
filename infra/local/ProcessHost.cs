using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Yibao.Hosting;

namespace Yibao.Local;

/// <summary>A process of its own, given its settings by the environment like in production; its output goes to a file.</summary>
internal sealed class ProcessHost(ServiceSettings settings, IServiceModule module, Uri grpc, Uri http, IReadOnlyDictionary<string, string?> extra, string logs) : LocalHost(settings, module, grpc, http)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private Process? _process;

    private string Log => Path.Combine(logs, $"{Node.Code}-{Service}.log");

    private string DoorsFile => Path.Combine(logs, $"{Node.Code}-{Service}.doors");

    public override int? ProcessId => _process is { HasExited: false } process ? process.Id : null;

    public override async Task StartAsync(CancellationToken cancellation = default)
    {
        if (_process is { HasExited: false }) throw new InvalidOperationException($"{this} runs already.");
        _process?.Dispose();
        File.Delete(DoorsFile);
        var program = Module.GetType().Assembly.Location;
        // Started with the dependencies of this program, which contain those of every service.
        var own = Path.Combine(AppContext.BaseDirectory, Assembly.GetEntryAssembly()!.GetName().Name!);
        var start = new ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", Log, "setsid", "dotnet", "exec", "--depsfile", $"{own}.deps.json", "--runtimeconfig", $"{own}.runtimeconfig.json", program])
        {
            UseShellExecute = false,
        };
        foreach (var (key, value) in EnvironmentSettings.Of(Settings with { DoorsFile = DoorsFile })) start.Environment[key] = value;
        foreach (var (key, value) in extra) start.Environment[EnvironmentSettings.Name(key)] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{this} does not start.");

        // The file appears when the host listens.
        var waited = Stopwatch.StartNew();
        while (!File.Exists(DoorsFile))
        {
            if (_process.HasExited) throw new InvalidOperationException($"{this} ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {EndOfLog()}");
            if (waited.Elapsed > Patience) throw new InvalidOperationException($"{this} does not listen after {Patience.TotalSeconds:0} s: {EndOfLog()}");
            await Task.Delay(20, cancellation);
        }
    }

    public override async Task StopAsync(CancellationToken cancellation = default)
    {
        if (_process is not { HasExited: false } process) return;
        Backing.Processes.Terminate(process.Id);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Settings.DrainLimit + TimeSpan.FromSeconds(60));
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

    public override async Task KillAsync(CancellationToken cancellation = default)
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(cancellation);
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            _process?.Dispose();
        }
    }

    private string EndOfLog() => File.Exists(Log) ? string.Join(Environment.NewLine, File.ReadLines(Log).TakeLast(20)) : "it said nothing";
}
