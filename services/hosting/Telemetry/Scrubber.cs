using System.Text.RegularExpressions;

namespace Yibao.Hosting.Telemetry;

/// <summary>
/// The last line before anything is written that people read: identity numbers, phones, tokens and passwords do not
/// pass. Types already print masked; this catches what came in as plain text (a driver's message, a caller's input).
/// </summary>
public static partial class Scrubber
{
    /// <summary>The text with every such thing replaced by its kind in brackets.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var clean = text;
        // Tokens first: their inside may look like a number.
        if (clean.Contains("eyJ", StringComparison.Ordinal)) clean = Token().Replace(clean, "[凭证]");
        if (clean.Contains("ass", StringComparison.OrdinalIgnoreCase) || clean.Contains("pwd", StringComparison.OrdinalIgnoreCase)) clean = Password().Replace(clean, "$1=[密码]");
        if (clean.Contains("://", StringComparison.Ordinal)) clean = UrlPassword().Replace(clean, "://[密码]@");
        if (!HasDigits(clean, 11)) return clean;
        clean = CitizenNumber().Replace(clean, "[身份证号]");
        clean = FormerCitizenNumber().Replace(clean, "[身份证号]");
        return Phone().Replace(clean, "[手机号]");
    }

    /// <summary>Whether as many digits stand together: spares the expressions for nearly every line.</summary>
    private static bool HasDigits(string text, int run)
    {
        var together = 0;
        foreach (var c in text)
        {
            together = char.IsDigit(c) ? together + 1 : 0;
            if (together == run) return true;
        }

        return false;
    }

    // A date of birth inside keeps ids, keys and hashes apart from identity numbers.
    [GeneratedRegex(@"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?:\d(?!\d)|[Xx])", RegexOptions.CultureInvariant)]
    private static partial Regex CitizenNumber();

    [GeneratedRegex(@"(?<!\d)\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex FormerCitizenNumber();

    [GeneratedRegex(@"(?<!\d)(?:86)?1[2-9]\d{9}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Phone();

    [GeneratedRegex(@"eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?", RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Token();

    [GeneratedRegex(@"\b(password|passwd|pwd)\s*[=:]\s*(?:""[^""]*""|'[^']*'|[^;\s,""']+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Password();

    [GeneratedRegex(@"://[^/\s:@]+:[^/\s@]+@", RegexOptions.CultureInvariant)]
    private static partial Regex UrlPassword();
}
