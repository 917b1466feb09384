using System.Globalization;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;

namespace Yibao.Forms.Tests;

/// <summary>Opens a workbook as a spreadsheet program would and reads its cells.</summary>
internal sealed class Sheet
{
    private readonly Dictionary<string, DocumentFormat.OpenXml.Spreadsheet.Cell> _cells;

    private Sheet(IEnumerable<DocumentFormat.OpenXml.Spreadsheet.Cell> cells, IReadOnlyList<string> merged, uint rows)
    {
        _cells = cells.ToDictionary(cell => cell.CellReference!.Value!);
        (Merged, Rows) = (merged, rows);
    }

    public IReadOnlyList<string> Merged { get; }

    public uint Rows { get; }

    public static Sheet Open(byte[] workbook, int index = 0)
    {
        using var document = SpreadsheetDocument.Open(new MemoryStream(workbook), isEditable: false);
        new OpenXmlValidator().Validate(document).Select(error => $"{error.Path?.XPath}: {error.Description}").ShouldBeEmpty();
        var sheet = document.WorkbookPart!.Workbook!.Sheets!.Elements<DocumentFormat.OpenXml.Spreadsheet.Sheet>().ElementAt(index);
        var part = (WorksheetPart)document.WorkbookPart.GetPartById(sheet.Id!.Value!);
        return new Sheet(
            part.Worksheet!.Descendants<DocumentFormat.OpenXml.Spreadsheet.Cell>().ToList(),
            [.. part.Worksheet.Descendants<MergeCell>().Select(merge => merge.Reference!.Value!)],
            part.Worksheet.Descendants<DocumentFormat.OpenXml.Spreadsheet.Row>().Max(row => row.RowIndex!.Value));
    }

    public static IReadOnlyList<string> Names(byte[] workbook)
    {
        using var document = SpreadsheetDocument.Open(new MemoryStream(workbook), isEditable: false);
        return [.. document.WorkbookPart!.Workbook!.Sheets!.Elements<DocumentFormat.OpenXml.Spreadsheet.Sheet>().Select(sheet => sheet.Name!.Value!)];
    }

    /// <summary>The first cell after the one that holds this label, in the same row, that is filled.</summary>
    public DocumentFormat.OpenXml.Spreadsheet.Cell After(string label)
    {
        var at = _cells.Values.Single(cell => TextOf(cell) == label).CellReference!.Value!;
        var row = new string([.. at.Where(char.IsAsciiDigit)]);
        return _cells.Values.Where(cell => cell.CellReference!.Value!.TrimStart([.. "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]) == row)
            .SkipWhile(cell => cell.CellReference!.Value != at).Skip(1).First(cell => cell.CellValue is not null || cell.InlineString is not null);
    }

    /// <summary>A real number, as the sheet stores it.</summary>
    public decimal Number(string label)
    {
        var cell = After(label);
        cell.DataType.ShouldBeNull($"'{label}' must be a number, not text");
        return decimal.Parse(cell.CellValue!.Text, CultureInfo.InvariantCulture);
    }

    public IEnumerable<string> Texts => _cells.Values.Select(TextOf).OfType<string>();

    public bool HasFormula => _cells.Values.Any(cell => cell.CellFormula is not null);

    private static string? TextOf(DocumentFormat.OpenXml.Spreadsheet.Cell cell) => cell.InlineString?.InnerText;
}
