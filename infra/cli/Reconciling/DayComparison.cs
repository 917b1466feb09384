using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Yibao.Cli.Shell;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Cli.Reconciling;

/// <summary>A clearing service that runs.</summary>
internal sealed record ClearingDoor(AdminDivision Node, Uri Http);

/// <summary>One day's comparison at every node that runs, through their JSON doors: what an agency's operators do in the morning.</summary>
internal sealed class DayComparison(IReadOnlyList<ClearingDoor> houses, DevelopmentIssuer issuer) : IDisposable
{
    private readonly HttpClient _client = new();

    /// <summary>Cuts the day where it is not yet, compares every edge, waits until all have closed or patience ends.</summary>
    public async Task<ComparedDay> Run(DateOnly day, TimeSpan patience, CancellationToken cancellation)
    {
        // Every node cuts its own day; a parent then compares each of its edges.
        foreach (var house in houses) await Ask(house.Node, HttpMethod.Post, $"reconciliation/{Text(day)}/compare", cancellation);
        return await Watch(day, patience, cancellation);
    }

    /// <summary>Only looks, until the day has closed or patience ends.</summary>
    public async Task<ComparedDay> Watch(DateOnly day, TimeSpan patience, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            List<JsonObject> days = [];
            foreach (var house in houses) days.Add(await Ask(house.Node, HttpMethod.Get, $"reconciliation/{Text(day)}", cancellation));
            if (days.All(ComparedDay.Ended) || Stopwatch.GetElapsedTime(started) > patience) return new ComparedDay(Text(day), days, await Differences(day, cancellation));
            await Task.Delay(200, cancellation);
        }
    }

    /// <summary>The day's differences at every house, open and resolved.</summary>
    public async Task<IReadOnlyList<JsonObject>> Differences(DateOnly day, CancellationToken cancellation)
    {
        var differences = new List<JsonObject>();
        foreach (var house in houses)
            differences.AddRange(((await Ask(house.Node, HttpMethod.Get, $"reconciliation/{Text(day)}/differences", cancellation))["differences"]?.AsArray() ?? []).Select(d => d!.AsObject()));
        return differences;
    }

    /// <summary>Asks one node's door, as its own operator unless told otherwise.</summary>
    /// <exception cref="FailedException">It refused.</exception>
    public async Task<JsonObject> Ask(AdminDivision node, HttpMethod method, string path, CancellationToken cancellation, object? body = null, TokenOf? caller = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(houses.Single(house => house.Node == node).Http, path));
        var role = Operators.Of(node);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Issue(caller ?? new TokenOf("cli", node, role)));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await _client.SendAsync(request, cancellation);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation))?.AsObject() ?? [];
        return response.IsSuccessStatusCode ? answer : throw new FailedException($"{node}: {answer["code"]} {answer["title"]} {answer["detail"]}");
    }

    public void Dispose() => _client.Dispose();

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>What a day's comparison came to.</summary>
/// <param name="Nodes">Every node's day: edges and home places.</param>
/// <param name="Differences">Each with every party's version.</param>
internal sealed record ComparedDay(string Day, IReadOnlyList<JsonObject> Nodes, IReadOnlyList<JsonObject> Differences)
{
    /// <summary>Every edge has closed and nothing is open.</summary>
    public bool Agrees => Nodes.All(Ended) && Differences.All(difference => difference["open"]?.GetValue<bool>() != true);

    public static bool Ended(JsonObject day) => (day["edges"]?.AsArray() ?? []).All(edge => (string?)edge!["status"] == "Closed");

    public void Print(IAnsiConsole console)
    {
        var edges = Nodes.SelectMany(day => (day["edges"]?.AsArray() ?? []).Select(edge => (House: (string?)day["node"], Edge: edge!.AsObject()))).ToList();
        console.Write(Output.TableOf("对账", edges, [
            new("house", e => e.House), new("side", e => (string?)e.Edge["side"]), new("status", e => (string?)e.Edge["status"]), new("runs", e => (int?)e.Edge["runs"], Right: true),
            new("count", e => (long?)e.Edge["house"]?["count"], Right: true), new("total", e => Yuan(e.Edge["house"]?["total_fen"]), Right: true),
            new("side's count", e => (long?)e.Edge["side_sums"]?["count"], Right: true), new("side's total", e => Yuan(e.Edge["side_sums"]?["total_fen"]), Right: true),
        ]));
        foreach (var difference in Differences)
        {
            var versions = (difference["versions"]?.AsArray() ?? []).Select(v => v!.AsObject()).ToList();
            var state = difference["open"]?.GetValue<bool>() == true ? "open" : (string?)difference["resolution"];
            console.Write(Output.TableOf($"{difference["settlement_id"]}: {difference["kind"]}, {difference["cause"]}, owner {difference["owner"]}, {state}", versions, [
                new("node", v => (string?)v["node"]), new("role", v => (string?)v["role"]), new("state", v => (string?)v["state"]),
                new("protocol: fund", v => Yuan(v["stored"]?["fund_fen"]), Right: true), new("book: fund", v => Yuan(v["booked"]?["fund_fen"]), Right: true),
                new("book: cash", v => Yuan(v["booked"]?["cash_fen"]), Right: true), new("signed by home", v => v["proven"]?.GetValue<bool>() == true ? "yes" : "no"),
            ]));
            foreach (var line in difference["history"]?.AsArray() ?? []) console.WriteLine($"  {line}");
        }

        if (Differences.Count == 0) console.WriteLine("No differences.");
    }

    private static string Yuan(JsonNode? fen) => fen is null ? "—" : new Money(fen.GetValue<long>()).ToString();
}
