using Npgsql;

namespace Yibao.Hosting.Store;

internal sealed class Rows(NpgsqlDataSource source) : IRows
{
    public async Task<IReadOnlyList<T>> Query<T>(string sql, Func<NpgsqlDataReader, T> map, params object?[] arguments)
    {
        await using var command = Command(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(map(reader));
        return rows;
    }

    public async Task<int> Execute(string sql, params object?[] arguments)
    {
        await using var command = Command(sql, arguments);
        return await command.ExecuteNonQueryAsync();
    }

    private NpgsqlCommand Command(string sql, object?[] arguments)
    {
        var command = source.CreateCommand(sql);
        foreach (var argument in arguments) command.Parameters.Add(new() { Value = Saver.Plain(argument) ?? DBNull.Value });
        return command;
    }
}
