using System.Collections.Immutable;
using System.Text;

namespace Yibao.Forms.Printing;

/// <summary>Renders a form for a terminal: the same form as on paper, in box-drawing characters.</summary>
public static class FormText
{
    /// <summary>By which of the four arms (up, down, left, right) meet in a corner.</summary>
    private const string Corners = " ╵╷│╴┘┐┤╶└┌├─┴┬┼";

    /// <param name="form">An issued form.</param>
    /// <param name="width">Characters a line, 40 or more.</param>
    public static string Render(Form form, int width = 120)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 40);
        var text = new StringBuilder();
        foreach (var stamp in form.Stamps) text.Append('【').Append(stamp.Word).Append("】 ").Append(Words.Printable(stamp.Detail)).Append('\n');
        foreach (var line in form.Title.Split('\n')) Line(text, TextWidth.Pad(Words.Printable(line.Trim()), width, CellKind.Text, left: false));
        foreach (var part in form.Parts) Write(text, form, part, width);
        Line(text, Words.Printable(form.Identity.ToString()));
        return text.ToString();
    }

    private static void Write(StringBuilder text, Form form, Part part, int width)
    {
        switch (part)
        {
            case Part.Line line:
                var gap = Math.Max(2, width - TextWidth.Of(line.Left) - TextWidth.Of(line.Right));
                Line(text, Words.Printable(line.Left) + new string(' ', gap) + Words.Printable(line.Right));
                break;
            case Part.Heading heading:
                Line(text, TextWidth.Pad(Words.Printable(heading.Text), width, CellKind.Text, left: false));
                break;
            case Part.Paragraph paragraph:
                var runs = (paragraph.Indent ? "　　" : "") + string.Concat(paragraph.Runs.Select(run => run is { Blank: true, Text.Length: 0 } ? "________" : run.Text));
                foreach (var wrapped in TextWidth.Wrap(Words.Printable(runs), width)) Line(text, paragraph.Right ? TextWidth.Pad(wrapped, width, CellKind.Number, left: false) : wrapped);
                break;
            case Part.Grid grid:
                new Table(form.Columns, grid, width).Write(text);
                break;
            case Part.Notes notes:
                foreach (var note in notes.Lines.SelectMany(note => TextWidth.Wrap(Words.Printable(note), width))) Line(text, note);
                break;
            case Part.Seal seal:
                Line(text, TextWidth.Pad(Words.Printable(seal.Unit), width, CellKind.Number, left: false));
                Line(text, TextWidth.Pad(seal.DateLabel + Words.Day(seal.Date), width, CellKind.Number, left: false));
                break;
        }
    }

    private static void Line(StringBuilder text, string line) => text.Append(line.TrimEnd()).Append('\n');

    /// <summary>A table with spans: first who owns each field of the grid, then lines wherever two owners meet.</summary>
    private sealed class Table
    {
        private readonly Placed[,] _owner;
        private readonly int[] _widths;
        private readonly int[] _heights;
        private readonly int _rows;
        private readonly int _columns;

        public Table(ImmutableArray<int> columns, Part.Grid grid, int width)
        {
            (_rows, _columns) = (grid.Rows.Length, columns.Length);
            _owner = new Placed[_rows, _columns];
            _widths = Widths(columns, width);
            _heights = Enumerable.Repeat(1, _rows).ToArray();
            foreach (var (cell, row, column) in GridLayout.Place(grid, _columns))
            {
                var inner = Enumerable.Range(column, cell.Columns).Sum(c => _widths[c]) + cell.Columns - 1;
                var placed = new Placed(cell, row, column, inner, TextWidth.Wrap(Words.Printable(cell.Printed), Math.Max(2, inner)));
                for (var r = row; r < row + cell.Rows; r++)
                {
                    for (var c = column; c < column + cell.Columns; c++) _owner[r, c] = placed;
                }

                if (cell.Rows == 1) _heights[row] = Math.Max(_heights[row], placed.Lines.Count);
            }

            foreach (var placed in _owner.Cast<Placed>().Where(placed => placed.Cell.Rows > 1).Distinct())
            {
                var last = placed.Row + placed.Cell.Rows - 1;
                _heights[last] += Math.Max(0, placed.Lines.Count - Enumerable.Range(placed.Row, placed.Cell.Rows).Sum(r => _heights[r]));
            }
        }

        public void Write(StringBuilder text)
        {
            for (var row = 0; row <= _rows; row++)
            {
                Rule(text, row);
                if (row == _rows) return;
                for (var line = 0; line < _heights[row]; line++) Fields(text, row, line);
            }
        }

        private static int[] Widths(ImmutableArray<int> columns, int width)
        {
            var free = width - columns.Length - 1;
            return [.. new Kernel.Money(Math.Max(free, columns.Length * 2)).Apportion([.. columns.Select(column => (long)column)]).Select(part => (int)Math.Max(1, part.Fen))];
        }

        private void Rule(StringBuilder text, int row)
        {
            var line = new StringBuilder();
            for (var column = 0; column <= _columns; column++)
            {
                var arms = (Vertical(row - 1, column) ? 1 : 0) | (Vertical(row, column) ? 2 : 0) | (Horizontal(row, column - 1) ? 4 : 0) | (Horizontal(row, column) ? 8 : 0);
                line.Append(Corners[arms]);
                if (column < _columns) line.Append(Horizontal(row, column) ? '─' : ' ', _widths[column]);
            }

            Line(text, line.ToString());
        }

        private void Fields(StringBuilder text, int row, int line)
        {
            var fields = new StringBuilder("│");
            for (var column = 0; column < _columns; column += _owner[row, column].Cell.Columns)
            {
                var placed = _owner[row, column];
                var at = Enumerable.Range(placed.Row, row - placed.Row).Sum(r => _heights[r]) + line;
                fields.Append(TextWidth.Pad(at < placed.Lines.Count ? placed.Lines[at] : "", placed.Inner, placed.Cell is { Kind: CellKind.Number, Centred: false } ? CellKind.Number : CellKind.Text, placed.Cell.Left)).Append('│');
            }

            Line(text, fields.ToString());
        }

        private bool Vertical(int row, int column) => row >= 0 && row < _rows && (column == 0 || column == _columns || !ReferenceEquals(_owner[row, column - 1], _owner[row, column]));

        private bool Horizontal(int row, int column) => column >= 0 && column < _columns && (row == 0 || row == _rows || !ReferenceEquals(_owner[row - 1, column], _owner[row, column]));

        private sealed record Placed(Cell Cell, int Row, int Column, int Inner, IReadOnlyList<string> Lines);
    }
}
