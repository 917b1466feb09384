using System.Globalization;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Errors;

namespace Yibao.HospitalInterface.Fields;

/// <summary>Checks a message against the field tables: type, length, presence, dictionary. Every fault names its field in Chinese, never its value.</summary>
public static class Validation
{
    /// <summary>More than this many faults are not listed: the sender has the wrong table in hand.</summary>
    public const int MaxListed = 20;

    /// <exception cref="RefusedException"><c>FIELDS_INVALID</c> with every fault found.</exception>
    public static void Check(InterfaceRequest request)
    {
        if (!FieldTable.Transactions.ContainsKey(request.Infno)) throw InterfaceErrors.UnknownTransaction.With(Printable(request.Infno)).AsException();
        var faults = Faults(request).Take(MaxListed).ToList();
        if (faults.Count > 0) throw InterfaceErrors.Fields.With(faults.Count, string.Join("；", faults)).AsException();
    }

    private static IEnumerable<string> Faults(InterfaceRequest request)
    {
        foreach (var node in FieldTable.Input(request.Infno).GroupBy(field => field.Node))
        {
            var objects = request.Input.All(node.Key);
            if (objects.Count == 0 && IsMain(request.Infno, node.Key)) yield return $"缺少节点 {node.Key}";
            for (var i = 0; i < objects.Count; i++)
            {
                var place = objects.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"第 {i + 1} 行");
                foreach (var field in node)
                {
                    if (Fault(objects[i], field) is { } fault) yield return $"{place}{field.Name}（{field.Code}）{fault}";
                }
            }
        }
    }

    /// <summary>A transaction's first node cannot be left out; the further ones (diagnoses and the like) can.</summary>
    private static bool IsMain(string infno, string node) => FieldTable.Input(infno)[0].Node == node;

    private static string? Fault(InputNode node, Field field)
    {
        // File content comes as Base64 text, as a list of bytes, or beside the message.
        if (field.Type == FieldType.Bytes) return node.Raw(field.Code) is null && field.Required ? "必填" : null;
        if (node.Raw(field.Code) is System.Text.Json.Nodes.JsonObject or System.Text.Json.Nodes.JsonArray && field.Code != "exp_content") return "应为单个值";
        if (node.Text(field.Code) is not { } text) return field.Required && field.Code != "exp_content" ? "必填" : null;
        return field.Type switch
        {
            FieldType.Number => NumberFault(text, field),
            FieldType.Date => node.Date(field.Code) is null ? "应为 yyyy-MM-dd" : null,
            FieldType.DateTime => node.DateTime(field.Code) is null ? "应为 yyyy-MM-dd HH:mm:ss" : null,
            FieldType.Text when field.Length is { } length && text.Length > length => $"超过 {length} 个字符",
            FieldType.Text when field.FromDictionary && CodeLists.Has(field.Code) && CodeLists.Name(field.Code, text) is null => "不在字典中",
            _ => null,
        };
    }

    private static string? NumberFault(string text, Field field)
    {
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return "应为数值";
        if (decimal.Round(number, field.Scale) != number) return $"最多 {field.Scale} 位小数";
        // dec(16,2): sixteen digits of which two stand behind the point.
        return field.Length is { } length && decimal.Truncate(Math.Abs(number)).ToString(CultureInfo.InvariantCulture).Length > length - field.Scale ? "数值过大" : null;
    }

    private static string Printable(string infno) => infno.Length <= 10 && infno.All(char.IsAsciiLetterOrDigit) ? infno : "（格式不正确）";
}
