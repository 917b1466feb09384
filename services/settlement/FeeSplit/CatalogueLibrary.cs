using System.Collections.Concurrent;
using System.Collections.Frozen;
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
    private readonly IReadOnlyDictionary<string, (string Text, IReadOnlyList<CatalogueItem> Items)> _tables;
    private readonly FrozenSet<(string Area, string Disease)> _diseases;
    private readonly Dictionary<(string Area, string Disease), FrozenSet<string>> _scopes;
    private readonly NodeMap _places;
    private readonly ConcurrentDictionary<string, FeeCatalogue> _catalogues = new(StringComparer.Ordinal);

    /// <param name="tables">Items by division code: name of the file and its text.</param>
    /// <param name="diseases">Text of the table of open chronic diseases.</param>
    /// <param name="scopes">Text of the table of limited scopes.</param>
    /// <exception cref="RefusedException">CATALOGUE_INVALID with file and line.</exception>
    public CatalogueLibrary(IEnumerable<(string Code, string File, string Text)> tables, string diseases, string scopes, NodeMap places)
    {
        _places = places;
        _tables = tables.ToDictionary(table => table.Code, table => (table.Text, CatalogueFile.ReadItems(table.File, table.Text)), StringComparer.Ordinal);
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
        var key = string.Join('/', layers.Select(layer => layer.Code));
        if (_catalogues.TryGetValue(key, out var known)) return known;
        var items = new Dictionary<string, List<CatalogueItem>>(StringComparer.Ordinal);
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var layer in layers)
        {
            if (!_tables.TryGetValue(layer.Code, out var table)) continue;
            hash.AppendData(Encoding.UTF8.GetBytes(table.Text));
            foreach (var versions in table.Items.GroupBy(item => item.Code, StringComparer.Ordinal)) items[versions.Key] = [.. versions];
        }

        if (items.Count == 0) throw FeeErrors.CatalogueMissing.With(area).AsException();
        var version = $"{layers[^1].Code}#{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
        return _catalogues[key] = new FeeCatalogue(version, items.Values.SelectMany(static versions => versions));
    }
}
