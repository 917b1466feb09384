using System.Collections.Concurrent;
using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.FeeSplit;

/// <summary>
/// The treatment places' catalogues from the regions folder: <c>{area}/catalogue.csv</c>, else the province's, else the nation's. Columns
/// code, name, category (01–14), class (A, B, C), self_pay_ratio, limit_price (yuan), from, to, limited (0/1); the first line is the header.
/// </summary>
public sealed class CatalogueFolder(string regions, NodeRegistry registry)
{
    private readonly ConcurrentDictionary<string, FeeCatalogue?> _read = new(StringComparer.Ordinal);

    /// <exception cref="RefusedException"><c>CATALOGUE_MISSING</c>, <c>CATALOGUE_INVALID</c>.</exception>
    public FeeCatalogue For(AdminDivision treatmentArea)
    {
        var map = registry.Latest;
        return Of(treatmentArea) ?? Of(map.ProvinceOf(treatmentArea).Code) ?? Of(map.Root.Code) ?? throw FeeErrors.CatalogueMissing.With(treatmentArea).AsException();
    }

    private FeeCatalogue? Of(AdminDivision place) => _read.GetOrAdd(place.Code, code =>
    {
        var path = Path.Combine(regions, code, "catalogue.csv");
        return File.Exists(path) ? Read($"{code}/catalogue.csv", File.ReadAllText(path)) : null;
    });

    /// <summary>Reads one file; its content hash is the catalogue's version.</summary>
    /// <exception cref="RefusedException"><c>CATALOGUE_INVALID</c> with file and line.</exception>
    public static FeeCatalogue Read(string name, string text)
    {
        var items = new List<CatalogueItem>();
        var lines = text.Split('\n');
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            items.Add(Item(name, i + 1, line.Split(',')));
        }

        var version = Convert.ToHexStringLower(Sha256Digest.Instance.Of(System.Text.Encoding.UTF8.GetBytes(text)))[..16];
        return new FeeCatalogue($"{name.Split('/')[0]}@{version}", items);
    }

    private static CatalogueItem Item(string name, int number, string[] fields)
    {
        if (fields.Length != 9) throw Wrong(name, number, $"应有 9 列，实有 {fields.Length} 列");
        if (!ChargeCategories.TryParse(fields[2], out var category)) throw Wrong(name, number, $"大类 {fields[2]}");
        if (!Enum.TryParse<ItemClass>(fields[3], out var itemClass) || !Enum.IsDefined(itemClass)) throw Wrong(name, number, $"等级 {fields[3]}");
        if (!decimal.TryParse(fields[4].Length == 0 ? "0" : fields[4], NumberStyles.Number, CultureInfo.InvariantCulture, out var ratio) || ratio is < 0 or > 1) throw Wrong(name, number, $"先行自付比例 {fields[4]}");
        Money? limit = null;
        if (fields[5].Length > 0)
        {
            if (!decimal.TryParse(fields[5], NumberStyles.Number, CultureInfo.InvariantCulture, out var yuan) || yuan <= 0 || decimal.Round(yuan, 2) != yuan) throw Wrong(name, number, $"限价 {fields[5]}");
            limit = Money.Yuan(yuan);
        }

        return new CatalogueItem(fields[0], fields[1], category, itemClass, ratio, limit, Date(name, number, fields[6]), fields[7].Length == 0 ? null : Date(name, number, fields[7]), fields[8] == "1");
    }

    private static DateOnly Date(string name, int number, string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : throw Wrong(name, number, $"日期 {text}");

    private static RefusedException Wrong(string name, int line, string what) => FeeErrors.CatalogueInvalid.With(name, line, what).AsException();
}
