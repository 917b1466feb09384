using System.Globalization;
using System.IO.Compression;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Yibao.Forms.Printing;

/// <summary>Renders forms to an .xlsx workbook, one sheet each: real numbers, merged cells, A4. The same form gives the same bytes.</summary>
public static class FormWorkbook
{
    /// <summary>Content type for downloads.</summary>
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static byte[] Render(Form form) => Render([form]);

    /// <param name="forms">One sheet each, named by annex or form code.</param>
    public static byte[] Render(IReadOnlyList<Form> forms)
    {
        ArgumentOutOfRangeException.ThrowIfZero(forms.Count);
        using var stream = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook))
        {
            var book = document.AddWorkbookPart();
            document.ChangeIdOfPart(book, "workbook"); // the library's own ids are random
            book.Workbook = new Workbook(new Sheets());
            book.AddNewPart<WorkbookStylesPart>("styles").Stylesheet = Styles.Sheet();
            var names = SheetNames(forms);
            for (var i = 0; i < forms.Count; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"sheet{i + 1}");
                book.AddNewPart<WorksheetPart>(id).Worksheet = SheetWriter.Write(forms[i]);
                book.Workbook.Sheets!.AppendChild(new Sheet { Id = id, SheetId = (uint)(i + 1), Name = names[i] });
            }
        }

        return WithFixedTimes(stream.ToArray());
    }

    /// <summary>A zip archive stamps the time of writing on every entry; a document that is sealed must not change by being made again.</summary>
    private static byte[] WithFixedTimes(byte[] archive)
    {
        using var result = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(archive), ZipArchiveMode.Read))
        using (var to = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries.OrderBy(entry => entry.FullName == "[Content_Types].xml" ? 0 : 1).ThenBy(entry => entry.FullName, StringComparer.Ordinal))
            {
                var copy = to.CreateEntry(entry.FullName, CompressionLevel.Optimal);
                copy.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var source = entry.Open();
                using var target = copy.Open();
                source.CopyTo(target);
            }
        }

        return result.ToArray();
    }

    private static List<string> SheetNames(IReadOnlyList<Form> forms)
    {
        var names = new List<string>();
        foreach (var form in forms)
        {
            var name = new string([.. Words.Printable(form.Identity.Annex).Where(c => !@"[]:*?/\'".Contains(c, StringComparison.Ordinal)).Take(24)]);
            if (name.Length == 0) name = form.Identity.Code;
            var free = name;
            for (var n = 2; names.Contains(free, StringComparer.OrdinalIgnoreCase); n++) free = string.Create(CultureInfo.InvariantCulture, $"{name} ({n})");
            names.Add(free);
        }

        return names;
    }
}
