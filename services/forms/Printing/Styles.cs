using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Yibao.Forms.Printing;

/// <summary>The few cell formats of our workbooks, by index.</summary>
internal static class Styles
{
    public const uint Plain = 0;
    public const uint Title = 1;
    public const uint Left = 2;
    public const uint Right = 3;
    public const uint Label = 4;
    public const uint Text = 5;
    public const uint LeftText = 6;
    public const uint Amount = 7;
    public const uint Whole = 8;
    public const uint StrongLabel = 9;
    public const uint StrongText = 10;
    public const uint StrongAmount = 11;
    public const uint Small = 12;
    public const uint MarkLine = 13;
    public const uint Heading = 14;

    // Built-in number formats: 4 is #,##0.00 and 1 is 0.
    private const uint TwoDecimals = 4;
    private const uint NoDecimals = 1;

    public static Stylesheet Sheet() => new(
        new Fonts(Font(10.5m), Font(16m, bold: true), Font(10.5m, bold: true), Font(8m), Font(12m, bold: true, red: true)) { Count = 5 },
        new Fills(
            new Fill(new PatternFill { PatternType = PatternValues.None }),
            new Fill(new PatternFill { PatternType = PatternValues.Gray125 }),
            new Fill(new PatternFill(new ForegroundColor { Rgb = "FFF4F4F4" }) { PatternType = PatternValues.Solid })) { Count = 3 },
        new Borders(new Border(new LeftBorder(), new RightBorder(), new TopBorder(), new BottomBorder(), new DiagonalBorder()), Boxed()) { Count = 2 },
        new CellStyleFormats(new CellFormat { FontId = 0, FillId = 0, BorderId = 0 }) { Count = 1 },
        new CellFormats(
            Format(0),
            Format(1, HorizontalAlignmentValues.Center),
            Format(0, HorizontalAlignmentValues.Left),
            Format(0, HorizontalAlignmentValues.Right),
            Format(0, HorizontalAlignmentValues.Center, box: true, fill: 2),
            Format(0, HorizontalAlignmentValues.Center, box: true),
            Format(0, HorizontalAlignmentValues.Left, box: true),
            Format(0, HorizontalAlignmentValues.Right, box: true, number: TwoDecimals),
            Format(0, HorizontalAlignmentValues.Center, box: true, number: NoDecimals),
            Format(2, HorizontalAlignmentValues.Center, box: true, fill: 2),
            Format(2, HorizontalAlignmentValues.Center, box: true),
            Format(2, HorizontalAlignmentValues.Right, box: true, number: TwoDecimals),
            Format(3, HorizontalAlignmentValues.Left),
            Format(4, HorizontalAlignmentValues.Right),
            Format(2, HorizontalAlignmentValues.Center)) { Count = 15 });

    private static CellFormat Format(uint font, HorizontalAlignmentValues? horizontal = null, bool box = false, uint fill = 0, uint number = 0) => new()
    {
        FontId = font,
        FillId = fill,
        BorderId = box ? 1u : 0u,
        NumberFormatId = number,
        FormatId = 0,
        ApplyFont = true,
        ApplyFill = fill > 0,
        ApplyBorder = box,
        ApplyNumberFormat = number > 0,
        ApplyAlignment = true,
        Alignment = new Alignment { Horizontal = horizontal ?? HorizontalAlignmentValues.General, Vertical = VerticalAlignmentValues.Center, WrapText = true },
    };

    private static Font Font(decimal size, bool bold = false, bool red = false)
    {
        var font = new Font();
        if (bold) font.AppendChild(new Bold());
        font.AppendChild(new FontSize { Val = new DoubleValue { InnerText = size.ToString(System.Globalization.CultureInfo.InvariantCulture) } });
        if (red) font.AppendChild(new Color { Rgb = "FFBB0000" });
        font.AppendChild(new FontName { Val = "宋体" });
        return font;
    }

    private static Border Boxed() => new(
        new LeftBorder { Style = BorderStyleValues.Thin },
        new RightBorder { Style = BorderStyleValues.Thin },
        new TopBorder { Style = BorderStyleValues.Thin },
        new BottomBorder { Style = BorderStyleValues.Thin },
        new DiagonalBorder());
}
