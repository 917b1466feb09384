using System.Globalization;
using Yibao.Filing.Uploads;
using Yibao.Kernel.Data;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Registry;

/// <summary>A file of registry changes, read against the registry it is to extend.</summary>
public static class RegistryFile
{
    /// <summary>More changes at once are no update but another country.</summary>
    public const int MostLines = 500;

    private static readonly string[] Columns = ["since", "code", "change", "note"];

    /// <summary>What is wrong, line by line; empty when the file may be taken.</summary>
    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>: no such table at all.</exception>
    public static (int Lines, IReadOnlyList<BadLine> Bad) Read(string text, NodeRegistry before, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(before);
        string[] lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r'))];
        if (!lines[0].Split(',').SequenceEqual(Columns)) throw SystemErrors.FieldInvalid.With("表头", $"应为 {string.Join(',', Columns)}").AsException();
        var count = Rows(text);
        if (count == 0) throw SystemErrors.FieldInvalid.With("文件", "没有数据行").AsException();
        if (count > MostLines) throw SystemErrors.FieldInvalid.With("文件", $"超过 {MostLines} 行，请分开提交").AsException();

        var bad = new List<BadLine>();
        for (var i = 1; i < lines.Length; i++)
        {
            // A message under way was routed by the version in force: nobody rewrites it.
            if (!IsRow(lines[i]) || !DateTimeOffset.TryParse(lines[i].Split(',')[0], CultureInfo.InvariantCulture, DateTimeStyles.None, out var since) || since > now) continue;
            Wrong(i, PlaceErrors.RegistryChangePast.With(lines[i].Split(',')[0]));
        }

        while (true)
        {
            try
            {
                _ = before.With(string.Join('\n', lines));
                return (count, [.. bad.OrderBy(line => line.Number)]);
            }
            catch (WrongRowException wrong)
            {
                Wrong(wrong.Line - 1, SystemErrors.FieldInvalid.With("节点变更", wrong.Why));
            }
        }

        void Wrong(int index, Error error)
        {
            bad.Add(new BadLine(index + 1, error.Code, error.Message));
            lines[index] = "";
        }
    }

    /// <summary>How many changes a file holds, right or wrong.</summary>
    public static int Rows(string text) => text.Split('\n').Skip(1).Count(line => IsRow(line.TrimEnd('\r')));

    private static bool IsRow(string line) => line.Length > 0 && line[0] != '#';
}
