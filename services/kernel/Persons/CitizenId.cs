using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Kernel.Errors;

namespace Yibao.Kernel.Persons;

/// <summary>性别 (gend).</summary>
public enum Sex
{
    /// <summary>男 (1).</summary>
    Male = 1,
    /// <summary>女 (2).</summary>
    Female = 2,
}

/// <summary>公民身份号码 (GB 11643). Prints masked, is never written to JSON; whoever needs the clear number says <see cref="Reveal"/>.</summary>
[JsonConverter(typeof(CitizenIdJson))]
[DebuggerDisplay("{ToString(),nq}")]
public sealed class CitizenId : IEquatable<CitizenId>
{
    private const string CheckDigits = "10X98765432";
    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    private readonly string _number;

    private CitizenId(string number) => _number = number;

    /// <summary>Reads 18 characters (a final x may be lower case) or the former 15 digits, which become 18.</summary>
    /// <param name="error"><c>ID_NUMBER_MALFORMED</c>, <c>ID_NUMBER_BIRTH_DATE</c> or <c>ID_NUMBER_CHECKSUM</c>.</param>
    public static bool TryParse(string? text, out CitizenId id, out Error error)
    {
        id = null!;
        error = IdentityErrors.Malformed;
        var number = text?.Trim() ?? "";
        // Fifteen digits lack the century; all of them were given to persons born in the twentieth.
        if (number.Length == 15 && number.All(char.IsAsciiDigit)) number = WithCheckDigit(number[..6] + "19" + number[6..]);
        if (number.Length != 18 || !number[..17].All(char.IsAsciiDigit) || !(char.IsAsciiDigit(number[17]) || number[17] is 'X' or 'x')) return false;

        number = number[..17] + char.ToUpperInvariant(number[17]);
        error = IdentityErrors.BirthDate;
        if (!TryBirthDate(number, out _)) return false;
        error = IdentityErrors.Checksum;
        if (number != WithCheckDigit(number[..17])) return false;

        id = new CitizenId(number);
        return true;
    }

    /// <exception cref="RefusedException">As <see cref="TryParse"/> says.</exception>
    public static CitizenId Parse(string? text) => TryParse(text, out var id, out var error) ? id : throw error.AsException();

    /// <summary>A number with a valid check digit.</summary>
    /// <param name="region">Six digits.</param>
    /// <param name="birth">Date of birth.</param>
    /// <param name="sequence">0 to 999; odd for men, even for women.</param>
    public static CitizenId Compose(string region, DateOnly birth, int sequence) =>
        Parse(WithCheckDigit(string.Create(CultureInfo.InvariantCulture, $"{region}{birth:yyyyMMdd}{sequence:000}")));

    public DateOnly BirthDate => TryBirthDate(_number, out var birth) ? birth : throw new UnreachableException();

    public Sex Sex => (_number[16] - '0') % 2 == 1 ? Sex.Male : Sex.Female;

    /// <summary>周岁 on a day.</summary>
    public int AgeOn(DateOnly day)
    {
        var birth = BirthDate;
        var years = day.Year - birth.Year;
        return birth.AddYears(years) > day ? years - 1 : years;
    }

    /// <summary>The number in clear: for the encrypted table of identities, and for a document handed to the person. Full sight is an audited event.</summary>
    public string Reveal() => _number;

    /// <summary>3701**********001X.</summary>
    public override string ToString() => Masking.Number(_number);

    public bool Equals(CitizenId? other) => other is not null && other._number == _number;

    public override bool Equals(object? obj) => Equals(obj as CitizenId);

    public override int GetHashCode() => string.GetHashCode(_number, StringComparison.Ordinal);

    public static bool operator ==(CitizenId? a, CitizenId? b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(CitizenId? a, CitizenId? b) => !(a == b);

    private static bool TryBirthDate(string number, out DateOnly birth) =>
        DateOnly.TryParseExact(number.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out birth) && birth.Year is >= 1850 and <= 2999;

    private static string WithCheckDigit(string seventeen) => seventeen + CheckDigits[seventeen.Select((digit, i) => (digit - '0') * Weights[i]).Sum() % 11];
}

/// <summary>Refuses to write an identity: events, messages and logs are JSON, and they carry person keys.</summary>
public sealed class CitizenIdJson : JsonConverter<CitizenId>
{
    public override CitizenId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CitizenId.TryParse(reader.GetString(), out var id, out var error) ? id : throw new JsonException(error.Code);

    public override void Write(Utf8JsonWriter writer, CitizenId value, JsonSerializerOptions options) =>
        throw new NotSupportedException("An identity number is never serialised: use the person key.");
}
