using Yibao.Cli.Shell;

namespace Yibao.Cli.Tests;

/// <summary>Every verb speaks alike.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string> Verbs => [.. CommandLine.Root().Subcommands.Select(verb => verb.Name)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_says_what_it_does_and_takes_help_and_json(string name)
    {
        var verb = CommandLine.Root().Subcommands.Single(command => command.Name == name);
        verb.Description.ShouldNotBeNullOrWhiteSpace();
        verb.Options.ShouldAllBe(option => !string.IsNullOrWhiteSpace(option.Description));
        verb.Arguments.ShouldAllBe(argument => !string.IsNullOrWhiteSpace(argument.Description));
        CommandLine.Root().Parse([name, "--help"]).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void The_verbs_of_the_house_are_there() => CommandLine.Root().Subcommands.Select(verb => verb.Name).ShouldBeSubsetOfAll("test", "up", "token", "queues");

    [Theory]
    [InlineData("tst")]
    [InlineData("test", "--parallel", "many")]
    [InlineData("test", "--parallel", "0")]
    [InlineData("test", "--project", "NoSuchProject", "--no-build")]
    [InlineData("token")]
    [InlineData("token", "Cat")]
    [InlineData("token", "System")]
    [InlineData("token", "Institution")]
    [InlineData("token", "CityOperator", "--node", "999999")]
    [InlineData("up", "--nodes", "nowhere")]
    [InlineData("import", "persons", "no-such-file.csv")]
    [InlineData("import", "diseases", "no-such-file.csv")]
    public async Task Wrong_input_is_two(params string[] words) => (await CommandLine.RunAsync(words)).ShouldBe(2);

    [Theory]
    [InlineData("catalogue", "--area", "420100")]
    [InlineData("catalogue", "--from", "2027-01-01")]
    [InlineData("catalogue", "--from", "tomorrow", "--area", "420100")]
    [InlineData("persons")]
    [InlineData("persons", "--area", "999999")]
    [InlineData("persons", "--area", "420100", "--patience", "-1")]
    [InlineData("persons", "--area", "420100", "--gateway", "here")]
    [InlineData("persons", "--area", "420100", "--gateway", "https://127.0.0.1:1", "--token-file", "no-such-file")]
    public async Task What_an_import_needs_is_asked_for_before_anything_is_sent(string kind, params string[] words)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "some,columns\n1,2\n");
            (await CommandLine.RunAsync(["import", kind, file, .. words])).ShouldBe(2);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

internal static class Sets
{
    public static void ShouldBeSubsetOfAll(this IEnumerable<string> all, params string[] wanted) => wanted.Except(all, StringComparer.Ordinal).ShouldBeEmpty();
}
