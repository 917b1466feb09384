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

    /// <summary>医院等级 (hosp_lv) of a sample institution.</summary>
    public string LevelOf(string institution) => SampleData.Rows(samples, "institutions.csv").Single(row => row["fixmedins_code"] == institution)["hosp_lv"];

    /// <summary>The HIS of the institution that a message comes from, at the gateway of its node.</summary>
    /// <param name="other">Another platform than the stage's own.</param>
    public HisClient His(InterfaceRequest message, LocalPlatform? other = null)
    {
        var platform = other ?? Platform;
        var key = $"{message.Institution}@{platform.GetHashCode()}";
        if (_clients.TryGetValue(key, out var known)) return known;
        var area = new AdminDivision(message.TreatmentArea);
        var node = NodeRegistry.Reference.Latest.HostOf(area);
        var token = platform.Issuer.Issue(new TokenOf($"his-{message.Institution}", area, Role.Institution) { Institution = message.Institution });
        var gateway = platform[node, "gateway"];
        return _clients[key] = new HisClient(gateway.Grpc, token, gateway.Settings.Credentials!.Roots[0]);
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
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (await holds()) return true;
            await Task.Delay(100, cancellation);
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }
}

/// <summary>Something a demo asserted.</summary>
internal sealed record DemoCheck(string What, bool Holds);
