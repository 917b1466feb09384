using System.Globalization;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.HospitalInterface.Mapping;

/// <summary>人员编号 (psn_no) has thirty characters, a person key thirty-two digits: the same 128 bits in 26 letters and digits, none that are mistaken for each other.</summary>
public static class PersonNumber
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 26;

    /// <param name="personKey">As the services write it; empty stays empty (self-pay).</param>
    public static string Write(string personKey)
    {
        ArgumentNullException.ThrowIfNull(personKey);
        if (personKey.Length == 0) return "";
        var bits = UInt128.Parse(personKey, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return string.Create(Length, bits, static (text, rest) =>
        {
            for (var i = text.Length - 1; i >= 0; i--)
            {
                text[i] = Digits[(int)(rest & 31)];
                rest >>= 5;
            }
        });
    }

    /// <summary>The key in the services' form; null when it is none of ours.</summary>
    public static string? Read(string? number)
    {
        if (number is not { Length: Length }) return null;
        UInt128 bits = 0;
        for (var i = 0; i < Length; i++)
        {
            var digit = Digits.IndexOf(char.ToUpperInvariant(number[i]), StringComparison.Ordinal);
            // 26 digits hold 130 bits: the first one uses three of its five.
            if (digit < 0 || (i == 0 && digit > 7)) return null;
            bits = (bits << 5) | (uint)digit;
        }

        return bits == 0 ? null : bits.ToString("x32", CultureInfo.InvariantCulture);
    }

    /// <summary>The person a node speaks of.</summary>
    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>, <c>FIELD_INVALID</c>.</exception>
    public static string Of(InputNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return Read(VisitMapping.Need(node, "psn_no", "人员编号")) is { } key && PersonKey.TryParse(key, out _)
            ? key
            : throw SystemErrors.FieldInvalid.With("人员编号（psn_no）", "不是本平台的人员编号，请先获取人员信息（1101）").AsException();
    }
}
