using System.CommandLine;

namespace Yibao.Cli.Shell;

/// <summary>
/// One verb of <c>./yibao</c>. A verb is one file in <c>Verbs/</c>: a class that derives from this one is found by itself, nothing is
/// registered anywhere. Verbs with sub-verbs add them in <see cref="Define"/> through <see cref="Sub"/>.
/// </summary>
internal abstract class Verb(string name, string description)
{
    public Command Build()
    {
        var command = new Command(name, description);
        Define(command);
        return command;
    }

    /// <summary>Adds arguments, options and what is to be done (<see cref="Does"/>).</summary>
    protected abstract void Define(Command command);

    /// <summary>What the command does. 0 went well, 1 did not; wrong input is a <see cref="WrongInputException"/>.</summary>
    protected static void Does(Command command, Func<ParseResult, Output, CancellationToken, Task<int>> work) =>
        command.SetAction((parsed, cancellation) => CommandLine.GuardAsync(parsed, output => work(parsed, output, cancellation), cancellation));

    protected static Command Sub(Command command, string name, string description)
    {
        var sub = new Command(name, description);
        command.Subcommands.Add(sub);
        return sub;
    }

    protected static Option<T> Option<T>(Command command, string name, string description, T? standard = default)
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => standard! };
        command.Options.Add(option);
        return option;
    }

    protected static Argument<T> Argument<T>(Command command, string name, string description)
    {
        var argument = new Argument<T>(name) { Description = description };
        command.Arguments.Add(argument);
        return argument;
    }
}

/// <summary>What was asked for cannot be done as asked: exit code 2. The sentence says what would be right.</summary>
internal sealed class WrongInputException(string message) : Exception(message);

/// <summary>It was asked for rightly and failed: exit code 1. The sentence says what to do.</summary>
internal sealed class FailedException(string message) : Exception(message);
