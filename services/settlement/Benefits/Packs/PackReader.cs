using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.Benefits.Packs;

/// <summary>Reads typed values out of a resolved tree. Collects every mistake instead of stopping at the first.</summary>
internal sealed class PackReader
{
    private readonly List<Error> _errors = [];

    public IReadOnlyList<Error> Errors => _errors;

    public void Wrong(Provenance at, string what) => _errors.Add(PolicyErrors.PackInvalid.With(at.File, at.Line, what));

    public void Report(Error error) => _errors.Add(error);

    public static Rule RuleOf(string path, PackNode node) =>
        new(path, node.Provenance.Article, node.Provenance.Source.Title, node.Provenance.Source.Mark, node.Provenance.Level.ToString());

    /// <summary>The mapping under a key; a mistake and an empty one if it is missing or something else.</summary>
    public PackMap Map(PackMap parent, string key, string path)
    {
        switch (parent[key])
        {
            case PackMap map:
                return map;
            case null:
                Wrong(parent.Provenance, $"{path} 缺少 {key}");
                break;
            case { } other:
                Wrong(other.Provenance, $"{path}.{key} 应为下级映射");
                break;
        }

        return new PackMap(new Dictionary<string, PackNode>(StringComparer.Ordinal), parent.Provenance);
    }

    /// <summary>Refuses keys that nobody reads: a misspelt figure must not be silently ignored.</summary>
    public void Only(PackMap map, string path, params ReadOnlySpan<string> known)
    {
        foreach (var (key, node) in map.Entries)
        {
            if (!known.Contains(key)) Wrong(node.Provenance, $"{(path.Length == 0 ? "顶层" : path)} 不认识 {key}（可用：{string.Join("、", known.ToArray())}）");
        }
    }

    public Money Amount(PackNode node, string path)
    {
        if (node is PackScalar { Text: var text } && Decimal(text) is >= 0 and <= 100_000_000m and var yuan && decimal.Round(yuan, 2) == yuan) return Money.Yuan(yuan);
        Wrong(node.Provenance, $"{path} 应为不小于零的金额（元，最多两位小数）{Found(node)}");
        return Money.Zero;
    }

    /// <summary>Written with a percent sign: <c>86%</c>, <c>88.8%</c>.</summary>
    public decimal Percent(PackNode node, string path)
    {
        if (node is PackScalar { Text: var text } && text.EndsWith('%') && Decimal(text[..^1]) is >= 0 and <= 100 and var percent) return percent / 100m;
        Wrong(node.Provenance, $"{path} 应为 0% 至 100% 的比例，如 86%{Found(node)}");
        return 0m;
    }

    /// <summary>A plain number of percentage points, 0 to 100.</summary>
    public decimal Points(PackNode node, string path)
    {
        if (node is PackScalar { Text: var text } && Decimal(text) is >= 0 and <= 100 and var points) return points / 100m;
        Wrong(node.Provenance, $"{path} 应为 0 至 100 的百分点数{Found(node)}");
        return 0m;
    }

    /// <summary>A factor, 0 to 1.</summary>
    public decimal Factor(PackNode node, string path)
    {
        if (node is PackScalar { Text: var text } && Decimal(text) is >= 0 and <= 1 and var factor) return factor;
        Wrong(node.Provenance, $"{path} 应为 0 至 1 的系数{Found(node)}");
        return 1m;
    }

    public bool Flag(PackMap parent, string key, string path, bool otherwise)
    {
        switch (parent[key])
        {
            case null: return otherwise;
            case PackScalar { Text: "true" }: return true;
            case PackScalar { Text: "false" }: return false;
            case { } node:
                Wrong(node.Provenance, $"{path}.{key} 应为 true 或 false{Found(node)}");
                return otherwise;
        }
    }

    /// <summary>One of the enum's values, written in camel case.</summary>
    public T OneOf<T>(PackMap parent, string key, string path, T? otherwise = null) where T : struct, Enum
    {
        if (parent[key] is null && otherwise is { } value) return value;
        if (parent[key] is PackScalar { Text: var text })
        {
            foreach (var candidate in Enum.GetValues<T>())
            {
                if (string.Equals(Camel(candidate.ToString()), text, StringComparison.Ordinal)) return candidate;
            }
        }

        Wrong((parent[key] ?? parent).Provenance, $"{path}.{key} 应为 {string.Join("、", Enum.GetNames<T>().Select(Camel))} 之一{(parent[key] is { } node ? Found(node) : "")}");
        return default;
    }

    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string Found(PackNode node) => node is PackScalar { Text: var text } ? $"，不是 {text}" : "";

    private static decimal? Decimal(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;
}
