using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Yibao.Cli.Shell;
using Yibao.Contracts.Settlements;
using Yibao.Settlement.Benefits.Adjudication;
using Yibao.Settlement.Benefits.Packs;

namespace Yibao.Cli.Verbs;

/// <summary>Checks, shows and compares policy packs.</summary>
internal sealed class PolicyVerb() : Verb("policy", "Policy packs: check them, show the rules in force, compare two")
{
    protected override void Define(Command command)
    {
        Check(Sub(command, "check", "Every pack, or one file: each mistake with its file and line"));
        Show(Sub(command, "show", "Every figure in force for an area on a day, and where it comes from"));
        Diff(Sub(command, "diff", "What differs between two days of an area, or between its pack and a file"));
        Simulate(Sub(command, "simulate", "What a draft pack would have cost each fund, over settled cases"));
    }

    private static void Check(Command command)
    {
        var file = Option<string>(command, "--file", "Check this pack as its area's own");
        Does(command, (parsed, output, _) =>
        {
            var policies = Regions.Policies;
            var errors = parsed.GetValue(file) is { } path ? policies.Check(Regions.Pack(path)) : policies.Check();
            output.Rows("", [.. errors.Select(error => new { error.Code, error.Message })], $"{(parsed.GetValue(file) is null ? $"{policies.Files.Count} packs" : "1 pack")}, no mistakes.",
                new("code", error => error.Code), new("what is wrong", error => error.Message));
            return Task.FromResult(errors.Count == 0 ? 0 : 1);
        });
    }

    private static void Show(Command command)
    {
        var area = Argument<string>(command, "AREA", "Six-digit division code of a pooling area");
        var date = Option<string>(command, "--date", "The discharge day that decides (default: today)");
        var path = Option<string>(command, "--path", "Only figures whose path contains this, e.g. employee.inpatient");
        var origin = Option<string>(command, "--origin", "Only figures of this layer: CITY, PROVINCE, NATION or NATIONAL_DEFAULT");
        Does(command, (parsed, output, _) =>
        {
            var resolved = Regions.Worded(() => Regions.Policies.At(Regions.Area(parsed.GetValue(area)!), Regions.Day(parsed.GetValue(date))));
            var figures = resolved.Figures
                .Where(figure => parsed.GetValue(path) is not { } part || figure.Path.Contains(part, StringComparison.Ordinal))
                .Where(figure => parsed.GetValue(origin) is not { } layer || figure.Origin == layer)
                .Select(figure => new
                {
                    figure.Path, figure.Value, figure.Origin, Mark = figure.Provenance.Source.Mark.ToString().ToLowerInvariant(), Source = figure.Provenance.Source.Title, figure.Provenance.Article,
                    Where = string.Create(CultureInfo.InvariantCulture, $"{figure.Provenance.File}:{figure.Provenance.Line}"),
                }).ToList();
            foreach (var warning in resolved.Warnings) output.Say("! " + warning);
            output.Rows($"{resolved.Pack.Name} {resolved.Pack.Version}", figures, "Nothing matches.",
                new("figure", figure => figure.Path), new("value", figure => figure.Value), new("from", figure => figure.Origin), new("mark", figure => figure.Mark),
                new("source", figure => $"{figure.Source} {figure.Article}".TrimEnd()), new("where", figure => figure.Where));
            return Task.FromResult(0);
        });
    }

    private static void Diff(Command command)
    {
        var area = Argument<string>(command, "AREA", "Six-digit division code of a pooling area");
        var from = Option<string>(command, "--from", "The first day (default: today)");
        var to = Option<string>(command, "--to", "The second day");
        var file = Option<string>(command, "--file", "A pack to compare with instead of a second day");
        Does(command, (parsed, output, _) =>
        {
            if (parsed.GetValue(to) is null == parsed.GetValue(file) is null) throw new WrongInputException("Give either --to DAY or --file PACK to compare with.");
            var policies = Regions.Policies;
            var code = Regions.Area(parsed.GetValue(area)!);
            var day = Regions.Day(parsed.GetValue(from));
            var before = Regions.Worded(() => policies.At(code, day));
            var after = Regions.Worded(() => parsed.GetValue(file) is { } path ? policies.With(Regions.Pack(path), day) : policies.At(code, Regions.Day(parsed.GetValue(to))));
            if (after.Pack.Area != code) throw new WrongInputException($"The pack is {after.Pack.Area}'s, not {code}'s.");
            output.Rows($"{before.Pack.Version} → {after.Pack.Version}", PolicyDifference.Of(before, after), "No figure differs.",
                new("figure", change => change.Path), new("before", change => change.Before ?? "—"), new("after", change => change.After ?? "—"));
            return Task.FromResult(0);
        });
    }

    private static void Simulate(Command command)
    {
        var pack = Argument<string>(command, "PACK", "The draft");
        var cases = Argument<string>(command, "CASES", "A file with one case per line (JSON as for adjudicate), or a folder of case files");
        Does(command, (parsed, output, _) =>
        {
            var draft = Regions.Pack(parsed.GetValue(pack)!);
            var simulation = Regions.Worded(() => PolicySimulation.Run(new Adjudicator(Regions.Policies, Regions.Places), Cases(parsed.GetValue(cases)!), draft));
            var costs = simulation.Costs.Select(cost => new { cost.Insurance, Fund = cost.Fund?.ToString() ?? "Cash", cost.Name, BeforeFen = cost.Before, AfterFen = cost.After, DifferenceFen = cost.Difference });
            output.Answer(new { simulation.Cases, simulation.OtherAreas, simulation.Better, simulation.Worse, Costs = costs }, console =>
            {
                console.Write(Output.TableOf($"{draft.Area} · {draft.Path}", simulation.Costs,
                [
                    new("insurance", cost => cost.Insurance == InsuranceType.Employee ? "职工" : "居民"), new("fund", cost => cost.Name),
                    new("in force", cost => cost.Before, Right: true), new("draft", cost => cost.After, Right: true), new("difference", cost => cost.Difference, Right: true),
                ]));
                console.WriteLine($"{simulation.Cases} cases: {simulation.Better} pay less, {simulation.Worse} pay more; {simulation.OtherAreas} of other areas left out");
            });
            return Task.FromResult(0);
        });
    }

    private static IEnumerable<string> Cases(string path)
    {
        if (Directory.Exists(path)) return Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllText);
        return File.Exists(path) ? File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)) : throw new WrongInputException($"There is no file or folder {path}.");
    }
}
