using System.Globalization;

namespace Yibao.Kernel.Persons;

/// <summary>A person who does not exist, for samples, demonstrations and tests: valid check digit, a region and a phone prefix that were never assigned.</summary>
public sealed record InventedPerson(CitizenId Id, string Name, string Phone)
{
    /// <summary>No place in GB/T 2260 ever had this code, so no living person has such a number.</summary>
    public const string Region = "999000";

    private const int Days = 21_900;
    private const string Surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨";
    private static readonly string[] GivenNames = ["晓明", "建国", "秀英", "文博", "海燕", "志强", "桂兰", "雨桐", "永福", "静怡", "思远", "玉珍"];

    /// <summary>The same number always gives the same person, another number another identity; with a given birth date only the first 500 differ.</summary>
    /// <param name="number">0 to 9,999,999.</param>
    /// <param name="birth">Date of birth; null: one between 1940 and 1999 that follows from the number.</param>
    /// <param name="sex">Null: even numbers are women.</param>
    public static InventedPerson Number(int number, DateOnly? birth = null, Sex? sex = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 9_999_999);
        var born = birth ?? new DateOnly(1940, 1, 1).AddDays((int)(number * 7919L % Days));
        var last = (sex ?? (number % 2 == 0 ? Sex.Female : Sex.Male)) == Sex.Male ? 1 : 0;
        var id = CitizenId.Compose(Region, born, ((birth is null ? number / Days : number % 500) * 2) + last);
        var name = Surnames[number % Surnames.Length] + GivenNames[number / Surnames.Length % GivenNames.Length];
        return new InventedPerson(id, name, string.Create(CultureInfo.InvariantCulture, $"120{number:00000000}"));
    }
}
