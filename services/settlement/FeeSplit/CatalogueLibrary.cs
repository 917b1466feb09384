using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.FeeSplit;

/// <summary>
/// Every catalogue: the nation's items, what a province sets otherwise, what an area sets otherwise, item by item; and what is open for
/// chronic outpatient care.
/// </summary>
public sealed class CatalogueLibrary
{
    private readonly FrozenSet<(string Area, string Disease)> _diseases;
    private readonly Dictionary<(string Area, string Disease), FrozenSet<string>> _scopes;
    private readonly NodeMap _places;
    private readonly Lock _adding = new();
    private volatile Shelf _shelf;

    /// <param name="tables">Items by division code: name of the file and its text.</param>
    /// <param name="diseases">Text of the table of open chronic diseases.</param>
    /// <param name="scopes">Text of the table of limited scopes.</param>
    /// <exception cref="RefusedException">CATALOGUE_INVALID with file and line.</exception>
    public CatalogueLibrary(IEnumerable<(string Code, string File, string Text)> tables, string diseases, string scopes, NodeMap places)
    {
        _places = places;
        _shelf = new Shelf(tables.ToImmutableDictionary(table => table.Code, table => ImmutableArray.Create(new Table(DateOnly.MinValue, table.Text, CatalogueFile.ReadItems(table.File, table.Text))), StringComparer.Ordinal));
        _diseases = CatalogueFile.ReadDiseases("chronic-diseases.csv", diseases).ToFrozenSet();
        _scopes = CatalogueFile.ReadScopes("chronic-scopes.csv", scopes).GroupBy(row => (row.Area, row.Disease)).ToDictionary(group => group.Key, group => group.Select(row => row.Code).ToFrozenSet(StringComparer.Ordinal));
    }

    /// <summary>The only place that opens catalogue files: <c>{regions}/catalogue/{code}.csv</c>.</summary>
    public static CatalogueLibrary Load(string regions, NodeMap places)
    {
        var folder = Path.Combine(regions, "catalogue");
        var tables = Directory.EnumerateFiles(folder, "*.csv").Where(path => AdminDivision.IsWellFormed(Path.GetFileNameWithoutExtension(path)))
            .Select(path => (Path.GetFileNameWithoutExtension(path), "catalogue/" + Path.GetFileName(path), File.ReadAllText(path)));
        return new CatalogueLibrary(tables, File.ReadAllText(Path.Combine(folder, "chronic-diseases.csv")), File.ReadAllText(Path.Combine(folder, "chronic-scopes.csv")), places);
    }

    /// <summary>A further version of one table: it replaces the former from its first day; for the days before it the former keeps answering (OPS-005).</summary>
    /// <exception cref="RefusedException">CATALOGUE_INVALID.</exception>
    public void Add(AdminDivision layer, DateOnly from, string file, string text)
    {
        var table = new Table(from, text, CatalogueFile.ReadItems(file, text));
        lock (_adding)
        {
            var known = _shelf.Tables.GetValueOrDefault(layer.Code, []);
            // A later one for the same day corrects the earlier.
            _shelf = new Shelf(_shelf.Tables.SetItem(layer.Code, [.. known.Where(other => other.From != from).Append(table).OrderBy(other => other.From)]));
        }
    }

    /// <summary>就医地目录 (BEN-001, BEN-003): what holds at the treatment place.</summary>
    /// <exception cref="RefusedException">CATALOGUE_MISSING, AREA_UNKNOWN, AREA_NOT_POOLING.</exception>
    public FeeCatalogue At(AdminDivision treatmentArea) => Merged(_places.Area(treatmentArea).Code, [_places.Root.Code, _places.ProvinceOf(treatmentArea).Code, treatmentArea]);

    /// <summary>全省统一的目录 (BEN-002): without what single areas set.</summary>
    /// <exception cref="RefusedException">CATALOGUE_MISSING, AREA_UNKNOWN, AREA_NOT_POOLING.</exception>
    public FeeCatalogue OfProvince(AdminDivision treatmentArea) => Merged(_places.Area(treatmentArea).Code, [_places.Root.Code, _places.ProvinceOf(treatmentArea).Code]);

    /// <summary>The catalogue that splits a visit: across provinces and locally the treatment place's, inside a province as its policy says (AMB-58).</summary>
    /// <param name="intraProvince"><see cref="PolicyPack.CatalogueIntraProvince"/> of the treatment area on the day of the fees.</param>
    public FeeCatalogue For(AdminDivision home, AdminDivision treatment, CatalogueRule intraProvince) =>
        _places.Classify(home, treatment) == VisitClass.IntraProvince && intraProvince == CatalogueRule.ProvinceUnified ? OfProvince(treatment) : At(treatment);

    /// <summary>SET-019: across provinces only the nationally open diseases, inside a province those of its catalogue; null when it may settle.</summary>
    public Error? NotOpen(string disease, AdminDivision home, AdminDivision treatment)
    {
        if (_places.Classify(home, treatment) == VisitClass.CrossProvince) return _diseases.Contains((_places.Root.Code.Code, disease)) ? null : FeeErrors.DiseaseNotOpenCrossProvince.With(disease);
        var province = _places.ProvinceOf(treatment).Code;
        return _diseases.Contains((province.Code, disease)) || _diseases.Contains((_places.Root.Code.Code, disease)) ? null : FeeErrors.DiseaseNotInProvince.With(disease);
    }

    /// <summary>SET-020: the treatment place's limited scope of the disease, else norm-based.</summary>
    public ChronicScope ScopeOf(string disease, AdminDivision treatmentArea) =>
        new(disease, _scopes.GetValueOrDefault((treatmentArea.Code, disease)) ?? _scopes.GetValueOrDefault((_places.ProvinceOf(treatmentArea).Code.Code, disease)));

    private FeeCatalogue Merged(AdminDivision area, AdminDivision[] layers)
    {
        var shelf = _shelf;
        var key = string.Join('/', layers.Select(layer => layer.Code));
        if (shelf.Catalogues.TryGetValue(key, out var known)) return known;
        var tables = layers.Select(layer => shelf.Tables.GetValueOrDefault(layer.Code, [])).ToList();
        var days = tables.SelectMany(versions => versions.Select(version => version.From)).Distinct().Order().ToList();
        var items = new Dictionary<string, List<CatalogueItem>>(StringComparer.Ordinal);
        // Between two first days one version of each layer holds; what a layer says of a code hides what the layers above say of it.
        for (var i = 0; i < days.Count; i++)
        {
            var (from, to) = (days[i], i + 1 < days.Count ? days[i + 1] : (DateOnly?)null);
            var holding = new Dictionary<string, IEnumerable<CatalogueItem>>(StringComparer.Ordinal);
            foreach (var table in tables.Select(versions => versions.LastOrDefault(version => version.From <= from)).OfType<Table>())
            {
                foreach (var (code, versions) in table.ByCode) holding[code] = versions;
            }

            foreach (var item in holding.Values.SelectMany(static versions => versions)) Take(item, from, to);
        }

        if (items.Count == 0) throw FeeErrors.CatalogueMissing.With(area).AsException();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var table in tables.SelectMany(static versions => versions))
        {
            if (table.From != DateOnly.MinValue) hash.AppendData(Encoding.UTF8.GetBytes(table.From.ToString("O", CultureInfo.InvariantCulture)));
            hash.AppendData(Encoding.UTF8.GetBytes(table.Text));
        }

        var version = $"{layers[^1].Code}#{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
        return shelf.Catalogues[key] = new FeeCatalogue(version, items.Values.SelectMany(static versions => versions));

        void Take(CatalogueItem item, DateOnly from, DateOnly? to)
        {
            var start = item.From > from ? item.From : from;
            var end = item.To is { } own && (to is not { } next || own < next) ? own : to;
            if (end <= start) return;
            if (!items.TryGetValue(item.Code, out var kept)) items[item.Code] = kept = [];
            // Unchanged by a new version: still one period of validity.
            if (kept.Count > 0 && kept[^1].To == start && kept[^1] == item with { From = kept[^1].From, To = start }) kept[^1] = kept[^1] with { To = end };
            else kept.Add(item with { From = start, To = end });
        }
    }

    /// <summary>One version of one layer's table.</summary>
    private sealed record Table(DateOnly From, string Text, IReadOnlyList<CatalogueItem> Items)
    {
        public IReadOnlyDictionary<string, List<CatalogueItem>> ByCode { get; } = Items.GroupBy(item => item.Code, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.OrderBy(item => item.From).ToList(), StringComparer.Ordinal);
    }

    /// <summary>The tables as of one moment with what was merged from them: replaced together, so no catalogue outlives its tables.</summary>
    private sealed record Shelf(ImmutableDictionary<string, ImmutableArray<Table>> Tables)
    {
        public ConcurrentDictionary<string, FeeCatalogue> Catalogues { get; } = new(StringComparer.Ordinal);
    }
}
