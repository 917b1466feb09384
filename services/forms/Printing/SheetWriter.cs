using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Yibao.Forms.Printing;

/// <summary>One form on one sheet. Text cells are strings whatever they begin with: nothing is ever read as a formula.</summary>
internal sealed class SheetWriter
{
    private const decimal MillimetresPerCharacter = 1.95m;
    private const decimal PointsPerLine = 15m;

    private readonly Form _form;
    private readonly int _columns;
    private readonly SheetData _data = new();
    private readonly MergeCells _merges = new();
    private uint _row;

    private SheetWriter(Form form) => (_form, _columns) = (form, form.Columns.Length);

    public static Worksheet Write(Form form) => new SheetWriter(form).Write();

    private Worksheet Write()
    {
        foreach (var stamp in _form.Stamps) Across($"{stamp.Word}　{stamp.Detail}", Styles.MarkLine, 1);
        Across(_form.Title, Styles.Title, 1.7m * (_form.Title.Count(c => c == '\n') + 1));
        foreach (var part in _form.Parts) Write(part);
        Across(_form.Identity.ToString(), Styles.Small, 1);

        var columns = new Columns();
        for (var i = 0; i < _columns; i++)
            columns.AppendChild(new Column { Min = (uint)(i + 1), Max = (uint)(i + 1), Width = Number(_form.Columns[i] / MillimetresPerCharacter), CustomWidth = true });

        var sheet = new Worksheet();
        sheet.AppendChild(new SheetProperties { PageSetupProperties = new PageSetupProperties { FitToPage = true } });
        sheet.AppendChild(new SheetViews(new SheetView { ShowGridLines = false, WorkbookViewId = 0 }));
        sheet.AppendChild(columns);
        sheet.AppendChild(_data);
        if (_merges.HasChildren) sheet.AppendChild(_merges);
        sheet.AppendChild(new PrintOptions { HorizontalCentered = true });
        sheet.AppendChild(new PageMargins { Left = Number(0.47m), Right = Number(0.47m), Top = Number(0.47m), Bottom = Number(0.47m), Header = Number(0.2m), Footer = Number(0.2m) });
        sheet.AppendChild(new PageSetup { PaperSize = _form.Paper switch { Paper.A4 => 9u, Paper.A3 => 8u }, FitToWidth = 1, FitToHeight = 0, Orientation = _form.Landscape ? OrientationValues.Landscape : OrientationValues.Portrait });
        return sheet;
    }

    private void Write(Part part)
    {
        switch (part)
        {
            case Part.Line line:
                TwoSided(line.Left, line.Right);
                break;
            case Part.Heading heading:
                Across(heading.Text, Styles.Heading, 1.3m);
                break;
            case Part.Paragraph paragraph:
                var text = (paragraph.Indent ? "　　" : "") + string.Concat(paragraph.Runs.Select(run => run is { Blank: true, Text.Length: 0 } ? "____________" : run.Text));
                Across(text, paragraph.Right ? Styles.Right : Styles.Left, Lines(text, _form.Columns.Sum()));
                break;
            case Part.Grid grid:
                Table(grid);
                break;
            case Part.Notes notes:
                foreach (var note in notes.Lines) Across(note, Styles.Small, Lines(note, _form.Columns.Sum() * 5 / 4) * 0.8m);
                break;
            case Part.Seal seal:
                Across("", Styles.Plain, 1);
                Across(seal.Unit, Styles.Right, 1);
                Across(seal.DateLabel + Words.Day(seal.Date), Styles.Right, 1);
                break;
        }
    }

    private void Table(Part.Grid grid)
    {
        var first = _row + 1;
        var rows = grid.Rows.Select(_ => NextRow()).ToArray();
        var cells = new Cell?[rows.Length, _columns];
        var styles = new uint[rows.Length, _columns];
        var lines = new decimal[rows.Length];
        foreach (var (cell, row, column) in GridLayout.Place(grid, _columns))
        {
            for (var r = row; r < row + cell.Rows; r++)
            {
                for (var c = column; c < column + cell.Columns; c++) styles[r, c] = StyleOf(cell);
            }

            cells[row, column] = cell;
            if (cell.Rows == 1) lines[row] = Math.Max(lines[row], Lines(cell.Printed, _form.Columns.AsSpan().Slice(column, cell.Columns).ToArray().Sum()));
            Merge(first + (uint)row, column, cell.Rows, cell.Columns);
        }

        for (var r = 0; r < rows.Length; r++)
        {
            // Every cell of a merged block gets the border, or spreadsheets draw half of it.
            for (var c = 0; c < _columns; c++) rows[r].AppendChild(Filled(first + (uint)r, c, styles[r, c], cells[r, c]));
            Height(rows[r], Math.Max((lines[r] * PointsPerLine) + 4m, grid.Rows[r].MinHeight * 2.835m));
        }
    }

    /// <summary>How many lines a text takes at this width: a Chinese character is about 3.7 mm wide.</summary>
    private static decimal Lines(string text, int millimetres) => text.Split('\n').Sum(line => Math.Max(1m, Math.Ceiling(line.Sum(c => c > 0xff ? 3.7m : 1.9m) / Math.Max(8, millimetres - 3))));

    private static uint StyleOf(Cell cell) => (cell.Kind, cell.Strong) switch
    {
        (CellKind.Label, false) => Styles.Label,
        (CellKind.Label, true) => Styles.StrongLabel,
        (CellKind.Text, false) => cell.Left ? Styles.LeftText : Styles.Text,
        (CellKind.Text, true) => Styles.StrongText,
        (CellKind.Number, false) => cell.Centred ? Styles.Whole : Styles.Amount,
        (CellKind.Number, true) => Styles.StrongAmount,
    };

    private void Across(string text, uint style, decimal lines)
    {
        var row = NextRow();
        row.AppendChild(Filled(_row, 0, style, text.Length == 0 ? null : Cell.Text(text)));
        Merge(_row, 0, 1, _columns);
        Height(row, (lines * PointsPerLine) + 3m);
    }

    private void TwoSided(string left, string right)
    {
        var row = NextRow();
        var middle = Math.Max(1, _columns / 2);
        row.AppendChild(Filled(_row, 0, Styles.Left, Cell.Text(left)));
        Merge(_row, 0, 1, right.Length == 0 ? _columns : middle);
        if (right.Length == 0 || middle == _columns) return;
        row.AppendChild(Filled(_row, middle, Styles.Right, Cell.Text(right)));
        Merge(_row, middle, 1, _columns - middle);
    }

    private DocumentFormat.OpenXml.Spreadsheet.Row NextRow() => _data.AppendChild(new DocumentFormat.OpenXml.Spreadsheet.Row { RowIndex = ++_row });

    private static void Height(DocumentFormat.OpenXml.Spreadsheet.Row row, decimal points)
    {
        row.Height = Number(Math.Min(points, 400m));
        row.CustomHeight = true;
    }

    private void Merge(uint row, int column, int rows, int columns)
    {
        if (rows == 1 && columns == 1) return;
        _merges.AppendChild(new MergeCell { Reference = $"{Name(row, column)}:{Name(row + (uint)rows - 1, column + columns - 1)}" });
    }

    private static DocumentFormat.OpenXml.Spreadsheet.Cell Filled(uint row, int column, uint style, Cell? cell)
    {
        var filled = new DocumentFormat.OpenXml.Spreadsheet.Cell { CellReference = Name(row, column), StyleIndex = style };
        if (cell?.Value is { } value)
        {
            filled.CellValue = new CellValue(value.ToString(CultureInfo.InvariantCulture));
        }
        else if (cell is { Printed.Length: > 0 })
        {
            filled.DataType = CellValues.InlineString;
            filled.InlineString = new InlineString(new Text(Words.Printable(cell.Printed)) { Space = SpaceProcessingModeValues.Preserve });
        }

        return filled;
    }

    /// <summary>A1 notation; column 0 is A.</summary>
    private static string Name(uint row, int column)
    {
        var letters = "";
        for (var c = column + 1; c > 0; c = (c - 1) / 26) letters = (char)('A' + ((c - 1) % 26)) + letters;
        return letters + row.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Widths and heights are doubles in the library; the exact decimal text goes in.</summary>
    private static DoubleValue Number(decimal value) => new() { InnerText = decimal.Round(value, 2).ToString(CultureInfo.InvariantCulture) };
}
