namespace Yibao.Kernel.Persons;

/// <summary>How identities are shown to those who need not know them whole (脱敏).</summary>
public static class Masking
{
    private const char Star = '*';

    /// <summary>3701**********001X: the first and last four; a short number keeps only its last two.</summary>
    public static string Number(string? number) => Keep(number, number?.Length >= 12 ? 4 : 0, number?.Length >= 12 ? 4 : 2);

    /// <summary>张**: the first character of the name.</summary>
    public static string Name(string? name) => Keep(name, 1, 0);

    /// <summary>138****5678.</summary>
    public static string Phone(string? phone) => phone?.Length >= 11 ? Keep(phone, 3, 4) : Keep(phone, 0, 2);

    private static string Keep(string? text, int first, int last)
    {
        var runes = (text ?? "").Trim().EnumerateRunes().Select(rune => rune.ToString()).ToList();
        // Nothing so short that the kept ends would be the whole.
        if (runes.Count <= first + last) return new string(Star, runes.Count);
        return string.Concat(runes.Take(first)) + new string(Star, runes.Count - first - last) + string.Concat(runes.TakeLast(last));
    }
}
