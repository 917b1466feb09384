using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Yibao.Backing;
using Yibao.Cli.Demos;
using Yibao.Cli.Shell;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;
using Command = System.CommandLine.Command;

namespace Yibao.Cli.Verbs;

/// <summary>Starts the whole platform on this machine and keeps it running until Ctrl-C.</summary>
internal sealed class UpVerb() : Verb("up", "Start PostgreSQL, RabbitMQ and every service of every node on this machine")
{
    private const string Kept = "up";

    protected override void Define(Command command)
    {
        var nodes = new Option<string[]>("--nodes") { Description = "Codes of the nodes; each needs its parents", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. LocalOptions.DefaultNodes.Select(node => node.Code)] };
        command.Options.Add(nodes);
        var keep = Option(command, "--keep", "Keep the data and find it again next time", false);
        var processes = Option(command, "--processes", "All hosts in this process, a process per node, or one per service and node", LocalProcesses.This);
        var otlp = Option<Uri>(command, "--otlp", "Collector of figures and traces, e.g. http://127.0.0.1:4317");
        var samples = Option(command, "--samples", "Store the sample institutions, persons and filings, and give the institutions accounts at the hospital interface", false);
        Does(command, (parsed, output, cancellation) => RunAsync(parsed.GetValue(nodes)!, parsed.GetValue(keep), parsed.GetValue(processes), parsed.GetValue(samples), parsed.GetValue(otlp), output, cancellation));
    }

    private static async Task<int> RunAsync(string[] codes, bool keep, LocalProcesses processes, bool samples, Uri? otlp, Output output, CancellationToken cancellation)
    {
        if (samples && processes != LocalProcesses.This) throw new WrongInputException("--samples stores through the services of this process: leave out --processes.");
        var run = RunFolder.Path;
        if (RunningPlatform.In(run) is { } other) throw new FailedException($"It runs already (process {other.Process}). Stop that one first.");
        var clock = Stopwatch.StartNew();
        using var issuer = LocalIssuer.In(run);
        var options = new LocalOptions
        {
            Nodes = [.. codes.SelectMany(code => code.Split(',')).Select(Node)],
            Processes = processes,
            Prefix = "",
            Otlp = otlp,
            Issuer = issuer,
            StateFolder = keep ? Path.Combine(run, $"state-{Kept}") : null,
            BackingOptions = new BackingOptions { Keep = keep ? Kept : null, StopOnSignals = false, Progress = output.Progress },
            Settings = samples ? SampleAccounts.Settings(SamplePlatform.Samples) : new Dictionary<string, string?>(),
            MemorablePorts = true,
            Progress = output.Progress,
        };
        try
        {
            await using var platform = await StartAsync(options, cancellation);
            if (samples) await SampleData.Store(platform, SamplePlatform.Samples, cancellation);
            var running = RunningPlatform.Of(platform);
            running.WriteTo(run);
            Show(platform, clock.Elapsed, output);
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            output.Progress("stopping");
        }
        finally
        {
            RunningPlatform.Forget(run);
        }

        return 0;
    }

    private static async Task<LocalPlatform> StartAsync(LocalOptions options, CancellationToken cancellation)
    {
        try
        {
            return await LocalPlatform.StartAsync(options, cancellation);
        }
        catch (ArgumentException wrong)
        {
            throw new WrongInputException(wrong.Message);
        }
    }

    private static AdminDivision Node(string code) => AdminDivision.TryParse(code, out var node) ? node : throw new WrongInputException($"'{code}' is no node: six digits are needed.");

    private static void Show(LocalPlatform platform, TimeSpan time, Output output)
    {
        var map = NodeRegistry.Reference.Latest;
        var hosts = platform.Hosts.Select(host => new { Node = host.Node.Code, map[host.Node].Name, host.Service, Json = host.Http, host.Grpc }).ToList();
        var ready = new { ReadyAfterSeconds = Math.Round(time.TotalSeconds, 1), Postgres = platform.Backing.Postgres.Kind, Rabbitmq = platform.Backing.Rabbit.Kind, Management = platform.Backing.Rabbit.Management, Hosts = hosts };
        output.Answer(ready, console =>
        {
            console.Write(Output.TableOf("", hosts, [
                new("node", host => host.Node), new("", host => host.Name), new("service", host => host.Service), new("JSON", host => host.Json), new("gRPC (mutual TLS)", host => host.Grpc),
            ]));
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready after {time.TotalSeconds:0.0} s; a token: ./yibao token CityOperator --node 420100; Ctrl-C stops everything"));
        });
    }
}
