using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Spectre.Console;
using Yibao.Cli.Shell;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Local;
using Command = System.CommandLine.Command;

namespace Yibao.Cli.Verbs;

/// <summary>The day's comparison on every edge of the running platform: cut where it is not yet, compared, and what differs named with every party's version.</summary>
internal sealed class ReconcileVerb() : Verb("reconcile", "Reconcile a day on the running platform: ./yibao reconcile --day 2023-03-10")
{
    protected override void Define(Command command)
    {
        var day = Option<string>(command, "--day", "The business day, yyyy-MM-dd; it must be over");
        var patience = Option(command, "--patience", "Seconds to wait for the comparison to come to an end", 30);
        Does(command, async (parsed, output, cancellation) =>
        {
            if (!DateOnly.TryParseExact(parsed.GetValue(day), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) throw new WrongInputException("--day is needed, as yyyy-MM-dd.");
            var running = RunningPlatform.In(RunFolder.Path) ?? throw new FailedException("Nothing runs: start it with ./yibao up.");
            return await Run(running, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), TimeSpan.FromSeconds(parsed.GetValue(patience)), output, cancellation);
        });
    }

    private static async Task<int> Run(RunningPlatform running, string day, TimeSpan patience, Output output, CancellationToken cancellation)
    {
        var houses = running.Hosts.Where(host => host.Service == "clearing").ToList();
        if (houses.Count == 0) throw new FailedException("No clearing service runs.");
        using var issuer = LocalIssuer.In(RunFolder.Path);
        using var client = new HttpClient();
        // Every node cuts its own day; a parent then compares each of its edges.
        foreach (var house in houses) await Ask(client, issuer, house, HttpMethod.Post, $"reconciliation/{day}/compare", cancellation);

        var started = Stopwatch.GetTimestamp();
        List<JsonObject> days;
        while (true)
        {
            days = [];
            foreach (var house in houses) days.Add(await Ask(client, issuer, house, HttpMethod.Get, $"reconciliation/{day}", cancellation));
            if (days.All(Ended) || Stopwatch.GetElapsedTime(started) > patience) break;
            await Task.Delay(200, cancellation);
        }

        var differences = new List<JsonObject>();
        foreach (var house in houses)
            differences.AddRange(((await Ask(client, issuer, house, HttpMethod.Get, $"reconciliation/{day}/differences", cancellation))["differences"]?.AsArray() ?? []).Select(d => d!.AsObject()));
        output.Answer(new { Day = day, Nodes = days, Differences = differences }, console => Print(console, days, differences));
        return differences.Any(d => d["open"]?.GetValue<bool>() == true) || !days.All(Ended) ? 1 : 0;
    }

    private static bool Ended(JsonObject day) => (day["edges"]?.AsArray() ?? []).All(edge => (string?)edge!["status"] == "Closed");

    private static void Print(IAnsiConsole console, List<JsonObject> days, List<JsonObject> differences)
    {
        var edges = days.SelectMany(day => (day["edges"]?.AsArray() ?? []).Select(edge => (House: (string?)day["node"], Edge: edge!.AsObject()))).ToList();
        console.Write(Output.TableOf("对账", edges, [
            new("house", e => e.House), new("side", e => (string?)e.Edge["side"]), new("status", e => (string?)e.Edge["status"]), new("runs", e => (int?)e.Edge["runs"], Right: true),
            new("count", e => (long?)e.Edge["house"]?["count"], Right: true), new("total", e => Yuan(e.Edge["house"]?["total_fen"]), Right: true),
            new("side's count", e => (long?)e.Edge["side_sums"]?["count"], Right: true), new("side's total", e => Yuan(e.Edge["side_sums"]?["total_fen"]), Right: true),
        ]));
        foreach (var difference in differences)
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

        if (differences.Count == 0) console.WriteLine("No differences.");
    }

    private static string Yuan(JsonNode? fen) => fen is null ? "—" : new Money(fen.GetValue<long>()).ToString();

    private static async Task<JsonObject> Ask(HttpClient client, DevelopmentIssuer issuer, RunningHost house, HttpMethod method, string path, CancellationToken cancellation)
    {
        var node = new AdminDivision(house.Node);
        using var request = new HttpRequestMessage(method, new Uri(house.Http, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Issue(new TokenOf("cli", node, node == AdminDivision.National ? Role.NationalOperator : Role.ProvinceOperator)));
        using var response = await client.SendAsync(request, cancellation);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation))?.AsObject() ?? [];
        return response.IsSuccessStatusCode ? body : throw new FailedException($"{house.Node}: {body["title"]} {body["detail"]}");
    }
}
