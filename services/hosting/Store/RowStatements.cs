using Npgsql;

namespace Yibao.Hosting.Store;

/// <summary>
/// The rows of one transaction in as few statements as keep their order: what changes the same row keeps its order, and a statement that says
/// nothing of its row is passed by none.
/// </summary>
internal sealed class RowStatements
{
    private readonly List<(string Sql, bool Many, List<RowCommand> Rows)> _statements = [];
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lastOf = new(StringComparer.Ordinal);

    public void Add(RowCommand command)
    {
        if (command.Row is not { } row)
        {
            _statements.Add((command.Sql, false, [command]));
            _open.Clear();
            return;
        }

        if (!_open.TryGetValue(command.Sql, out var at) || (_lastOf.TryGetValue(row, out var last) && last >= at))
        {
            at = _open[command.Sql] = _statements.Count;
            _statements.Add((command.Sql, true, []));
        }

        _statements[at].Rows.Add(command);
        _lastOf[row] = at;
    }

    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        foreach (var (sql, many, rows) in _statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            if (many)
            {
                // Key order: two transactions that touch the same rows never wait for each other crosswise.
                rows.Sort(static (one, other) => string.CompareOrdinal(one.Row, other.Row));
                for (var i = 0; i < rows[0].Arguments.Count; i++) command.Parameters.Add(new() { Value = Column(rows, i) });
            }
            else
            {
                foreach (var argument in rows[0].Arguments) command.Parameters.Add(new() { Value = Saver.Plain(argument) ?? DBNull.Value });
            }

            yield return command;
        }
    }

    private static Array Column(List<RowCommand> rows, int index)
    {
        var values = rows.ConvertAll(row => Saver.Plain(row.Arguments[index]));
        // A column of nothing but nulls is of any type: the statement says which.
        var type = values.Find(static value => value is not null)?.GetType() ?? typeof(string);
        var column = Array.CreateInstance(type.IsValueType && values.Contains(null) ? typeof(Nullable<>).MakeGenericType(type) : type, values.Count);
        for (var i = 0; i < values.Count; i++) column.SetValue(values[i], i);
        return column;
    }
}
