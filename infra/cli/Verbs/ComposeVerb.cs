using System.CommandLine;
using Spectre.Console;
using Yibao.Backing;
using Yibao.Cli.Shell;
using Yibao.Local;
using Yibao.Local.Compose;
using Command = System.CommandLine.Command;

namespace Yibao.Cli.Verbs;

/// <summary>What <c>docker-compose.yml</c> needs before it can be started.</summary>
internal sealed class ComposeVerb() : Verb("compose", "Make the certificates, keys and passwords that docker-compose.yml mounts")
{
    protected override void Define(Command command) => Does(command, (_, output, _) =>
    {
        // Where docker-compose.yml looks, whatever the run folder is elsewhere.
        var folder = Path.Combine(Repository.Root(), ".run", "compose");
        using var issuer = LocalIssuer.In(RunFolder.Path);
        var made = ComposeFolder.Make(folder, issuer);
        output.Answer(new { Folder = folder, Made = made, Next = "docker compose --env-file .run/compose/.env up -d" }, console =>
        {
            console.MarkupLine(made ? $"made in [bold]{Markup.Escape(folder)}[/], for its owner only" : $"[bold]{Markup.Escape(folder)}[/] is there already; remove it to make new ones");
            console.MarkupLine("next: docker compose --env-file .run/compose/.env up -d");
        });
        return Task.FromResult(0);
    });
}
