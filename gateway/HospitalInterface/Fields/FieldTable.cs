using System.Collections.Frozen;
using System.Globalization;

namespace Yibao.HospitalInterface.Fields;

/// <summary>How a field is written on the wire.</summary>
public enum FieldType
{
    /// <summary>字符型.</summary>
    Text,
    /// <summary>数值型.</summary>
    Number,
    /// <summary>日期型 yyyy-MM-dd.</summary>
    Date,
    /// <summary>日期时间型 yyyy-MM-dd HH:mm:ss.</summary>
    DateTime,
    /// <summary>文件内容.</summary>
    Bytes,
}

/// <summary>One row of the interface specification's tables.</summary>
/// <param name="Node">节点, e.g. <c>data</c>, <c>feedetail</c>.</param>
/// <param name="Code">字段编码.</param>
/// <param name="Name">名称: what an error calls the field.</param>
/// <param name="Length">Most characters, or digits of a number; null: not limited.</param>
/// <param name="Scale">Digits behind the point.</param>
/// <param name="FromDictionary">The value comes from a code list (<see cref="CodeLists"/>).</param>
public sealed record Field(string Node, string Code, string Name, FieldType Type, int? Length, int Scale, bool FromDictionary, bool Required);

/// <summary>The field tables of the national interface, as data: a transaction's input and output fields.</summary>
public static class FieldTable
{
    private static readonly FrozenDictionary<(string Infno, string Direction), Field[]> Tables = CsvData.Rows("fields.csv")
        .GroupBy(row => (row[0], row[1]), row => new Field(row[2], row[3], row[4], TypeOf(row[5]),
            row[6].Length == 0 ? null : int.Parse(row[6], CultureInfo.InvariantCulture),
            row[7].Length == 0 ? 0 : int.Parse(row[7], CultureInfo.InvariantCulture), row[8] == "Y", row[9] == "Y"))
        .ToFrozenDictionary(group => group.Key, group => group.DistinctBy(field => (field.Node, field.Code)).ToArray());

    private static readonly FrozenDictionary<string, string> Names = CsvData.Rows("transactions.csv").ToFrozenDictionary(row => row[0], row => row[1]);

    /// <summary>Every transaction with its Chinese name.</summary>
    public static IReadOnlyDictionary<string, string> Transactions => Names;

    public static IReadOnlyList<Field> Input(string infno) => Tables.GetValueOrDefault((infno, "IN"), []);

    public static IReadOnlyList<Field> Output(string infno) => Tables.GetValueOrDefault((infno, "OUT"), []);

    private static FieldType TypeOf(string type) => type switch
    {
        "str" => FieldType.Text,
        "dec" => FieldType.Number,
        "date" => FieldType.Date,
        "datetime" => FieldType.DateTime,
        "bytes" => FieldType.Bytes,
        _ => throw new InvalidDataException($"fields.csv: unknown type '{type}'."),
    };
}
