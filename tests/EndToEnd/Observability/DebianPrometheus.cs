using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Yibao.Backing;
using Yibao.Backing.Private;

namespace Yibao.EndToEnd.Tests.Observability;

/// <summary>Debian's Prometheus: the machine's own, else its package taken apart into the run folder; nothing is installed and no service started.</summary>
internal sealed class DebianPrometheus : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly HttpClient _client;

    private DebianPrometheus(Process process, string folder, int port)
    {
        (_process, _folder) = (process, folder);
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public static async Task<DebianPrometheus> StartAsync(string scraped, string rules, CancellationToken cancellation)
    {
        var program = await ProgramAsync(cancellation);
        var folder = Directory.CreateTempSubdirectory("yibao-prometheus-").FullName;
        var port = LoopbackPorts.Take();
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: ["{{rules}}"]
            scrape_configs: [{ job_name: collector, honor_labels: true, static_configs: [{ targets: ["{{scraped}}"] }] }]
            """, cancellation);
        var process = Process.Start(new ProcessStartInfo(program,
            [$"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--log.level=error"])
        {
            UseShellExecute = false,
        })!;
        return new DebianPrometheus(process, folder, port);
    }

    /// <exception cref="InvalidOperationException">Prometheus does not understand the query.</exception>
    /// <exception cref="HttpRequestException">It is not up, or not ready: it listens before it answers, and says so in plain text.</exception>
    public async Task<JsonArray> Query(string expression, CancellationToken cancellation)
    {
        using var answer = await _client.GetAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}", cancellation);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) throw new HttpRequestException(await answer.Content.ReadAsStringAsync(cancellation), null, answer.StatusCode);
        var json = (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
        return (string?)json["status"] == "success" ? json["data"]!["result"]!.AsArray() : throw new InvalidOperationException($"{expression}: {json["error"]}");
    }

    public async Task<JsonArray> Rules(CancellationToken cancellation) => (await _client.GetFromJsonAsync<JsonObject>("api/v1/rules", cancellation))!["data"]!["groups"]!.AsArray();

    /// <summary>How often the collector was scraped and answered; 0 while Prometheus is not up.</summary>
    public async Task<int> Scrapes(CancellationToken cancellation)
    {
        try
        {
            return (await Query("sum(sum_over_time(up[10m]))", cancellation)) is [var one] ? int.Parse((string)one!["value"]![1]!, CultureInfo.InvariantCulture) : 0;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> ProgramAsync(CancellationToken cancellation)
    {
        if (Binaries.Find("prometheus") is { } installed) return installed;
        var tools = Path.Combine(Repository.Root(), ".run", "tools");
        var program = Path.Combine(tools, "prometheus", "usr", "bin", "prometheus");
        if (File.Exists(program)) return program;
        Directory.CreateDirectory(tools);
        // A machine whose package lists were never read has none; one that read them long ago may know only what is no longer there.
        if (!Directory.Exists("/var/lib/apt/lists") || !Directory.EnumerateFiles("/var/lib/apt/lists", "*_Packages*").Any()) await Shell.RunAsync(["apt-get", "update"], null, cancellation);
        await Shell.RunAsync(["sh", "-c", $"cd '{tools}' && {{ apt-get download prometheus || {{ apt-get update && apt-get download prometheus; }}; }} && dpkg-deb -x prometheus_*.deb prometheus.part && rm prometheus_*.deb && mv prometheus.part prometheus"], null, cancellation);
        return program;
    }
}
