using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Yibao.Backing;
using Yibao.HouseSample;

namespace Yibao.EndToEnd.Tests;

/// <summary>The four services as processes of their own, each of which can be killed and started again at the same address.</summary>
internal sealed class HouseProcesses : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly House _house;
    private readonly Dictionary<string, (int Grpc, int Http)> _ports = HouseModule.All.ToDictionary(entry => entry.Service, _ => (LoopbackPorts.Take(), LoopbackPorts.Take()), StringComparer.Ordinal);
    private readonly Dictionary<string, Process> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _said = new(StringComparer.Ordinal);

    private HouseProcesses(House house) => _house = house;

    public Uri Counter => Http(HouseModule.Counter);

    public static async Task<HouseProcesses> Start(House house)
    {
        var processes = new HouseProcesses(house);
        foreach (var (_, service) in HouseModule.All) processes.Launch(service);
        foreach (var (_, service) in HouseModule.All) await processes.UntilReady(service);
        return processes;
    }

    /// <summary>kill -9.</summary>
    public async Task Kill(string service)
    {
        using var process = _running[service];
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Patience);
        _running.Remove(service);
    }

    public void Launch(string service)
    {
        var node = HouseModule.All.Single(entry => entry.Service == service).Node;
        var settings = _house.Settings(node, service);
        var start = new ProcessStartInfo("dotnet", [typeof(HouseModule).Assembly.Location, service])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["Yibao__Node"] = node.Code,
                ["Yibao__Database"] = settings.Database,
                ["Yibao__Broker"] = settings.Broker.AbsoluteUri,
                ["Yibao__GrpcListen"] = $"127.0.0.1:{_ports[service].Grpc}",
                ["Yibao__HttpListen"] = $"127.0.0.1:{_ports[service].Http}",
                ["Yibao__CertificateFolder"] = settings.CertificateFolder,
                ["Yibao__Migrate"] = "true",
                ["Yibao__Development"] = "true",
                ["Yibao__LogLevel"] = "Warning",
                ["Yibao__Identity__DevelopmentKey"] = _house.IssuerKey,
                [$"Yibao__Peers__{HouseModule.RelayNode.Code}"] = $"https://127.0.0.1:{_ports[HouseModule.Relay].Grpc}",
                [$"Yibao__Peers__{HouseModule.TillNode.Code}"] = $"https://127.0.0.1:{_ports[HouseModule.Till].Grpc}",
            },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Log(service, line.Data);
        process.ErrorDataReceived += (_, line) => Log(service, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _running[service] = process;
    }

    public async Task UntilReady(string service)
    {
        using var client = new HttpClient { BaseAddress = Http(service), Timeout = TimeSpan.FromSeconds(5) };
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_running[service].HasExited) throw new InvalidOperationException($"{service} ended with {_running[service].ExitCode}: {Tail(service)}");
            if (limit.IsCancellationRequested) throw new TimeoutException($"{service} is not ready: {Tail(service)}");
            try
            {
                using var ready = await client.GetAsync("/health/ready", limit.Token);
                if (ready.StatusCode == HttpStatusCode.OK) return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _running.Keys.ToList()) await Kill(service);
    }

    private Uri Http(string service) => new($"http://127.0.0.1:{_ports[service].Http}");

    private void Log(string service, string? line)
    {
        if (line is null) return;
        var said = _said.GetOrAdd(service, static _ => new ConcurrentQueue<string>());
        said.Enqueue(line);
        if (said.Count > 40) said.TryDequeue(out _);
    }

    private string Tail(string service) => _said.TryGetValue(service, out var said) ? string.Join('\n', said) : "it said nothing";
}
