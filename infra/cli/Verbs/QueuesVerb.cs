using System.CommandLine;
using Spectre.Console;
using Yibao.Backing;
using Yibao.Cli.Shell;
using Yibao.Hosting;
using Yibao.Local;
using Command = System.CommandLine.Command;

namespace Yibao.Cli.Verbs;

/// <summary>What waits on the brokers of the platform that runs, and what could not be handled.</summary>
internal sealed class QueuesVerb() : Verb("queues", "List the queues of the running platform; list and replay dead letters")
{
    private const string Unrouted = "unrouted";

    protected override void Define(Command command)
    {
        var all = Option(command, "--all", "Also queues in which nothing waits", false);
        Does(command, (parsed, output, cancellation) => ListAsync(parsed.GetValue(all), output, cancellation));

        var dead = Sub(command, "dead", "List the dead letters: which message, from where, why; never what it says");
        var most = Option(dead, "--most", "At most so many per service", 100);
        Does(dead, (parsed, output, cancellation) => DeadAsync(parsed.GetValue(most), output, cancellation));

        var replay = Sub(command, "replay", "Put dead letters back where they came from");
        var name = Argument<string>(replay, "service", $"Whose: settlement, clearing …, or '{Unrouted}' for messages that found no queue");
        var node = Option<string>(replay, "--node", "Only at this node");
        var id = Option<Guid?>(replay, "--id", "Only this message");
        Does(replay, (parsed, output, cancellation) => ReplayAsync(parsed.GetValue(name)!, parsed.GetValue(node), parsed.GetValue(id), output, cancellation));
    }

    private static async Task<int> ListAsync(bool all, Output output, CancellationToken cancellation)
    {
        var running = Running();
        await using var server = RabbitServer.Running(running.Amqp, running.Management);
        var queues = (await server.QueuesAsync(cancellation)).Where(queue => all || queue.Ready + queue.Unacknowledged > 0)
            .OrderBy(queue => queue.VirtualHost, StringComparer.Ordinal).ThenBy(queue => queue.Name, StringComparer.Ordinal).ToList();
        output.Rows("", queues, all ? "There are no queues." : "Nothing waits in any queue (--all lists them).",
            new("virtual host", queue => queue.VirtualHost), new("queue", queue => queue.Name),
            new("ready", queue => queue.Ready, Right: true), new("being handled", queue => queue.Unacknowledged, Right: true), new("consumers", queue => queue.Consumers, Right: true));
        return 0;
    }

    private static async Task<int> DeadAsync(int most, Output output, CancellationToken cancellation)
    {
        if (most is < 1 or > DeadLetters.MostAtOnce) throw new WrongInputException($"--most is 1 to {DeadLetters.MostAtOnce}.");
        var found = new List<Found>();
        foreach (var node in Nodes(Running()))
        {
            var letters = new DeadLetters(node.Broker);
            foreach (var service in node.Services)
                found.AddRange((await letters.List(service, most, cancellation)).Select(letter => new Found(node.Code, service, letter)));
            found.AddRange((await letters.Unrouted(most, cancellation)).Select(letter => new Found(node.Code, Unrouted, letter)));
        }

        output.Rows("", found, "There are no dead letters.",
            new("node", dead => dead.Node), new("service", dead => dead.Service), new("message", dead => dead.Letter.Type), new("reason", dead => dead.Letter.Reason),
            new("at (UTC)", dead => dead.Letter.At?.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)), new("id", dead => dead.Letter.Id));
        return 0;
    }

    private static async Task<int> ReplayAsync(string service, string? only, Guid? id, Output output, CancellationToken cancellation)
    {
        var nodes = Nodes(Running()).Where(node => only is null || node.Code == only).ToList();
        if (nodes.Count == 0) throw new WrongInputException($"No node '{only}' runs.");
        if (service != Unrouted && !nodes.Any(node => node.Services.Contains(service, StringComparer.Ordinal)))
            throw new WrongInputException($"No service '{service}' runs. There are: {string.Join(", ", nodes[0].Services)}, {Unrouted}.");
        if (service == Unrouted && id is not null) throw new WrongInputException("Messages that found no queue are replayed together, without --id.");
        var replayed = new List<Replayed>();
        foreach (var node in nodes)
        {
            var letters = new DeadLetters(node.Broker);
            replayed.Add(new Replayed(node.Code, service == Unrouted ? await letters.ReplayUnrouted(cancellation: cancellation) : await letters.Replay(service, id, cancellation)));
        }

        output.Rows("", replayed, "", new("node", row => row.Node), new("put back", row => row.Count, Right: true));
        return 0;
    }

    private static RunningPlatform Running() => RunningPlatform.In(RunFolder.Path) ?? throw new FailedException("Nothing runs: start it with ./yibao up.");

    private static IEnumerable<Node> Nodes(RunningPlatform running) => running.Hosts.GroupBy(host => host.Node, StringComparer.Ordinal)
        .Select(node => new Node(node.Key, node.First().Broker, [.. node.Select(host => host.Service)]));

    private sealed record Node(string Code, Uri Broker, IReadOnlyList<string> Services);

    private sealed record Found(string Node, string Service, DeadLetter Letter);

    private sealed record Replayed(string Node, int Count);
}
