using System.Collections.Immutable;
using System.Globalization;
using Yibao.Kernel;

namespace Yibao.Forms;

/// <summary>A cell of a table.</summary>
public sealed record Cell(CellKind Kind, string Printed)
{
    /// <summary>The exact number behind the print; null for text.</summary>
    public decimal? Value { get; init; }

    public int Columns { get; init; } = 1;

    public int Rows { get; init; } = 1;

    /// <summary>Text from the left edge instead of centred: long answers.</summary>
    public bool Left { get; init; }

    /// <summary>A count among texts: a number that is not a column of amounts.</summary>
    public bool Centred { get; init; }

    /// <summary>合计: printed strong.</summary>
    public bool Strong { get; init; }

    public static Cell Label(string text, int columns = 1, int rows = 1) => new(CellKind.Label, text) { Columns = columns, Rows = rows };

    public static Cell Text(string? text, int columns = 1, int rows = 1) => new(CellKind.Text, text ?? "") { Columns = columns, Rows = rows };

    /// <summary>Yuan with two decimals (保留两位小数).</summary>
    public static Cell Yuan(Money amount, int columns = 1) => new(CellKind.Number, amount.ToString()) { Value = amount.InYuan, Columns = columns };

    /// <summary>Yuan, blank where there is nothing: the matrices of 14 and 17.</summary>
    public static Cell YuanOrBlank(Money? amount, int columns = 1) => amount is { } known ? Yuan(known, columns) : Text("", columns);

    /// <summary>万元 with two decimals; the amount was fixed before (FRM-001).</summary>
    public static Cell Wan(Money amount, int columns = 1) => new(CellKind.Number, amount.ToWan()) { Value = amount.InWan, Columns = columns };

    public static Cell Count(int number, int columns = 1) => new(CellKind.Number, number.ToString(CultureInfo.InvariantCulture)) { Value = number, Columns = columns, Centred = true };

    /// <summary>Printed options with the chosen one ticked: ☑1.新增 □2.变更.</summary>
    /// <param name="options">As printed.</param>
    /// <param name="chosen">Index into the options.</param>
    /// <param name="columns">Columns it spans.</param>
    public static Cell Choice(ImmutableArray<string> options, int chosen, int columns = 1) =>
        new(CellKind.Text, string.Join('\n', options.Select((option, i) => (i == chosen ? "☑" : "□") + option))) { Columns = columns, Left = true };
}
