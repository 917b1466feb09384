using System.CommandLine;
using System.Globalization;
using Yibao.Cli.Reconciling;
using Yibao.Cli.Shell;
using Yibao.Kernel.Places;
using Yibao.Local;

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
            List<ClearingDoor> houses = [.. running.Hosts.Where(host => host.Service == "clearing").Select(host => new ClearingDoor(new AdminDivision(host.Node), host.Http))];
            if (houses.Count == 0) throw new FailedException("No clearing service runs.");
            using var issuer = LocalIssuer.In(RunFolder.Path);
            using var comparison = new DayComparison(houses, issuer);
            var compared = await comparison.Run(date, TimeSpan.FromSeconds(parsed.GetValue(patience)), cancellation);
            output.Answer(new { compared.Day, compared.Nodes, compared.Differences }, compared.Print);
            return compared.Agrees ? 0 : 1;
        });
    }
}
