using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.FeeSplit;

/// <summary>Reads catalogue tables: comma-separated, with a header row, no quotes; a line that starts with # is a comment. Errors name file and line.</summary>
internal static class CatalogueFile
{
    private static readonly string[] Items = ["code", "name", "category", "class", "self_pay", "limit_price", "limited", "unit", "from", "to"];
    /// <summary>The first line of a table of items.</summary>
    public static string Header { get; } = string.Join(',', Items);

    private static readonly string[] Diseases = ["area", "disease", "name"];
    private static readonly string[] Scopes = ["area", "disease", "code"];

    /// <summary>Columns code, name, category (01–14), class (甲, 乙, 丙), self_pay (10%), limit_price (yuan), limited (yes), unit, from, to.</summary>
    public static IReadOnlyList<CatalogueItem> ReadItems(string file, string text) => Check(file, text) switch
    {
        { Bad: [var first, ..] } => throw first.Error.AsException(),
        var whole => whole.Items,
    };

    /// <summary>Every line looked at: what can be read, and what is wrong with the others, by line number.</summary>
    /// <exception cref="RefusedException"><c>CATALOGUE_INVALID</c>: it has another header, so no line can be read.</exception>
    public static CatalogueReading Check(string file, string text)
    {
        var bad = new List<(int Line, Error Error)>();
        var read = new List<(int Line, CatalogueItem Item)>();
        var lines = 0;
        foreach (var (number, cells) in Lines(file, text, Items))
        {
            lines++;
            try
            {
                read.Add((number, Item(RowOf(file, number, Items, cells))));
            }
            catch (RefusedException refused)
            {
                bad.Add((number, refused.Error));
            }
        }

        foreach (var versions in read.GroupBy(row => row.Item.Code, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            var ordered = versions.OrderBy(row => row.Item.From).ThenBy(row => row.Line).ToList();
            foreach (var (earlier, later) in ordered.Zip(ordered.Skip(1)))
            {
                if (earlier.Item.To is not { } to || to > later.Item.From) bad.Add((later.Line, Wrong(file, later.Line, $"编码 {later.Item.Code} 的有效期与第 {earlier.Line} 行重叠").Error));
            }
        }

        return new CatalogueReading([.. read.Select(row => row.Item)], lines, [.. bad.OrderBy(line => line.Line)]);
    }

    /// <summary>Columns area (100000: open across provinces; a province: its own catalogue), disease, name.</summary>
    public static IReadOnlyList<(string Area, string Disease)> ReadDiseases(string file, string text) =>
        [.. Rows(file, text, Diseases).Select(row => (row.Need("area"), row.Need("disease")))];

    /// <summary>Columns area, disease, code: the limited payment scope of a chronic disease at a treatment place.</summary>
    public static IReadOnlyList<(string Area, string Disease, string Code)> ReadScopes(string file, string text) =>
        [.. Rows(file, text, Scopes).Select(row => (row.Need("area"), row.Need("disease"), row.Need("code")))];

    private static CatalogueItem Item(Row row)
    {
        var code = row.Need("code");
        if (code.Length is < 5 or > 50 || !code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) throw row.Wrong($"编码 {code} 应为 5 至 50 位字母、数字");
        var itemClass = row["class"] switch
        {
            "甲" => ItemClass.A,
            "乙" => ItemClass.B,
            "丙" => ItemClass.C,
            var other => throw row.Wrong($"等级应为甲、乙、丙，不是 {other}"),
        };
        var selfPay = row["self_pay"] is not { Length: > 0 } share ? 0m
            : share.EndsWith('%') && Number(share[..^1]) is > 0 and <= 100 and var percent ? percent / 100m
            : throw row.Wrong($"先行自付比例应如 10%，不是 {share}");
        if (itemClass == ItemClass.B != (selfPay > 0)) throw row.Wrong("乙类必须有先行自付比例，其他等级不得有");
        Money? limit = row["limit_price"] is not { Length: > 0 } price ? null
            : Number(price) is > 0 and var yuan && decimal.Round(yuan, 2) == yuan ? Money.Yuan(yuan)
            : throw row.Wrong($"限价应为大于零的金额（元，两位小数），不是 {price}");
        var from = row.Day("from") ?? throw row.Wrong("缺少 from");
        var to = row.Day("to");
        if (to <= from) throw row.Wrong("to 必须晚于 from");
        return new CatalogueItem(
            code, row.Need("name"), ChargeCategories.TryParse(row["category"], out var category) ? category : throw row.Wrong($"费用类别应为 01 至 14，不是 {row["category"]}"),
            itemClass, selfPay, limit, from, to,
            row["limited"] switch
            {
                "" => false,
                "yes" => true,
                var other => throw row.Wrong($"limited 应为 yes 或空，不是 {other}"),
            });
    }

    private static IEnumerable<Row> Rows(string file, string text, string[] columns) => Lines(file, text, columns).Select(line => RowOf(file, line.Number, columns, line.Text));

    private static IEnumerable<(int Number, string Text)> Lines(string file, string text, string[] columns)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n');
        if (!lines[0].TrimEnd().Split(',').SequenceEqual(columns)) throw Wrong(file, 1, "表头应为 " + string.Join(',', columns));
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd();
            if (line.Length > 0 && line[0] != '#') yield return (i + 1, line);
        }
    }

    // No field of these tables needs a comma or a quote, so a line is its commas and nothing else.
    private static Row RowOf(string file, int number, string[] columns, string line)
    {
        if (line.Contains('"', StringComparison.Ordinal)) throw Wrong(file, number, "不得使用引号");
        string[] cells = [.. line.Split(',').Select(static cell => cell.Trim())];
        return cells.Length == columns.Length ? new Row(file, number, columns, cells) : throw Wrong(file, number, $"应有 {columns.Length} 列，实有 {cells.Length} 列");
    }

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static RefusedException Wrong(string file, int line, string what) => FeeErrors.CatalogueInvalid.With(file, line, what).AsException();

    private sealed record Row(string File, int Line, string[] Columns, string[] Cells)
    {
        public string this[string column] => Cells[Array.IndexOf(Columns, column)];

        public string Need(string column) => this[column] is { Length: > 0 } text ? text : throw Wrong($"缺少 {column}");

        public DateOnly? Day(string column) => this[column] is not { Length: > 0 } text ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
            : throw Wrong($"{column} 应为日期 yyyy-MM-dd，不是 {text}");

        public RefusedException Wrong(string what) => CatalogueFile.Wrong(File, Line, what);
    }
}

/// <summary>A catalogue table as far as it can be read.</summary>
/// <param name="Lines">How many lines hold an item or try to.</param>
internal sealed record CatalogueReading(IReadOnlyList<CatalogueItem> Items, int Lines, IReadOnlyList<(int Line, Error Error)> Bad);
