using System.Text.Json;
using CsCheck;
using Yibao.Kernel;

namespace Yibao.Kernel.Tests;

public sealed class PersonKeyTests
{
    [Fact]
    public void Keys_are_never_the_same_and_survive_storage() => Gen.Byte.Array[16].Where(bytes => bytes.Any(b => b != 0)).Sample(bytes =>
    {
        var key = PersonKey.From(bytes);
        return JsonSerializer.Deserialize<PersonKey>(JsonSerializer.Serialize(key)) == key && PersonKey.Parse(key.ToString()) == key && PersonKey.Create() != PersonKey.Create();
    });

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("420106199001011234")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    public void Only_a_key_is_a_key(string? text) => PersonKey.TryParse(text, out _).ShouldBeFalse();
}
