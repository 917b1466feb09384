using System.Globalization;
using Yibao.Backing;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits.Packs;

namespace Yibao.Cli.Shell;

/// <summary>The policies of this working copy, for verbs that compute without a node.</summary>
internal static class Regions
{
    public static string Folder => PolicyFolder.Find(Repository.Find() ?? Directory.GetCurrentDirectory())
        ?? throw new WrongInputException("The regions folder (infra/regions) was not found.");

    public static NodeMap Places => NodeRegistry.Reference.Latest;

    public static PolicyLibrary Policies => Worded(() => PolicyFolder.Load(Folder, Places));

    /// <summary>A pack file from anywhere.</summary>
    public static PackFile Pack(string path) => File.Exists(path) ? Worded(() => PackFile.Parse(path, File.ReadAllText(path))) : throw new WrongInputException($"There is no file {path}.");

    /// <summary>A refusal by the catalogue is wrong input: its code, what is wrong and what to do.</summary>
    public static T Worded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (RefusedException refused)
        {
            throw new WrongInputException(Sentence(refused.Error));
        }
    }

    public static string Sentence(Error error) => $"{error.Code} {error.Message}。{error.Definition.NextStep}。";

    public static AdminDivision Area(string text) => AdminDivision.TryParse(text, out var area) ? area : throw new WrongInputException($"'{text}' is not a six-digit division code.");

    public static DateOnly Day(string? text) => text is null ? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).DateTime)
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new WrongInputException($"'{text}' is not a date like 2023-06-01.");
}
