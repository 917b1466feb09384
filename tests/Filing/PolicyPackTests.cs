using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
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
    [Fact]
    public void No_damage_to_a_pack_comes_out_as_anything_but_file_and_line()
    {
        var shipped = Packs.Shipped().OrderBy(pack => pack.Key, StringComparer.Ordinal).ToList();
        Gen.Select(Gen.Int[0, shipped.Count - 1], Gen.Int[0, 10_000], Gen.Int[0, 4], Gen.Int[0, 200]).Sample(
            (pack, at, damage, column) =>
            {
                var lines = shipped[pack].Value.Split('\n').ToList();
                var i = at % lines.Count;
                switch (damage)
                {
                    case 0: lines.RemoveAt(i); break;
                    case 1: lines.Insert(i, lines[i]); break;
                    case 2: lines[i] = lines[i][..(lines[i].Length == 0 ? 0 : column % lines[i].Length)]; break;
                    case 3: lines[i] = lines[i].Insert(lines[i].Length == 0 ? 0 : column % lines[i].Length, "-{"); break;
                    default: lines[i] = Figure().Replace(lines[i], "99999999999999999999"); break;
                }

                var files = shipped.ToDictionary(file => file.Key, file => file.Value, StringComparer.Ordinal);
                files[shipped[pack].Key] = string.Join('\n', lines);
                try
                {
                    _ = Policy.FilingPolicies.Load(files.Select(file => (file.Key, file.Value)), Kernel.Places.NodeRegistry.Reference.Latest);
                }
                catch (RefusedException refused)
                {
                    refused.Error.Code.ShouldBeOneOf("FILING_POLICY_INVALID", "RESTRICTION_FORBIDDEN");
                    var (file, line) = Place(refused.Error);
                    file.ShouldNotBeEmpty();
                    line.ShouldBeGreaterThan(0);
                }
            },
            iter: 400);
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
