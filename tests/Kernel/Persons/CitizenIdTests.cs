using System.Text.Json;
using CsCheck;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Kernel.Tests.Persons;

public sealed class CitizenIdTests
{
    private static readonly Gen<CitizenId> Numbers = Gen.Select(Gen.Int[0, 54_000], Gen.Int[0, 999]).Select((days, sequence) => CitizenId.Compose(InventedPerson.Region, new DateOnly(1880, 1, 1).AddDays(days), sequence));

    [Fact]
    public void The_standards_own_example_is_valid()
    {
        // GB 11643's printed example.
        var id = CitizenId.Parse("11010519491231002X");
        id.BirthDate.ShouldBe(new DateOnly(1949, 12, 31));
        id.Sex.ShouldBe(Sex.Female);
        CitizenId.Parse("11010519491231002x").ShouldBe(id);
        CitizenId.Parse("110105491231002").ShouldBe(id); // the former fifteen digits
    }

    [Fact]
    public void One_wrong_digit_is_always_noticed() => Gen.Select(Numbers, Gen.Int[0, 16], Gen.Int[1, 9]).Sample((id, at, by) =>
    {
        var clear = id.Reveal();
        var wrong = clear[..at] + (char)('0' + ((clear[at] - '0' + by) % 10)) + clear[(at + 1)..];
        return !CitizenId.TryParse(wrong, out _, out var error) && error.Code is "ID_NUMBER_CHECKSUM" or "ID_NUMBER_BIRTH_DATE";
    });

    [Fact]
    public void Two_neighbouring_digits_exchanged_are_always_noticed() => Gen.Select(Numbers, Gen.Int[0, 15]).Sample((id, at) =>
    {
        var clear = id.Reveal();
        if (clear[at] == clear[at + 1]) return true;
        return !CitizenId.TryParse(clear[..at] + clear[at + 1] + clear[at] + clear[(at + 2)..], out _, out _);
    });

    [Theory]
    [InlineData(null, "ID_NUMBER_MALFORMED")]
    [InlineData("", "ID_NUMBER_MALFORMED")]
    [InlineData("1101051949123100", "ID_NUMBER_MALFORMED")]
    [InlineData("11010519491231002Y", "ID_NUMBER_MALFORMED")]
    [InlineData("1101051949X231002X", "ID_NUMBER_MALFORMED")]
    [InlineData("１１０１０５１９４９１２３１００２Ｘ", "ID_NUMBER_MALFORMED")]
    [InlineData("110105194913310020", "ID_NUMBER_BIRTH_DATE")]
    [InlineData("110105194902290020", "ID_NUMBER_BIRTH_DATE")]
    [InlineData("110105194912310021", "ID_NUMBER_CHECKSUM")]
    public void What_is_no_number_is_refused_with_its_reason(string? text, string code)
    {
        CitizenId.TryParse(text, out _, out var error).ShouldBeFalse();
        error.Code.ShouldBe(code);
        error.Message.ShouldNotContain("1101");
    }

    [Fact]
    public void It_is_never_shown_or_written_in_clear()
    {
        var id = CitizenId.Compose("370102", new DateOnly(1990, 1, 1), 1);
        $"{id}".ShouldBe("3701**********" + id.Reveal()[^4..]);
        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(id));
        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(new { Who = id }));
    }

    [Theory]
    [InlineData("37010219900101001X", "3701**********001X")]
    [InlineData("E12345678", "*******78")]
    [InlineData("12", "**")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_number_keeps_its_ends(string? number, string masked) => Masking.Number(number).ShouldBe(masked);

    [Theory]
    [InlineData("张三丰", "张**")]
    [InlineData("张三", "张*")]
    [InlineData("张", "*")]
    [InlineData("𠮷田", "𠮷*")]
    public void A_name_keeps_its_first_character(string name, string masked) => Masking.Name(name).ShouldBe(masked);

    [Theory]
    [InlineData("13812345678", "138****5678")]
    [InlineData("87654321", "******21")]
    public void A_phone_keeps_its_ends(string phone, string masked) => Masking.Phone(phone).ShouldBe(masked);

    [Fact]
    public void A_birthday_makes_a_person_older()
    {
        var id = CitizenId.Compose(InventedPerson.Region, new DateOnly(1960, 2, 29), 2);
        id.AgeOn(new DateOnly(2023, 2, 27)).ShouldBe(62);
        id.AgeOn(new DateOnly(2024, 2, 28)).ShouldBe(63);
        id.AgeOn(new DateOnly(2024, 2, 29)).ShouldBe(64);
    }

    [Fact]
    public void Invented_persons_are_valid_repeatable_and_from_nowhere() => Gen.Int[0, 9_999_999].Sample(number =>
    {
        var person = InventedPerson.Number(number);
        return CitizenId.Parse(person.Id.Reveal()) == person.Id && person.Equals(InventedPerson.Number(number))
            && person.Phone.StartsWith("120", StringComparison.Ordinal) && person.Phone.Length == 11
            && !NodeRegistry.Reference.Latest.Knows(new AdminDivision(person.Id.Reveal()[..6]));
    });

    [Fact]
    public void No_two_invented_persons_share_a_number() => Enumerable.Range(0, 100_000).Select(number => InventedPerson.Number(number * 97).Id).Distinct().Count().ShouldBe(100_000);
}
