using System.Globalization;
using System.Text;
using System.Xml;

namespace Yibao.Forms.Printing;

/// <summary>How dates and foreign text appear on paper.</summary>
public static class Words
{
    /// <summary>2023年03月02日, or the blanks to write on.</summary>
    public static string Day(DateOnly? day) => day is { } known ? known.ToString("yyyy'年'MM'月'dd'日'", CultureInfo.InvariantCulture) : "　　　　年　　月　　日";

    /// <summary>2023年02月.</summary>
    public static string Month(Kernel.Period period) => period.IsQuarter
        ? string.Create(CultureInfo.InvariantCulture, $"{period.Year}年第{period.Number}季度")
        : string.Create(CultureInfo.InvariantCulture, $"{period.Year}年{period.Number:00}月");

    /// <summary>Names and diagnoses come from other systems: characters that no document may hold become a visible replacement.</summary>
    public static string Printable(string text)
    {
        if (!NeedsCleaning(text)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) clean.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
        return clean.ToString();
    }

    private static bool NeedsCleaning(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) || !XmlConvert.IsXmlChar(text[i])) return true;
        }

        return false;
    }
}
