using System.Text.Json;
using Yibao.Kernel.Data;

namespace Yibao.Kernel.Tests.Data;

/// <summary>A record that was written and read is the record that was written, and nothing is written that reading would not need.</summary>
public sealed class RecordJsonTests
{
    private static readonly JsonSerializerOptions Form = new JsonSerializerOptions(JsonSerializerDefaults.Web).OnlyWhatWasSaid();

    private sealed record Said(string Name, int? Count, Inner? Inner, IReadOnlyList<Inner> All)
    {
        public int Length => Name.Length;

        public string? Remark { get; init; }
    }

    private sealed record Inner(Money Amount)
    {
        public bool IsNothing => Amount == Money.Zero;
    }

    /// <summary>Read back by its constructor alone: it has no setter, and still it is said.</summary>
    private sealed class Fixed(string word, int number)
    {
        public string Word { get; } = word;

        public int Number { get; } = number;

        public string Both => $"{Word}{Number}";
    }

    private sealed record Dictionaries(IReadOnlyDictionary<string, string?> Words);

    [Fact]
    public void What_is_null_or_follows_from_the_rest_is_left_out() =>
        JsonSerializer.Serialize(new Said("统筹基金", null, null, [new(new Money(100)), new(Money.Zero)]), Form).ShouldBe("""{"name":"统筹基金","all":[{"amount":100},{"amount":0}]}""");

    [Fact]
    public void What_is_read_back_is_the_same_record()
    {
        var said = new Said("统筹基金", 0, new Inner(new Money(-1)), []) { Remark = "" };
        var read = JsonSerializer.Deserialize<Said>(JsonSerializer.Serialize(said, Form), Form)!;
        (read with { All = said.All }).ShouldBe(said);
        read.All.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_version_before_wrote_is_read_all_the_same()
    {
        var said = new Said("统筹基金", null, new Inner(new Money(5)), []);
        var before = JsonSerializer.Serialize(said, new JsonSerializerOptions(JsonSerializerDefaults.Web));
        before.ShouldContain("\"isNothing\":false");
        before.ShouldContain("\"count\":null");
        (JsonSerializer.Deserialize<Said>(before, Form)! with { All = said.All }).ShouldBe(said);
    }

    [Fact]
    public void What_only_a_constructor_takes_is_said()
    {
        var json = JsonSerializer.Serialize(new Fixed("甲", 7), Form);
        json.ShouldBe("""{"word":"甲","number":7}""");
        JsonSerializer.Deserialize<Fixed>(json, Form)!.Both.ShouldBe("甲7");
    }

    [Fact]
    public void A_null_among_named_values_is_a_value() =>
        JsonSerializer.Serialize(new Dictionaries(new Dictionary<string, string?> { ["a"] = null }), Form).ShouldBe("""{"words":{"a":null}}""");

    [Fact]
    public void Types_of_libraries_are_written_as_they_write_themselves() => JsonSerializer.Serialize(new UriBuilder("https://example.test/"), Form).ShouldContain("\"uri\":");
}
