using System.CommandLine;
using System.CommandLine.Parsing;
using Yibao.Backing;

namespace Yibao.Cli.Shell;

/// <summary>The whole command line: collects the verbs, words every failure the same way.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int WrongInput = 2;
    private const int Interrupted = 130;

    public static Option<bool> Json { get; } = new("--json") { Description = "Answer in JSON, for machines", Recursive = true };

    public static Option<bool> Trace { get; } = new("--trace") { Description = "Show the whole exception when something fails", Recursive = true };

    public static RootCommand Root()
    {
        var root = new RootCommand("医保异地就医直接结算平台: cross-region direct settlement of medical insurance");
        root.Options.Add(Json);
        root.Options.Add(Trace);
        var verbs = typeof(CommandLine).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Verb)) && !type.IsAbstract);
        foreach (var command in verbs.Select(type => ((Verb)Activator.CreateInstance(type)!).Build()).OrderBy(command => command.Name, StringComparer.Ordinal))
            root.Subcommands.Add(command);
        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync($"See: ./yibao {string.Join(' ', Words(parsed.CommandResult))}--help");
            return WrongInput;
        }

        // Stopping is the verb's own business: it ends its hosts before their servers, however long that takes.
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
    }

    public static async Task<int> GuardAsync(ParseResult parsed, Func<Output, Task<int>> work, CancellationToken cancellation)
    {
        try
        {
            return await work(new Output(parsed.GetValue(Json)));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync(parsed.GetValue(Trace) ? failure.ToString() : Sentence(failure));
            return failure is WrongInputException ? WrongInput : Failed;
        }
    }

    private static string Sentence(Exception failure) => failure is WrongInputException or FailedException or BackingException
        ? failure.Message
        : $"{failure.GetType().Name}: {failure.Message} (--trace shows where)";

    private static IEnumerable<string> Words(CommandResult command)
    {
        var words = new Stack<string>();
        for (SymbolResult? at = command; at is CommandResult { Parent: not null } named; at = at.Parent) words.Push(named.Command.Name + " ");
        return words;
    }
}
