using System.Text;

namespace Yibao.Kernel.Data;

/// <summary>A small table of reference data: CSV text with a header row. Errors name the table and the line.</summary>
internal sealed class ReferenceTable
{
    private readonly string _name;
    private readonly IReadOnlyList<string> _columns;

    private ReferenceTable(string name, IReadOnlyList<string> columns) => (_name, _columns) = (name, columns);

    public static string Embedded(string name)
    {
        using var stream = typeof(ReferenceTable).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly carries no '{name}'.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <exception cref="FormatException">A row has more or fewer fields than the header, or a quote is not closed.</exception>
    public static IReadOnlyList<Row> Parse(string name, string text)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        if (lines.Count == 0 || lines[0].Length == 0) throw new FormatException($"{name}: the header row is missing.");
        var table = new ReferenceTable(name, Fields(name, 1, lines[0]));
        return [.. lines.Select((line, index) => (line, number: index + 1)).Skip(1).Where(entry => entry.line.Length > 0 && entry.line[0] != '#').Select(entry => table.Read(entry.number, entry.line))];
    }

    private Row Read(int number, string line)
    {
        var fields = Fields(_name, number, line);
        return fields.Count == _columns.Count ? new Row(this, number, fields) : throw new WrongRowException(_name, number, $"{fields.Count} fields where the header has {_columns.Count}.");
    }

    private static List<string> Fields(string name, int number, string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (quoted && line[i] == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (line[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        if (quoted) throw new WrongRowException(name, number, "a quote is not closed.");
        fields.Add(field.ToString());
        return fields;
    }

    internal sealed record Row(ReferenceTable Table, int Number, IReadOnlyList<string> Fields)
    {
        public string this[string column] => Table._columns.Index().Where(entry => entry.Item == column).Select(entry => Fields[entry.Index]).FirstOrDefault()
            ?? throw new FormatException($"{Table._name}: the column '{column}' is missing.");

        public FormatException Wrong(string why) => new WrongRowException(Table._name, Number, why);
    }
}

/// <summary>One row of reference data is wrong.</summary>
/// <param name="table">Its file.</param>
/// <param name="line">As an editor counts: the header is line 1.</param>
/// <param name="why">What is wrong with it, without its place.</param>
public sealed class WrongRowException(string table, int line, string why) : FormatException($"{table} line {line}: {why}")
{
    public int Line { get; } = line;

    public string Why { get; } = why;
}
