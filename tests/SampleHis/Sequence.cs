using System.Globalization;
using System.Text;

namespace Yibao.SampleHis;

/// <summary>The path as a sequence of messages, for people.</summary>
public static class Sequence
{
    private const int Width = 46;

    public static string Draw(IReadOnlyList<PathStep> steps, string his, string platform)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var drawn = new StringBuilder();
        drawn.Append(his).Append(new string(' ', Math.Max(2, Width + 4 - WidthOf(his)))).Append(platform).Append('\n');
        foreach (var part in steps.GroupBy(step => step.Part))
        {
            drawn.Append(CultureInfo.InvariantCulture, $" │{Filled($"· {part.Key} ", Width, ' ')}│\n");
            foreach (var step in part)
            {
                drawn.Append(CultureInfo.InvariantCulture, $" │{Filled($"─ {step.Infno} {step.What} ", Width - 1, '─')}▶│\n");
                var answer = step.Holds ? "✓" : "✗";
                drawn.Append(CultureInfo.InvariantCulture, $" │◀{Filled($"─ {answer} {step.TookMs:0} ms ", Width - 1, '─')}│{(step.Holds ? "" : $"  {step.Detail}")}\n");
            }
        }

        return drawn.ToString();
    }

    private static string Filled(string text, int width, char with) => text + new string(with, Math.Max(0, width - WidthOf(text)));

    // A Chinese character takes two columns.
    private static int WidthOf(string text) => text.Sum(c => c >= '\u2e80' ? 2 : 1);
}
