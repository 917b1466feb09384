using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Spectre.Console;
using Yibao.Cli.Import;
using Yibao.Cli.Shell;
using Yibao.Contracts.Upload.V1;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Local;
using Command = System.CommandLine.Command;

namespace Yibao.Cli.Verbs;

/// <summary><c>./yibao import KIND FILE</c>: how a province loads its own data into a running node.</summary>
internal sealed class ImportVerb() : Verb("import", "Load a province's own data into a running node: catalogue, institutions, registry, persons, filings")
{
    private const string TokenVariable = "YIBAO_TOKEN";

    protected override void Define(Command command)
    {
        foreach (var kind in ImportKinds.All) Define(Sub(command, kind.Name, kind.Description), kind);
    }

    private static void Define(Command command, ImportKind kind)
    {
        var file = Argument<FileInfo>(command, "FILE", "CSV, UTF-8, with a header row; see infra/docs/onboarding.md and infra/samples/import");
        var area = Option<string>(command, "--area", kind.AreaColumn is { } column ? $"Whose data it is: an area or the node above it (default: the node of the first line's {column})"
            : kind.Name == ImportKinds.Registry ? "The nation's node" : "The layer it replaces: an area, a province, or 100000", kind.Name == ImportKinds.Registry ? AdminDivision.National.Code : null);
        var from = kind.Name == ImportKinds.Catalogue ? Option<string>(command, "--from", "First day of the version, e.g. 2027-01-01; needed") : null;
        var dryRun = Option(command, "--dry-run", "Reads and checks every line, stores nothing", false);
        var node = Option<string>(command, "--node", "The node that takes it (default: the one that answers for the area)");
        var patience = Option(command, "--patience", "For so many seconds a node that does not answer is tried again", 60);
        var gateway = Option<string>(command, "--gateway", "gRPC door of the node's gateway, https://…:port (default: of what ./yibao up runs)");
        var authority = Option<FileInfo>(command, "--authority", "PEM file of the authority of the gateway's certificate; with --gateway");
        var token = Option<FileInfo>(command, "--token-file", $"File with the operator's token (or the variable {TokenVariable}); a development platform makes its own");
        Does(command, async (parsed, output, cancellation) =>
        {
            if (parsed.GetValue(patience) is < 0 or > 3600) throw new WrongInputException("--patience is 0 to 3600.");
            var given = parsed.GetValue(file)!;
            if (!given.Exists) throw new WrongInputException($"There is no file {given}.");
            var content = await File.ReadAllBytesAsync(given.FullName, cancellation);
            if (content.Length > UploadedFile.Limit) throw new WrongInputException("The file is larger than 256 MB: load it in parts.");
            var start = new UploadStart { Kind = kind.Name, DryRun = parsed.GetValue(dryRun) };
            if (from is not null) start.From = parsed.GetValue(from) is { } day ? Regions.Day(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : throw new WrongInputException("Say from which day on the version holds: --from 2027-01-01.");
            var home = parsed.GetValue(area) is { } code ? Regions.Area(code) : AreaOf(content, kind);
            var host = parsed.GetValue(node) is { } own ? Regions.Area(own) : HostOf(home);
            start.Area = kind.AreaColumn is not null && parsed.GetValue(area) is null ? host.Code : home.Code;
            using var door = parsed.GetValue(gateway) is { } url
                ? new GatewayDoor(Url(url), Token(parsed.GetValue(token)), Authority(parsed.GetValue(authority)))
                : Running(host, parsed.GetValue(token));
            return await Send(door, start, content, TimeSpan.FromSeconds(parsed.GetValue(patience)), output, cancellation);
        });
    }

    private static async Task<int> Send(GatewayDoor door, UploadStart start, byte[] content, TimeSpan patience, Output output, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var lines = Math.Max(content.Count(c => c == (byte)'\n') - (content is [.., (byte)'\n'] ? 1 : 0), 1);
        var said = TimeSpan.Zero;
        var report = await new FileUpload(door, TimeProvider.System).Send(start, content, patience, progress =>
        {
            if (progress.Finished || clock.Elapsed - said < TimeSpan.FromSeconds(1)) return;
            said = clock.Elapsed;
            output.Progress(string.Create(CultureInfo.InvariantCulture, $"{progress.Lines:N0} of about {lines:N0} lines, {progress.BadCount:N0} bad, {clock.Elapsed.TotalSeconds:0} s"));
        }, why => output.Progress($"interrupted ({why}); going on"), cancellation);

        var answer = new Answer(start.Kind, start.Area, report.Version, start.DryRun, report.Lines, report.Taken, report.Skipped, report.BadCount, [.. report.Bad.Select(bad => new Bad(bad.Line, bad.Code, bad.Message))], Math.Round(clock.Elapsed.TotalSeconds, 1));
        output.Answer(answer, console => Show(console, answer));
        return report.BadCount == 0 ? 0 : 1;
    }

    private static void Show(IAnsiConsole console, Answer answer)
    {
        if (answer.Bad.Count > 0) console.Write(Output.TableOf("", answer.Bad, [new("line", bad => bad.Line, Right: true), new("code", bad => bad.Code), new("what is wrong", bad => bad.Message)]));
        if (answer.BadCount > answer.Bad.Count) console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"and {answer.BadCount - answer.Bad.Count} more bad lines");
        var what = answer.DryRun ? "would be taken" : "taken";
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{answer.Kind} for {answer.Area}: {answer.Lines:N0} lines, {answer.Taken:N0} {what}{(answer.Skipped > 0 ? $", {answer.Skipped:N0} of them by an earlier try" : "")}, {answer.BadCount:N0} bad ({answer.Seconds:0.0} s)");
        if (answer.Version.Length > 0 && answer.BadCount == 0) console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"version {answer.Version}{(answer.DryRun ? " (not stored)" : "")}");
    }

    private static AdminDivision AreaOf(byte[] content, ImportKind kind)
    {
        if (kind.AreaColumn is not { } column) throw new WrongInputException("Say whose data it is: --area 420100.");
        using var reader = new StreamReader(new MemoryStream(content), Encoding.UTF8);
        string[] header = (reader.ReadLine() ?? "").Split(','), first = (reader.ReadLine() ?? "").Split(',');
        var at = Array.IndexOf(header, column);
        return at >= 0 && at < first.Length && AdminDivision.TryParse(first[at], out var found) ? found : throw new WrongInputException($"The file's first line names no area in {column}: give --area.");
    }

    /// <summary>The node that answers for a place, by the registry of this working copy and what runs.</summary>
    private static AdminDivision HostOf(AdminDivision area)
    {
        if (!Regions.Places.Knows(area)) throw new WrongInputException($"'{area}' is no place of the registry (infra/regions/places.csv).");
        return Regions.Places.HostOf(area);
    }

    private static GatewayDoor Running(AdminDivision node, FileInfo? tokenFile)
    {
        var running = RunningPlatform.In(RunFolder.Path) ?? throw new FailedException("Nothing runs: start it with ./yibao up, or say where with --gateway.");
        var gateway = running.Hosts.FirstOrDefault(host => host.Node == node.Code && host.Service == "gateway") ?? throw new FailedException($"The node {node} does not run here.");
        using var issuer = LocalIssuer.In(RunFolder.Path);
        var token = tokenFile is not null || Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } ? Token(tokenFile)
            : issuer.Issue(new TokenOf("dev-import", node, Operators.Of(node)));
        return new GatewayDoor(gateway.Grpc, token, X509Certificate2.CreateFromPem(running.Authority ?? throw new FailedException("What runs is of an earlier version: start it again.")));
    }

    private static Uri Url(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps ? url : throw new WrongInputException("--gateway is an address like https://gateway.example:5001.");

    private static string Token(FileInfo? file)
    {
        if (file is { Exists: false }) throw new WrongInputException($"There is no file {file}.");
        var token = file is not null ? File.ReadAllText(file.FullName) : Environment.GetEnvironmentVariable(TokenVariable);
        return token?.Trim() is { Length: > 0 } found ? found : throw new WrongInputException($"An operator's token is needed: --token-file, or the variable {TokenVariable}.");
    }

    private static X509Certificate2 Authority(FileInfo? file) => file is { Exists: true }
        ? X509CertificateLoader.LoadCertificateFromFile(file.FullName)
        : throw new WrongInputException("With --gateway, say which authority its certificate comes from: --authority ca.crt.");

    private sealed record Bad(int Line, string Code, string Message);

    private sealed record Answer(string Kind, string Area, string Version, bool DryRun, int Lines, int Taken, int Skipped, int BadCount, IReadOnlyList<Bad> Bad, double Seconds);
}

