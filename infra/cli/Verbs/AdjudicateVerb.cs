using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Yibao.Cli.Shell;
using Yibao.Kernel;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Adjudication;

namespace Yibao.Cli.Verbs;

/// <summary>Runs the benefit engine alone on one case and says why it pays what it pays.</summary>
internal sealed class AdjudicateVerb() : Verb("adjudicate", "What each fund would pay for one case, and why: every step with its rule and article")
{
    private const int MostBytes = 1_000_000;

    protected override void Define(Command command)
    {
        var file = Argument<string>(command, "FILE", "The case as JSON in the national interface's names, amounts in yuan; - reads standard input");
        var policy = Option<string>(command, "--policy", "A policy pack to use in the place of the home area's own");
        Does(command, async (parsed, output, cancellation) =>
        {
            var json = await ReadAsync(parsed.GetValue(file)!, cancellation);
            var pack = parsed.GetValue(policy) is { } path ? Regions.Pack(path) : null;
            var result = Regions.Worded(() => new Adjudicator(Regions.Policies, Regions.Places).Run(json, pack));
            Print(result, output);
            return 0;
        });
    }

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        if (path != "-" && !File.Exists(path)) throw new WrongInputException($"There is no file {path}.");
        if (path != "-" && new FileInfo(path).Length > MostBytes) throw new WrongInputException($"{path} is larger than {MostBytes} bytes.");
        return path == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(path, cancellation);
    }

    private static void Print(AdjudicationResult result, Output output) => output.Answer<JsonObject>(result.ToJsonObject(), console =>
    {
        var (breakdown, pack) = (result.Breakdown, result.Policy.Pack);
        console.WriteLine($"{pack.Name} {pack.Area} · {Explanation.Name(breakdown.Class)}{(breakdown.ManualOnly ? " · 手工报销" : "")} · 政策 {breakdown.PolicyVersion}");
        foreach (var warning in result.Policy.Warnings) console.MarkupLineInterpolated($"[yellow]! {warning}[/]");
        console.Write(Output.TableOf("", Lines(breakdown), [new("项目", line => line.Name), new("金额（元）", line => line.Amount, Right: true)]));
        console.Write(Output.TableOf("计算过程", breakdown.Steps,
        [
            new("步骤", step => step.Reason),
            new("依据", step => step.Rule.Source.Length == 0 ? "" : $"{step.Rule.Source} {step.Rule.Article}".TrimEnd()),
            new("规则", step => step.Rule.Id),
            new("来源", step => step.Rule.Source.Length == 0 ? "" : step.Rule.Origin + (step.Rule.Mark == Mark.Illustrative ? "（示例）" : "")),
        ]));
    });

    private static List<(string Name, Money Amount)> Lines(Breakdown breakdown) =>
    [
        ("总费用", breakdown.Figures.Total),
        .. breakdown.Figures.Funds.Select(fund => (fund.Name, fund.Amount)),
        ("基金支付合计", breakdown.Figures.FundTotal),
        .. breakdown.Figures.HospitalBorne.IsZero ? [] : new[] { ("医院承担", breakdown.Figures.HospitalBorne) },
        ("个人现金支付", breakdown.Figures.Cash),
        ("结算后个人账户余额", breakdown.Figures.AccountBalance),
    ];
}
