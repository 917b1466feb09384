using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Yibao.Backing;
using Yibao.Cli.Demos;
using Yibao.Cli.His;
using Yibao.Cli.Shell;
using Yibao.HospitalInterface.Reading;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests.Observability;

/// <summary>What the dashboards and alerts ask for is what the running system says, asked by a real Prometheus.</summary>
public sealed partial class DashboardTests
{
    private static readonly AdminDivision Nation = new("100000"), Hubei = new("420000"), Beijing = new("110000");

    private const string Bill = "f-guiyang-inpatient-in-wuhan.json";

    private static string Folder => Path.Combine(Repository.Root(), "infra", "observability");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>OPS-003: p95 of pre-settlement 420500↔110000 on the dashboard, and every other panel and rule with it.</summary>
    [Fact, Covers("OPS-003")]
    public async Task Every_panel_and_every_alert_is_answered_from_what_the_services_send()
    {
        await using var collector = await Collector.StartAsync();
        var samples = Samples();
        try
        {
            await Work(collector, samples);

            // Every name and label exists before anything is computed with it.
            var metrics = collector.Metrics;
            var queries = Panels().Concat(Alerts()).ToList();
            queries.Count.ShouldBeGreaterThan(35);
            var unknown = queries.SelectMany(query => Names(query.Expression).Where(name => !metrics.ContainsKey(name) && !Seldom.Contains(name, StringComparer.Ordinal)).Select(name => $"{query.Title}: {name}"));
            unknown.ShouldBeEmpty(string.Join(", ", metrics.Keys.Where(name => name.StartsWith("yibao", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
            foreach (var (title, expression, _) in queries)
                foreach (var name in Names(expression).Where(metrics.ContainsKey))
                    Selected(expression).Except(metrics[name], StringComparer.Ordinal).Where(label => expression.Contains($"{name}{{", StringComparison.Ordinal) && Names(expression).Count == 1).ShouldBeEmpty($"{title}: {name} has {string.Join(' ', metrics[name])}");

            // All hosts share this process: a figure comes from the service that counts it, what belongs to the process comes once.
            collector.Lines("yibao_settlement_duration_seconds_count").ShouldAllBe(line => line.Contains("service_name=\"yibao.settlement\"", StringComparison.Ordinal));
            collector.Lines("target_info").Count(line => line.Contains("service_name=\"yibao.process\"", StringComparison.Ordinal)).ShouldBe(1);
            var shared = metrics.Keys.Where(name => name.StartsWith("dotnet_", StringComparison.Ordinal) || name.StartsWith("db_client_", StringComparison.Ordinal)).ToList();
            shared.ShouldNotBeEmpty();
            foreach (var name in shared)
                collector.Lines(name).ShouldAllBe(line => line.Contains("service_name=\"yibao.process\"", StringComparison.Ordinal), name);

            await using var prometheus = await DebianPrometheus.StartAsync(collector.Scraped, Path.Combine(Folder, "prometheus", "rules.yml"), Cancellation);
            await Until(async () => await prometheus.Scrapes(Cancellation) >= 2, "Prometheus scrapes");
            collector.Go();
            var seen = await prometheus.Scrapes(Cancellation);
            await Until(async () => await prometheus.Scrapes(Cancellation) >= seen + 3, "Prometheus goes on scraping");

            // A scrape that a busy machine has missed leaves nothing to be seen until the next one.
            foreach (var (title, expression) in queries.Where(query => !Names(query.Expression).Intersect(Seldom, StringComparer.Ordinal).Any() && !query.Alert).Select(query => (query.Title, query.Expression)))
                await Until(async () => (await prometheus.Query(expression, Cancellation)).Count > (Quiet(expression) ? -1 : 0), $"{title}: {expression}");
            await Until(async () => (await prometheus.Rules(Cancellation)).All(group => group!["rules"]!.AsArray().All(rule => (string?)rule!["health"] != "unknown")), "every rule was evaluated");
            foreach (var group in await prometheus.Rules(Cancellation))
                foreach (var rule in group!["rules"]!.AsArray()) ((string?)rule!["health"]).ShouldBe("ok", $"{rule["name"]}: {rule["lastError"]}");

            var panel = Panels().Single(query => query.Title.StartsWith("预结算响应时间 p95", StringComparison.Ordinal)).Expression;
            await Until(async () => (await prometheus.Query(panel, Cancellation)).Count > 0, panel);
            var pair = (await prometheus.Query(panel, Cancellation)).ShouldHaveSingleItem()!;
            ((string?)pair["metric"]!["treatment"], (string?)pair["metric"]!["home"]).ShouldBe(("420500", "110000"));
            decimal.Parse((string)pair["value"]![1]!, NumberStyles.Float, CultureInfo.InvariantCulture).ShouldBeInRange(0.0001m, 60m);
        }
        finally
        {
            Directory.Delete(samples, recursive: true);
        }
    }

    /// <summary>Counted only when something went wrong or a day ended, which these minutes do not show; queries over them are still understood.</summary>
    private static readonly string[] Seldom =
    [
        "yibao_reconciliation_differences", "yibao_reconciliation_found_total", "yibao_reconciliation_compared_total", "yibao_reconciliation_cut_total", "yibao_job_duration_seconds_bucket", "yibao_job_duration_seconds_count",
    ];

    /// <summary>Selects failures: may have none.</summary>
    private static bool Quiet(string expression) => expression.Contains("outcome!=\"ok\"", StringComparison.Ordinal) || expression.Contains("outcome=\"refused\"", StringComparison.Ordinal);

    /// <summary>Three nodes at work: pre-settlement, settlement, a refusal; when they have stopped everything was sent.</summary>
    private static async Task Work(Collector collector, string samples)
    {
        await using var platform = await LocalPlatform.StartAsync(new LocalOptions
        {
            Nodes = [Nation, Hubei, Beijing],
            Backing = await SharedBacking.GetAsync(),
            Otlp = collector.Otlp,
            LogLevel = LogLevel.Critical,
        }, Cancellation);
        await SampleData.Store(platform, samples, Cancellation);
        var message = InterfaceRequest.Read(await File.ReadAllBytesAsync(Path.Combine(samples, Bill), Cancellation));
        var gateway = platform[Hubei, "gateway"];
        var token = platform.Issuer.Issue(new TokenOf("his", new("420500"), Role.Institution) { Institution = message.Institution });
        using var his = new HisClient(gateway.Grpc, token, gateway.Settings.Credentials!.Roots[0]);
        var prepared = await his.Prepare(message, Cancellation);
        await his.Settle(message, prepared.Quote, Cancellation);
        await Should.ThrowAsync<RpcException>(async () => await his.Settlements.GetSettlementAsync(new() { InstitutionCode = message.Institution, SettlementId = "nothing-of-that-name" }, cancellationToken: Cancellation));
        // The gauges were asked at the start; hosts send a last time when they stop.
        foreach (var host in platform.Hosts) await host.StopAsync(Cancellation);
    }

    /// <summary>The samples, with the hospital in Yichang (420500) and the patient from Beijing (110000).</summary>
    private static string Samples()
    {
        var folder = Directory.CreateTempSubdirectory("yibao-samples-").FullName;
        var patient = InterfaceRequest.Read(File.ReadAllBytes(Path.Combine(SamplePlatform.Samples, Bill))).Input.One("mdtrtinfo")!.Text("certno")!;
        foreach (var (file, only) in new[] { ("institutions.csv", "420100"), ("persons.csv", patient), ("filings.csv", patient), (Bill, "") })
        {
            var lines = File.ReadAllLines(Path.Combine(SamplePlatform.Samples, file));
            var kept = lines.Where((line, i) => i == 0 || line.Contains(only, StringComparison.Ordinal));
            File.WriteAllText(Path.Combine(folder, file), string.Join('\n', kept).Replace("420100", "420500", StringComparison.Ordinal).Replace("520100", "110000", StringComparison.Ordinal));
        }

        return folder;
    }

    private static IEnumerable<(string Title, string Expression, bool Alert)> Panels() =>
        from file in Directory.EnumerateFiles(Path.Combine(Folder, "grafana", "dashboards"), "*.json").Order(StringComparer.Ordinal)
        from panel in JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray()
        from target in panel!["targets"]!.AsArray()
        select ((string)panel["title"]!, Variable().Replace((string)target!["expr"]!, ".*"), false);

    private static IEnumerable<(string Title, string Expression, bool Alert)> Alerts() =>
        File.ReadLines(Path.Combine(Folder, "prometheus", "rules.yml")).Select(line => line.Trim()).Where(line => line.StartsWith("expr: ", StringComparison.Ordinal)).Select(line => ("alert", line["expr: ".Length..], true));

    private static IReadOnlyList<string> Names(string expression) => [.. Metric().Matches(Quoted().Replace(Grouping().Replace(expression, ""), "\"\"")).Select(match => match.Value).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> Selected(string expression) =>
        Matcher().Matches(expression).Select(match => match.Groups[1].Value).Concat(Grouping().Matches(expression).SelectMany(match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)));

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        for (var waited = 0; waited < 900; waited++)
        {
            if (await holds()) return;
            await Task.Delay(200, Cancellation);
        }

        throw new TimeoutException($"Not yet: {what}");
    }

    [GeneratedRegex(@"\$\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\b(?:yibao|http|db|dotnet|target)_\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Metric();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"by \(([^)]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Grouping();

    [GeneratedRegex(@"[{,](\w+)(?:=|!)", RegexOptions.CultureInvariant)]
    private static partial Regex Matcher();
}
