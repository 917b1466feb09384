using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Benefits.Packs;

/// <summary>One policy file: one area's (or layer's) figures from one day on.</summary>
public sealed class PackFile
{
    private static readonly string[] HeaderKeys = ["area", "name", "level", "from", "to", "sources", "source", "article"];

    private PackFile(string path, AdminDivision? area, string name, PackLevel level, DateOnly from, DateOnly? to, PackMap body)
    {
        Path = path;
        Area = area;
        Name = name;
        Level = level;
        From = from;
        To = to;
        Body = body;
    }

    /// <summary>For messages; relative to the regions folder.</summary>
    public string Path { get; }

    /// <summary>The pooling area or province; null for the default layer.</summary>
    public AdminDivision? Area { get; }

    public string Name { get; }

    public PackLevel Level { get; }

    /// <summary>First day.</summary>
    public DateOnly From { get; }

    /// <summary>First day no longer; null: until a later file of the same area begins.</summary>
    public DateOnly? To { get; }

    internal PackMap Body { get; }

    public bool IsInForce(DateOnly day) => day >= From && (To is not { } to || day < to);

    /// <exception cref="RefusedException">POLICY_INVALID with file and line.</exception>
    public static PackFile Parse(string path, string text)
    {
        var root = Root(path, text);
        var header = new Header(path, root);
        var level = header.Level();
        var sources = header.Sources();
        var source = header.DefaultSource(sources);
        var start = new Provenance(path, root.Start.Line, level, source, header.Text("article") ?? "");
        var body = new Dictionary<string, PackNode>(StringComparer.Ordinal);
        foreach (var (key, value) in Entries(path, root))
        {
            if (!HeaderKeys.Contains(key, StringComparer.Ordinal)) body[key] = Read(value, start, sources);
        }

        var from = header.Day("from") ?? throw Wrong(path, root.Start.Line, "缺少 from（开始日期）");
        var to = header.Day("to");
        if (to <= from) throw Wrong(path, root.Start.Line, "to 必须晚于 from");
        return new PackFile(path, header.Area(level), header.Text("name") ?? throw Wrong(path, root.Start.Line, "缺少 name（名称）"), level, from, to, new PackMap(body, start));
    }

    internal static RefusedException Wrong(string file, long line, string what) => PolicyErrors.PackInvalid.With(file, line, what).AsException();

    private static YamlMappingNode Root(string path, string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            var stream = new YamlStream();
            stream.Load(parser);
            return stream.Documents is [{ RootNode: YamlMappingNode root }] ? root : throw Wrong(path, 1, "文件应是一个映射（键: 值）");
        }
        catch (YamlException error)
        {
            throw Wrong(path, error.Start.Line, "不是合法的 YAML：" + error.Message);
        }
        catch (InvalidOperationException)
        {
            // What the reader of YAML says to some flow that is never closed.
            throw Wrong(path, Math.Max(parser.Current?.End.Line ?? 1, 1), "此处起不是合法的 YAML");
        }
    }

    private static PackNode Read(YamlNode node, Provenance above, IReadOnlyDictionary<string, SourceDocument> sources)
    {
        var here = above with { Line = node.Start.Line };
        switch (node)
        {
            case YamlScalarNode scalar:
                return new PackScalar(scalar.Value?.Trim() ?? "", here);
            case YamlSequenceNode list:
                return new PackList([.. list.Children.Select(child => Read(child, here, sources))], here);
            case YamlMappingNode map:
                here = Inherited(map, here, sources);
                return new PackMap(
                    Entries(above.File, map).Where(entry => entry.Key is not ("source" or "article")).ToDictionary(entry => entry.Key, entry => Read(entry.Value, here, sources), StringComparer.Ordinal), here);
            default:
                throw Wrong(above.File, node.Start.Line, "不支持 YAML 引用");
        }
    }

    /// <summary>A mapping's <c>source</c> and <c>article</c> hold for everything below it.</summary>
    private static Provenance Inherited(YamlMappingNode map, Provenance here, IReadOnlyDictionary<string, SourceDocument> sources)
    {
        foreach (var (key, value) in Entries(here.File, map))
        {
            if (key == "article") here = here with { Article = ((YamlScalarNode)value).Value ?? "" };
            if (key != "source") continue;
            var name = (value as YamlScalarNode)?.Value ?? "";
            here = here with { Source = sources.GetValueOrDefault(name) ?? throw Wrong(here.File, value.Start.Line, $"来源 {name} 未在 sources 中列出") };
        }

        return here;
    }

    private static IEnumerable<KeyValuePair<string, YamlNode>> Entries(string path, YamlMappingNode map)
    {
        foreach (var (key, value) in map.Children)
        {
            yield return key is YamlScalarNode { Value: { Length: > 0 } name } ? new(name, value) : throw Wrong(path, key.Start.Line, "键必须是文字");
        }
    }

    private sealed class Header(string path, YamlMappingNode root)
    {
        public string? Text(string key) => root.Children.TryGetValue(new YamlScalarNode(key), out var node)
            ? (node as YamlScalarNode)?.Value ?? throw Wrong(path, node.Start.Line, $"{key} 应为单个值")
            : null;

        public PackLevel Level() => Text("level") switch
        {
            "default" => PackLevel.Default,
            null or "city" => PackLevel.City,
            "province" => PackLevel.Province,
            "nation" => PackLevel.Nation,
            var other => throw Wrong(path, Line("level"), $"level 应为 default、city、province 或 nation，不是 {other}"),
        };

        public AdminDivision? Area(PackLevel level)
        {
            if (level == PackLevel.Default) return null;
            return AdminDivision.TryParse(Text("area"), out var area) ? area : throw Wrong(path, Line("area"), "area 应为六位医保区划代码（加引号）");
        }

        public DateOnly? Day(string key) => Text(key) is not { } text ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
            : throw Wrong(path, Line(key), $"{key} 应为日期 yyyy-MM-dd，不是 {text}");

        public IReadOnlyDictionary<string, SourceDocument> Sources()
        {
            if (!root.Children.TryGetValue(new YamlScalarNode("sources"), out var node) || node is not YamlMappingNode map) throw Wrong(path, root.Start.Line, "缺少 sources（来源文件清单）");
            return Entries(path, map).ToDictionary(entry => entry.Key, entry => Source(entry.Key, entry.Value), StringComparer.Ordinal);
        }

        public SourceDocument DefaultSource(IReadOnlyDictionary<string, SourceDocument> sources)
        {
            var name = Text("source") ?? throw Wrong(path, root.Start.Line, "缺少 source（全文件的来源，可在下级另指定）");
            return sources.GetValueOrDefault(name) ?? throw Wrong(path, Line("source"), $"来源 {name} 未在 sources 中列出");
        }

        private SourceDocument Source(string key, YamlNode node)
        {
            if (node is not YamlMappingNode map) throw Wrong(path, node.Start.Line, $"来源 {key} 应有 title 和 mark");
            string? Of(string field) => map.Children.TryGetValue(new YamlScalarNode(field), out var value) ? (value as YamlScalarNode)?.Value : null;
            var mark = Of("mark") switch
            {
                "official" => Mark.Official,
                "illustrative" => Mark.Illustrative,
                "default" => Mark.Default,
                var other => throw Wrong(path, node.Start.Line, $"来源 {key} 的 mark 应为 official、illustrative 或 default，不是 {other}"),
            };
            return new SourceDocument(key, Of("title") ?? throw Wrong(path, node.Start.Line, $"来源 {key} 缺少 title"), mark, Of("confidence") ?? "");
        }

        private long Line(string key) => root.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node.Start.Line : root.Start.Line;
    }
}
