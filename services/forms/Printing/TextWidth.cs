using System.Text;

namespace Yibao.Forms.Printing;

/// <summary>How wide text is in a terminal: Chinese characters take two cells.</summary>
internal static class TextWidth
{
    public static int Of(string text) => text.EnumerateRunes().Sum(Of);

    public static int Of(Rune rune) => rune.Value switch
    {
        < 0x20 => 0,
        < 0x1100 => 1,
        <= 0x115F => 2, // Hangul
        >= 0x2E80 and <= 0xA4CF => 2, // CJK, kana, punctuation
        >= 0xAC00 and <= 0xD7A3 => 2,
        >= 0xF900 and <= 0xFAFF => 2,
        >= 0xFE30 and <= 0xFE6F => 2,
        >= 0xFF00 and <= 0xFF60 => 2, // full-width forms
        >= 0xFFE0 and <= 0xFFE6 => 2,
        >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };

    /// <summary>Breaks text into lines of at most this width; a line break in the text stays one.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new StringBuilder();
            var used = 0;
            foreach (var rune in paragraph.EnumerateRunes())
            {
                var wide = Of(rune);
                if (used + wide > width && used > 0)
                {
                    lines.Add(line.ToString());
                    line.Clear();
                    used = 0;
                }

                line.Append(rune.ToString());
                used += wide;
            }

            lines.Add(line.ToString());
        }

        return lines;
    }

    public static string Pad(string text, int width, CellKind kind, bool left)
    {
        var free = Math.Max(0, width - Of(text));
        var before = kind == CellKind.Number ? free : left ? 0 : free / 2;
        return new string(' ', before) + text + new string(' ', free - before);
    }
}
