using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Policy;

/// <summary>One pack as written: <c>&lt;area&gt;/filing-&lt;from&gt;.yaml</c>. Holds only what differs from what it extends.</summary>
/// <param name="File">Path below infra/regions, for messages.</param>
/// <param name="Until">Last day it holds; null: open.</param>
/// <param name="Extends">The area whose pack fills the gaps; null: the national default alone.</param>
/// <param name="Document">The document its figures come from.</param>
/// <param name="Mark">official, illustrative or default.</param>
/// <param name="Values">Figures by their full key.</param>
public sealed record PolicyFile(string File, AdminDivision Area, DateOnly From, DateOnly? Until, AdminDivision? Extends, string Document, string Mark, IReadOnlyDictionary<string, PolicyValue> Values)
{
    private static readonly string[] Header = ["area", "from", "until", "extends", "document", "mark"];

    /// <exception cref="RefusedException"><c>FILING_POLICY_INVALID</c> with file and line.</exception>
    public static PolicyFile Parse(string file, string text)
    {
        var stream = new YamlStream();
        var parser = new Parser(new StringReader(text));
        try
        {
            stream.Load(parser);
        }
        catch (YamlException broken)
        {
            throw Invalid(file, broken.Start.Line, $"不是有效的 YAML：{broken.Message}");
        }
        catch (InvalidOperationException)
        {
            // What the reader of YAML says to some flow that is never closed.
            throw Invalid(file, Math.Max(parser.Current?.End.Line ?? 1, 1), "此处起不是有效的 YAML");
        }

        if (stream.Documents is not [{ RootNode: YamlMappingNode root }]) throw Invalid(file, 1, "须为一个键值文档");
        var values = new Dictionary<string, PolicyValue>(StringComparer.Ordinal);
        foreach (var (key, node) in root.Children)
        {
            var name = Name(file, key);
            if (!Header.Contains(name)) Flatten(file, name, node, values);
        }

        var area = Text(file, root, "area") is { } code && AdminDivision.TryParse(code, out var division) ? division : throw Invalid(file, root.Start.Line, "area 须为六位医保区划");
        var from = Day(file, root, "from") ?? throw Invalid(file, root.Start.Line, "缺少 from（生效日期）");
        var until = Day(file, root, "until");
        if (until < from) throw Invalid(file, Line(root, "until"), "until 早于 from");
        AdminDivision? extends = Text(file, root, "extends") is not { } parent ? null
            : AdminDivision.TryParse(parent, out var above) ? above : throw Invalid(file, Line(root, "extends"), "extends 须为六位医保区划");
        var mark = Text(file, root, "mark") ?? throw Invalid(file, root.Start.Line, "缺少 mark（official、illustrative 或 default）");
        if (mark is not ("official" or "illustrative" or "default")) throw Invalid(file, Line(root, "mark"), "mark 只能是 official、illustrative 或 default");
        return new PolicyFile(file, area, from, until, extends, Text(file, root, "document") ?? throw Invalid(file, root.Start.Line, "缺少 document（文件依据）"), mark, values);
    }

    public static RefusedException Invalid(string file, long line, string what) => FilingErrors.PolicyInvalid.With(file, line, what).AsException();

    // A key that is known as a figure ends the path; everything above it is a folder of keys.
    private static void Flatten(string file, string path, YamlNode node, Dictionary<string, PolicyValue> values)
    {
        if (PolicyKeys.IsKnown(path))
        {
            // A path can be written nested or with dots: twice it is no figure.
            if (!values.TryAdd(path, new PolicyValue(file, path, node))) throw Invalid(file, node.Start.Line, $"{path} 重复");
            return;
        }

        if (node is not YamlMappingNode folder || !PolicyKeys.IsFolder(path)) throw Invalid(file, node.Start.Line, $"未知的政策参数 {path}");
        foreach (var (key, child) in folder.Children) Flatten(file, $"{path}.{Name(file, key)}", child, values);
    }

    private static string Name(string file, YamlNode key) => key is YamlScalarNode { Value: { Length: > 0 } name } ? name : throw Invalid(file, key.Start.Line, "键须为文字");

    private static string? Text(string file, YamlMappingNode root, string key) => root.Children.TryGetValue(new YamlScalarNode(key), out var node)
        ? node is YamlScalarNode scalar ? scalar.Value is "" or "null" ? null : scalar.Value : throw Invalid(file, node.Start.Line, $"{key} 须为单个值")
        : null;

    private static DateOnly? Day(string file, YamlMappingNode root, string key) => Text(file, root, key) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw Invalid(file, Line(root, key), $"{key} 须写作 2023-01-01");

    private static long Line(YamlMappingNode root, string key) => root.Children[new YamlScalarNode(key)].Start.Line;
}

/// <summary>One figure where it stands: reads itself as what the key asks for, or names file and line.</summary>
public sealed class PolicyValue(string file, string key, YamlNode node)
{
    public string File => file;

    public long Line => node.Start.Line;

    public RefusedException Wrong(string what) => PolicyFile.Invalid(file, Line, $"{key}：{what}");

    public RefusedException Forbidden(string what) => FilingErrors.RestrictionForbidden.With(file, Line, $"{key}：{what}").AsException();

    public bool IsNull => node is YamlScalarNode { Value: "" or "null" or "~" or null };

    /// <summary>The single value; null when it is a list or a mapping.</summary>
    public string? Scalar => (node as YamlScalarNode)?.Value;

    public string Text() => node is YamlScalarNode { Value: { Length: > 0 } text } ? text : throw Wrong("须为单个值");

    public bool Flag() => Text() switch { "true" => true, "false" => false, _ => throw Wrong("只能是 true 或 false") };

    public int Number(int from, int to) =>
        int.TryParse(Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to ? number : throw Wrong($"须为 {from} 到 {to} 的整数");

    public int? NumberOrNone(int from, int to) => IsNull ? null : Number(from, to);

    public DateOnly Day() => DateOnly.TryParseExact(Text(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw Wrong("须写作 2023-01-01");

    public AdminDivision Division() => AdminDivision.TryParse(Text(), out var division) ? division : throw Wrong("须为六位医保区划");

    public T OneOf<T>(IReadOnlyDictionary<string, T> words) => words.TryGetValue(Text(), out var value) ? value : throw Wrong($"只能是 {string.Join("、", words.Keys)} 之一");

    public IReadOnlyList<PolicyValue> Items() => node is YamlSequenceNode list ? [.. list.Select(item => new PolicyValue(file, key, item))] : throw Wrong("须为列表");

    public IReadOnlyList<(string Name, PolicyValue Value)> Entries() => node is YamlMappingNode map
        ? [.. map.Children.Select(entry => entry.Key is YamlScalarNode { Value: { Length: > 0 } name } ? (name, new PolicyValue(file, $"{key}.{name}", entry.Value)) : throw Wrong("键须为文字"))]
        : throw Wrong("须为键值");

    /// <summary>The fields of an entry; a field that is not named here is a mistake.</summary>
    public IReadOnlyDictionary<string, PolicyValue> Fields(params ReadOnlySpan<string> allowed)
    {
        var fields = Entries().ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            if (!allowed.Contains(name)) throw value.Wrong("未知的字段");
        }

        return fields;
    }

    public PolicyValue Need(IReadOnlyDictionary<string, PolicyValue> fields, string name) => fields.TryGetValue(name, out var value) ? value : throw Wrong($"缺少 {name}");
}
