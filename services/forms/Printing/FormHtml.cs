using System.Globalization;
using System.Net;
using System.Text;

namespace Yibao.Forms.Printing;

/// <summary>Renders forms to one printable page of HTML: A4, no script, no external resource, every text encoded.</summary>
public static class FormHtml
{
    private const string Style = """
        html{background:#fff;color:#000}
        body{margin:0;font:10.5pt/1.42 "FangSong","STFangsong","SimSun","Songti SC","Noto Serif CJK SC","Source Han Serif SC","Noto Sans CJK SC",serif}
        section{position:relative;box-sizing:border-box;break-after:page}
        section:last-child{break-after:auto}
        h1{font:700 16pt/1.4 "SimHei","Heiti SC","Noto Sans CJK SC","Source Han Sans SC",sans-serif;text-align:center;margin:0 0 4mm;white-space:pre-line}
        section.stamped h1{margin-bottom:8mm}
        h2{font-size:12pt;text-align:center;margin:3mm 0 1.5mm;break-after:avoid}
        p{margin:1.5mm 0;white-space:pre-wrap;text-align:justify}
        p.indent{text-indent:2em}
        p.right{text-align:right}
        .line{display:flex;justify-content:space-between;margin:1mm 0}
        table{border-collapse:collapse;width:100%;table-layout:fixed;margin:1mm 0}
        td,th{border:.3mm solid #000;padding:.2em .32em;height:1.45em;text-align:center;vertical-align:middle;font-weight:400;overflow-wrap:anywhere;white-space:pre-line}
        th{background:#f4f4f4}
        td.left{text-align:left}
        td.number{text-align:right;white-space:nowrap;overflow-wrap:normal;font-variant-numeric:tabular-nums;font-family:"Times New Roman","Liberation Serif","Noto Serif CJK SC",serif}
        td.strong,th.strong{font-weight:700}
        tr{break-inside:avoid}
        thead{display:table-header-group}
        .notes{font-size:9pt;margin:1.5mm 0;break-inside:avoid}
        .notes div{white-space:pre-wrap}
        .seal{margin:8mm 8mm 0 auto;width:fit-content;text-align:center}
        u{text-decoration:none;border-bottom:.3mm solid #000;padding:0 .5em}
        footer{break-inside:avoid;break-before:avoid;font-size:7.5pt;color:#444;margin-top:4mm;border-top:.2mm solid #999;padding-top:1mm}
        .mark{position:absolute;top:0;right:0;border:.6mm solid #b00;color:#b00;padding:1mm 3mm;text-align:center;font-weight:700;font-size:14pt;line-height:1.2}
        .mark small{display:block;font-size:8pt;font-weight:400}
        .mark+.mark{right:auto;left:0}
        section.void::after{content:"作废";position:absolute;inset:0;display:flex;align-items:center;justify-content:center;font-size:110pt;color:#b00;opacity:.12;transform:rotate(-24deg);pointer-events:none}
        @media screen{html{background:#ddd}section{background:#fff;margin:6mm auto;padding:12mm;width:210mm;min-height:297mm;box-shadow:0 0 2mm #999}.mark{top:4mm;right:4mm}.mark+.mark{left:4mm}section.landscape{width:297mm;min-height:210mm}section.a3-portrait{width:297mm;min-height:420mm}section.a3-landscape{width:420mm;min-height:297mm}}
        @page{size:A4 portrait;margin:12mm}
        @page landscape{size:A4 landscape;margin:12mm}
        @page a3-portrait{size:A3 portrait;margin:12mm}
        @page a3-landscape{size:A3 landscape;margin:12mm}
        section.landscape{page:landscape}
        section.a3-portrait{page:a3-portrait}
        section.a3-landscape{page:a3-landscape}
        """;

    public static string Render(Form form) => Render([form]);

    /// <summary>Several forms in one print, each on its own page.</summary>
    public static string Render(IReadOnlyList<Form> forms)
    {
        ArgumentOutOfRangeException.ThrowIfZero(forms.Count);
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Encode(forms[0].Title.Replace('\n', ' ').Trim())}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        foreach (var form in forms) Section(html, form);
        return html.Append("</body>\n</html>\n").ToString().ReplaceLineEndings("\n");
    }

    private static void Section(StringBuilder html, Form form)
    {
        var classes = string.Join(' ', new[] { Layout(form), form.Stamps.IsEmpty ? null : "stamped", form.Stamps.Any(stamp => stamp.Word == "作废") ? "void" : null }.OfType<string>());
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"{classes}\"{Scaled(form)}>\n");
        foreach (var stamp in form.Stamps) html.Append(CultureInfo.InvariantCulture, $"<div class=\"mark\">{Encode(stamp.Word)}<small>{Encode(stamp.Detail)}</small></div>\n");
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Encode(form.Title)}</h1>\n");
        foreach (var part in form.Parts) Write(html, form, part);
        html.Append(CultureInfo.InvariantCulture, $"<footer>{Encode(form.Identity.ToString())}</footer>\n</section>\n");
    }

    /// <summary>The grid's millimetres hold at the normal size; a wider grid is shrunk as a whole, so that an amount never breaks in the middle.</summary>
    private static string Scaled(Form form)
    {
        var sheet = (form.Paper, form.Landscape) switch { (Paper.A4, false) => 186m, (Paper.A4, true) => 273m, (Paper.A3, false) => 273m, (Paper.A3, true) => 396m };
        var width = form.Columns.Sum();
        return width <= sheet ? "" : string.Create(CultureInfo.InvariantCulture, $" style=\"font-size:{Math.Max(5m, 10.5m * sheet / width):0.#}pt\"");
    }

    private static string Layout(Form form) => (form.Paper, form.Landscape) switch
    {
        (Paper.A4, false) => "portrait",
        (Paper.A4, true) => "landscape",
        (Paper.A3, false) => "a3-portrait",
        (Paper.A3, true) => "a3-landscape",
    };

    private static void Write(StringBuilder html, Form form, Part part)
    {
        switch (part)
        {
            case Part.Line line:
                html.Append(CultureInfo.InvariantCulture, $"<div class=\"line\"><span>{Encode(line.Left)}</span><span>{Encode(line.Right)}</span></div>\n");
                break;
            case Part.Heading heading:
                html.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(heading.Text)}</h2>\n");
                break;
            case Part.Paragraph paragraph:
                var layout = paragraph.Right ? " class=\"right\"" : paragraph.Indent ? " class=\"indent\"" : "";
                html.Append(CultureInfo.InvariantCulture, $"<p{layout}>{string.Concat(paragraph.Runs.Select(Write))}</p>\n");
                break;
            case Part.Grid grid:
                Table(html, form, grid);
                break;
            case Part.Notes notes:
                html.Append(CultureInfo.InvariantCulture, $"<div class=\"notes\">{string.Concat(notes.Lines.Select(line => $"<div>{Encode(line)}</div>"))}</div>\n");
                break;
            case Part.Seal seal:
                html.Append(CultureInfo.InvariantCulture, $"<div class=\"seal\">{Encode(seal.Unit)}<br>{Encode(seal.DateLabel + Words.Day(seal.Date))}</div>\n");
                break;
        }
    }

    private static void Table(StringBuilder html, Form form, Part.Grid grid)
    {
        GridLayout.Place(grid, form.Columns.Length);
        decimal width = form.Columns.Sum();
        html.Append("<table>\n<colgroup>");
        foreach (var column in form.Columns) html.Append(CultureInfo.InvariantCulture, $"<col style=\"width:{column / width * 100m:0.###}%\">");
        html.Append("</colgroup>\n");
        // Header rows repeat on every page of a long table.
        var head = grid.Rows.TakeWhile(row => row.Cells.All(cell => cell.Kind == CellKind.Label)).Count();
        if (head == grid.Rows.Length) head = 0;
        for (var i = 0; i < grid.Rows.Length; i++)
        {
            if (i == 0) html.Append(head > 0 ? "<thead>\n" : "<tbody>\n");
            if (i == head && head > 0) html.Append("</thead>\n<tbody>\n");
            html.Append(grid.Rows[i].MinHeight > 0 ? string.Create(CultureInfo.InvariantCulture, $"<tr style=\"height:{grid.Rows[i].MinHeight}mm\">") : "<tr>");
            foreach (var cell in grid.Rows[i].Cells) Write(html, cell);
            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n");
    }

    private static void Write(StringBuilder html, Cell cell)
    {
        var tag = cell.Kind == CellKind.Label ? "th" : "td";
        var classes = string.Join(' ', new[] { cell.Left ? "left" : null, cell is { Kind: CellKind.Number, Centred: false } ? "number" : null, cell.Strong ? "strong" : null }.OfType<string>());
        html.Append(CultureInfo.InvariantCulture, $"<{tag}");
        if (classes.Length > 0) html.Append(CultureInfo.InvariantCulture, $" class=\"{classes}\"");
        if (cell.Columns > 1) html.Append(CultureInfo.InvariantCulture, $" colspan=\"{cell.Columns}\"");
        if (cell.Rows > 1) html.Append(CultureInfo.InvariantCulture, $" rowspan=\"{cell.Rows}\"");
        html.Append(CultureInfo.InvariantCulture, $">{Encode(cell.Printed)}</{tag}>");
    }

    private static string Write(Run run) => run.Blank ? $"<u>{(run.Text.Length == 0 ? "　　　　" : Encode(run.Text))}</u>" : Encode(run.Text);

    private static string Encode(string text) => WebUtility.HtmlEncode(Words.Printable(text));
}
