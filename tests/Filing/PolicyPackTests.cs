using System.Globalization;
using System.Text.RegularExpressions;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.Tests;

/// <summary>A pack that cannot be is refused when it is loaded, by file and line: never at a patient's bed.</summary>
public sealed partial class PolicyPackTests
{
    private const string Pack = """
        area: "420500"
        from: 2023-01-01
        extends: "420000"
        document: 测试
        mark: illustrative
        filing:
          temporary: { validityMonths: 6 }
          emergency: deemed
          longTerm: { validity: unlimited, changeLockMonths: 6, changeLockCoversCancel: true }
        credential: { accepted: [E_CREDENTIAL, ID_CARD] }
        """;

    [Fact]
    public void As_written_it_loads() => Packs.With(Pack).For(new("420500"), new DateOnly(2023, 5, 1)).ShouldNotBeNull();

    [Theory]
    [InlineData("validityMonths: 6", "validityMonths: six", 7)]
    [InlineData("validityMonths: 6", "validityMonths: -6", 7)]
    [InlineData("validityMonths: 6", "validityDays: 6", 7)]
    [InlineData("emergency: deemed", "emergency: always", 8)]
    [InlineData("emergency: deemed", "emergency: [deemed]", 8)]
    [InlineData("emergency: deemed", "emergencies: deemed", 8)]
    [InlineData("changeLockCoversCancel: true", "changeLockCoversCancel: yes please", 9)]
    [InlineData("changeLockMonths: 6", "changeLockMonths: 99999999999", 9)]
    [InlineData("[E_CREDENTIAL, ID_CARD]", "[E_CREDENTIAL, DRIVING_LICENCE]", 10)]
    [InlineData("[E_CREDENTIAL, ID_CARD]", "E_CREDENTIAL", 10)]
    [InlineData("mark: illustrative", "mark: hearsay", 5)]
    [InlineData("extends: \"420000\"", "extends: Hubei", 3)]
    [InlineData("filing:\n", "filing: [\n", null)]
    [InlineData("credential:", "\tcredential:", null)]
    public void Broken_it_is_refused_by_file_and_line(string right, string wrong, int? line)
    {
        Pack.ReplaceLineEndings("\n").ShouldContain(right);
        var refused = Should.Throw<RefusedException>(() => Packs.With(Pack.ReplaceLineEndings("\n").Replace(right, wrong, StringComparison.Ordinal))).Error;

        refused.Code.ShouldBe("FILING_POLICY_INVALID");
        var (file, at) = Place(refused);
        file.ShouldBe("420500/filing-2023-01-01.yaml");
        if (line is { } expected) at.ShouldBe(expected);
        else at.ShouldBeInRange(1, 11);
    }

    [Fact]
    public void What_is_missing_or_contradicts_another_pack_is_refused_too()
    {
        foreach (var (file, text) in ((string, string)[])
        [
            ("420500/filing-2023-01-01.yaml", Pack.Replace("document: 测试", "", StringComparison.Ordinal)),
            ("420500/filing-2023-01-01.yaml", Pack.Replace("extends: \"420000\"", "extends: \"110000\"", StringComparison.Ordinal)),
            ("420500/filing-2023-01-01.yaml", Pack.Replace("extends: \"420000\"", "until: 2022-12-31", StringComparison.Ordinal)),
            ("999999/filing-2023-01-01.yaml", Pack.Replace("\"420500\"", "\"999999\"", StringComparison.Ordinal)),
        ])
        {
            var refused = Should.Throw<RefusedException>(() => Packs.With(text)).Error;
            refused.Code.ShouldBe("FILING_POLICY_INVALID");
            Place(refused).File.ShouldBe(file);
        }
    }

    /// <summary>Whatever line of whatever pack is lost, doubled, cut short or scribbled on: it loads, or it is refused by file and line. Nothing else comes out.</summary>
    /// <remarks>Every line of every shipped pack, with one kind of damage each; the kinds take turns.</remarks>
    [Fact]
    public void No_damage_to_a_pack_comes_out_as_anything_but_file_and_line()
    {
        var shipped = Packs.Shipped();
        var wrong = new List<string>();
        var turn = 0;
        foreach (var (file, text) in shipped.OrderBy(pack => pack.Key, StringComparer.Ordinal))
        {
            for (var line = 0; line < text.Split('\n').Length; line++)
            {
                var kind = turn++ % Damages;
                if (Comes(shipped, file, Damaged(text, line, kind, turn)) is { } other) wrong.Add($"{file}:{line + 1} damage {kind}: {other}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    private const int Damages = 5;

    private static string Damaged(string text, int line, int damage, int column)
    {
        var lines = text.Split('\n').ToList();
        var at = lines[line].Length == 0 ? 0 : column % lines[line].Length;
        switch (damage)
        {
            case 0: lines.RemoveAt(line); break;
            case 1: lines.Insert(line, lines[line]); break;
            case 2: lines[line] = lines[line][..at]; break;
            case 3: lines[line] = lines[line].Insert(at, "-{"); break;
            default: lines[line] = Figure().Replace(lines[line], "99999999999999999999"); break;
        }

        return string.Join('\n', lines);
    }

    /// <summary>What came out that is neither a policy nor a refusal by file and line; null: nothing did.</summary>
    private static string? Comes(Dictionary<string, string> shipped, string file, string text)
    {
        try
        {
            _ = Policy.FilingPolicies.Load(shipped.Select(pack => (pack.Key, pack.Key == file ? text : pack.Value)), Kernel.Places.NodeRegistry.Reference.Latest);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Error.Code is "FILING_POLICY_INVALID" or "RESTRICTION_FORBIDDEN" && Place(refused.Error) is { File.Length: > 0, Line: > 0 } ? null : refused.Error.ToString();
        }
#pragma warning disable CA1031 // Whatever it is, it is what the test is about.
        catch (Exception other)
        {
            return other.ToString();
        }
#pragma warning restore CA1031
    }

    private static (string File, int Line) Place(Error error)
    {
        var match = Where().Match(error.Message);
        match.Success.ShouldBeTrue(error.Message);
        return (match.Groups["file"].Value, int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^备案政策文件 (?<file>\S+) 第 (?<line>\d+) 行：.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Where();

    [GeneratedRegex(@"\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Figure();
}
