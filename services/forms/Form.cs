using System.Collections.Immutable;
using System.Globalization;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Forms;

/// <summary>
/// A form ready to be printed (表证单书): data only. <see cref="Printing.FormHtml"/> and <see cref="Printing.FormWorkbook"/> render the same
/// form to the same bytes every time, so a sealed notice can be printed again and compared (FRM-002).
/// </summary>
/// <param name="Identity">Which form, whose, for which period.</param>
/// <param name="Title">Printed title; a line break splits it as the seed does.</param>
/// <param name="Columns">Widths of the common grid in millimetres; every table's spans add up to their number.</param>
/// <param name="Parts">What is printed, from top to bottom.</param>
public sealed record Form(FormIdentity Identity, string Title, ImmutableArray<int> Columns, ImmutableArray<Part> Parts)
{
    /// <summary>横向.</summary>
    public bool Landscape { get; init; }

    /// <summary>A4 unless the table is too wide to be read on it.</summary>
    public Paper Paper { get; init; }

    /// <summary>补打, 作废: what distinguishes this print from the original.</summary>
    public ImmutableArray<Stamp> Stamps { get; init; } = [];

    /// <summary>A reprint (FRM-039).</summary>
    /// <param name="copy">1 for the first reprint.</param>
    /// <param name="at">When it is printed.</param>
    public Form AsCopy(int copy, DateTimeOffset at) => this with { Stamps = Stamps.Add(new Stamp("补打", string.Create(CultureInfo.InvariantCulture, $"第{copy}次 {at.InBeijing():yyyy-MM-dd HH:mm}"))) };

    /// <summary>The document of something that was withdrawn (FRM-039).</summary>
    /// <param name="reversal">Number of the reversal or refund.</param>
    public Form AsVoid(string reversal) => this with { Stamps = Stamps.Add(new Stamp("作废", $"冲正单号 {reversal}")) };
}

/// <summary>What every form carries beside the seed's own text: printed small at the foot.</summary>
/// <param name="Code">Our name of the form, e.g. <c>F-HB-13</c>.</param>
/// <param name="Annex">The seed's name, e.g. 附件13.</param>
/// <param name="Number">Number of this document.</param>
/// <param name="Node">The agency or pooling area that issues it.</param>
public sealed record FormIdentity(string Code, string Annex, string Number, AdminDivision Node)
{
    /// <summary>清算期号 or the prefund year.</summary>
    public string? Period { get; init; }

    /// <summary>Hash of the frozen data it was made from.</summary>
    public string? DataHash { get; init; }

    public override string ToString() => string.Join("　", new[] { Annex, $"单号 {Number}", $"区划 {Node}", Period is null ? null : $"期号 {Period}", DataHash is null ? null : $"校验 {DataHash}" }.OfType<string>());
}

/// <summary>Sheet size.</summary>
public enum Paper
{
    A4,
    /// <summary>For the matrices of all cities (Annexes 14 and 17).</summary>
    A3,
}

/// <summary>A stamp across the corner: 补打, 作废.</summary>
public sealed record Stamp(string Word, string Detail);

/// <summary>A piece of a form.</summary>
public abstract record Part
{
    private Part() { }

    /// <summary>A line with something at the left and something at the right: 清算月份 … 单位.</summary>
    public sealed record Line(string Left, string Right = "") : Part;

    /// <summary>A smaller heading, centred: the name of a table inside a notice.</summary>
    public sealed record Heading(string Text) : Part;

    /// <summary>Running text, filled blanks underlined.</summary>
    public sealed record Paragraph(ImmutableArray<Run> Runs) : Part
    {
        /// <summary>First line indented by two characters.</summary>
        public bool Indent { get; init; }

        /// <summary>At the right edge: signature and seal lines.</summary>
        public bool Right { get; init; }
    }

    /// <summary>A table; cells may span columns and rows.</summary>
    public sealed record Grid(ImmutableArray<Row> Rows) : Part;

    /// <summary>Notes (注), one a line, small.</summary>
    public sealed record Notes(ImmutableArray<string> Lines) : Part;

    /// <summary>签章单位 and date, at the right: the date starts the notice's clock (FRM-002).</summary>
    public sealed record Seal(string Unit, DateOnly? Date) : Part
    {
        /// <summary>Printed before the date where the seed has one: 日期：.</summary>
        public string DateLabel { get; init; } = "";
    }
}

/// <summary>Text of a paragraph; a filled blank is underlined, an empty one is a rule to write on.</summary>
public readonly record struct Run(string Text, bool Blank)
{
    public static implicit operator Run(string text) => new(text, Blank: false);
}

/// <summary>A row of a table.</summary>
public sealed record Row(ImmutableArray<Cell> Cells)
{
    /// <summary>Taller than a line of text, in millimetres: room for a signature or a long answer.</summary>
    public int MinHeight { get; init; }
}

/// <summary>What a cell is for.</summary>
public enum CellKind
{
    /// <summary>Printed label of the form.</summary>
    Label,
    /// <summary>Filled in, text.</summary>
    Text,
    /// <summary>Filled in, a number: right-aligned, a real number in the workbook.</summary>
    Number,
}
