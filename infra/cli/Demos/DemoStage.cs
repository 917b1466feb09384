using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using Yibao.Cli.His;
using Yibao.Cli.Shell;
using Yibao.HospitalInterface.Reading;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;

namespace Yibao.Cli.Demos;

/// <summary>The running platform, what it is asked, and what is checked. A check that fails is printed and makes the demo fail.</summary>
internal sealed class DemoStage(LocalPlatform platform, Output output, string samples, string results) : IDisposable
{
    // Costs nothing where it holds, and a machine may be slow.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Dictionary<string, HisClient> _clients = new(StringComparer.Ordinal);
    private readonly List<DemoCheck> _checks = [];

    public LocalPlatform Platform { get; } = platform;

    public Output Output { get; } = output;

    /// <summary>Where pages and statements are written.</summary>
    public string Results { get; } = Directory.CreateDirectory(results).FullName;

    public IReadOnlyList<DemoCheck> Checks => _checks;

    public required DemoFaults Faults { get; init; }

    public static AdminDivision Area(string code) => new(code);

    /// <summary>A sample message of the national interface.</summary>
    public InterfaceRequest Message(string name) => InterfaceRequest.Read(File.ReadAllBytes(Path.Combine(samples, name + ".json")));

    /// <summary>The HIS of the institution that a message comes from, at the gateway of its node.</summary>
    /// <param name="other">Another platform than the stage's own.</param>
    public HisClient His(InterfaceRequest message, LocalPlatform? other = null)
    {
        var shown = other ?? Platform;
        var key = $"{message.Institution}@{shown.GetHashCode()}";
        if (_clients.TryGetValue(key, out var known)) return known;
        var area = new AdminDivision(message.TreatmentArea);
        var node = NodeRegistry.Reference.Latest.HostOf(area);
        var token = shown.Issuer.Issue(new TokenOf($"his-{message.Institution}", area, Role.Institution) { Institution = message.Institution });
        var gateway = shown[node, "gateway"];
        return _clients[key] = new HisClient(gateway.Grpc, token, gateway.Settings.Credentials!.Roots[0]);
    }

    /// <summary>A paper that the institution of a message prints, from the JSON door of its gateway.</summary>
    /// <param name="path">Below the institution's own.</param>
    public async Task<string> Paper(InterfaceRequest message, HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        var area = new AdminDivision(message.TreatmentArea);
        using var client = new HttpClient { BaseAddress = Platform[NodeRegistry.Reference.Latest.HostOf(area), "gateway"].Http };
        using var request = new HttpRequestMessage(method, $"api/settlement/institutions/{message.Institution}/{path}");
        if (body is not null) request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Platform.Issuer.Issue(new TokenOf($"his-{message.Institution}", area, Role.Institution) { Institution = message.Institution }));
        using var answer = await client.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode ? text : throw new FailedException($"{path}: {text}");
    }

    /// <summary>What one service of one node has stored.</summary>
    public Task<IReadOnlyList<Stored<IFact>>> Facts(string node, string service, string stream) =>
        Platform[new AdminDivision(node), service].Services!.GetRequiredService<IHistory>().Of(stream);

    public IWriteDoor Door(string node, string service) => Platform[new AdminDivision(node), service].Services!.GetRequiredService<IWriteDoor>();

    public IRows Rows(string node, string service) => Platform[new AdminDivision(node), service].Services!.GetRequiredService<IRows>();

    public void Chapter(string title) => Print(console => console.Write(new Rule($"[bold]{Markup.Escape(title)}[/]") { Justification = Justify.Left }));

    public void Say(string sentence) => Output.Say(sentence);

    public void Print(Action<IAnsiConsole> print) => Output.Show(print);

    /// <summary>Says what must hold and whether it does.</summary>
    public void Check(string what, bool holds)
    {
        _checks.Add(new DemoCheck(what, holds));
        Print(console => console.MarkupLine($"  {(holds ? "[green]✓[/]" : "[red]✗[/]")} {Markup.Escape(what)}"));
    }

    /// <summary>Waits for what comes by message or by worker; gives up after a while, so that a demo ends.</summary>
    public async Task<bool> Eventually(Func<Task<bool>> holds, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience) return false;
            await Task.Delay(100, cancellation);
        }

        return true;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }
}

/// <summary>Something a demo asserted.</summary>
internal sealed record DemoCheck(string What, bool Holds);
