using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Spectre.Console;

namespace Yibao.Cli.Shell;

/// <summary>Where a verb's answer goes: tables and sentences for people, one JSON document for machines. Progress goes to stderr, so that stdout is the answer alone.</summary>
internal sealed class Output(bool json)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private const int WidthOfFiles = 200;
    private readonly IAnsiConsole _out = To(Console.Out, Console.IsOutputRedirected);
    private readonly IAnsiConsole _err = To(Console.Error, Console.IsErrorRedirected);

    public bool IsJson { get; } = json;

    /// <summary>One answer: as JSON, or as whatever the verb prints for people.</summary>
    public void Answer<T>(T answer, Action<IAnsiConsole> print)
    {
        if (IsJson) Console.Out.WriteLine(JsonSerializer.Serialize(answer, Format));
        else print(_out);
    }

    /// <summary>Rows: as a JSON array, or as a table with a heading. <paramref name="empty"/> is said when there are none.</summary>
    public void Rows<T>(string title, IReadOnlyList<T> rows, string empty, params IReadOnlyList<Column<T>> columns) => Answer(rows, console =>
    {
        if (rows.Count == 0) console.MarkupLineInterpolated($"{empty}");
        else console.Write(TableOf(title, rows, columns));
    });

    public static Table TableOf<T>(string title, IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
    {
        var table = new Table { Border = TableBorder.Rounded };
        if (title.Length > 0) table.Title = new TableTitle(Markup.Escape(title));
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column.Header)) { Alignment = column.Right ? Justify.Right : Justify.Left, NoWrap = column.Right });
        foreach (var row in rows) table.AddRow([.. columns.Select(column => new Text(Convert.ToString(column.Value(row), CultureInfo.InvariantCulture) ?? ""))]);
        return table;
    }

    /// <summary>A sentence for people; nothing under --json.</summary>
    public void Say(string sentence)
    {
        if (!IsJson) _out.WriteLine(sentence);
    }

    /// <summary>Tables and rules on the way, for people; nothing under --json.</summary>
    public void Show(Action<IAnsiConsole> print)
    {
        if (!IsJson) print(_out);
    }

    private static IAnsiConsole To(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A log is no terminal of eighty columns.
        if (redirected) console.Profile.Width = WidthOfFiles;
        return console;
    }

    /// <summary>What is going on now, on stderr.</summary>
    public void Progress(string sentence) => _err.MarkupLineInterpolated($"[grey]{sentence}[/]");
}

/// <summary>One column of a table.</summary>
internal sealed record Column<T>(string Header, Func<T, object?> Value, bool Right = false);
