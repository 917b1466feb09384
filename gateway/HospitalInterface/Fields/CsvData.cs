using System.Reflection;

namespace Yibao.HospitalInterface.Fields;

/// <summary>The embedded tables. Plain CSV without quotes: our own data, checked by a test.</summary>
internal static class CsvData
{
    public static IEnumerable<string[]> Rows(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        var columns = reader.ReadLine()!.Split(',').Length;
        while (reader.ReadLine() is { } line)
        {
            var row = line.Split(',');
            yield return row.Length == columns ? row : throw new InvalidDataException($"{name}: '{line}' has {row.Length} columns, not {columns}.");
        }
    }
}
