using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Trauma;

namespace Yibao.Settlement.Benefits.Packs;

/// <summary>The rules of one area on one day, with where each figure came from.</summary>
/// <param name="Pack">What the engine computes with.</param>
/// <param name="Figures">Every figure, by path.</param>
/// <param name="Layers">The files it was resolved from, the weakest first.</param>
/// <param name="Warnings">E.g. that the area's own policy has ended (AMB-46).</param>
public sealed record ResolvedPolicy(PolicyPack Pack, IReadOnlyList<ResolvedFigure> Figures, IReadOnlyList<PackFile> Layers, IReadOnlyList<string> Warnings);

/// <summary>
/// Every policy file, and the rules in force at any place and day: national override over province over city over default
/// (OPS-013), each by its own validity.
/// </summary>
public sealed class PolicyLibrary
{
    private readonly IReadOnlyList<PackFile> _files;
    private readonly NodeMap _places;
    private readonly ConcurrentDictionary<(AdminDivision Area, DateOnly Day), ResolvedPolicy> _byDay = new();
    private readonly ConcurrentDictionary<string, ResolvedPolicy> _resolved = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ResolvedPolicy> _byVersion = new(StringComparer.Ordinal);

    /// <exception cref="RefusedException">POLICY_INVALID, POLICY_AT_CITY_LEVEL_ONLY.</exception>
    public PolicyLibrary(IEnumerable<PackFile> files, NodeMap places)
    {
        _places = places;
        _files = [.. files.OrderBy(file => file.Level).ThenBy(file => file.Area?.Code, StringComparer.Ordinal).ThenBy(file => file.From)];
        foreach (var file in _files) CheckPlace(file);
        foreach (var (earlier, later) in _files.Zip(_files.Skip(1)))
        {
            if (earlier.Area != later.Area || earlier.Level != later.Level) continue;
            if (later.From == earlier.From || later.From < earlier.To) throw PackFile.Wrong(later.Path, 1, $"与 {earlier.Path} 的有效期重叠");
        }
    }

    public IReadOnlyList<PackFile> Files => _files;

    /// <summary>The areas that have a file of their own.</summary>
    public IEnumerable<AdminDivision> Areas => _files.Where(file => file.Level == PackLevel.City).Select(file => file.Area!.Value).Distinct();

    /// <summary>The rules in force.</summary>
    /// <param name="area">参保地统筹区.</param>
    /// <param name="day">The settlement's decisive date: the discharge (BEN-024).</param>
    /// <exception cref="RefusedException">POLICY_MISSING, POLICY_INVALID, REDUCTION_ABOVE_BOUND, AREA_UNKNOWN, AREA_NOT_POOLING.</exception>
    public ResolvedPolicy At(AdminDivision area, DateOnly day) =>
        _byDay.TryGetValue((area, day), out var known) ? known : _byDay[(area, day)] = ResolveAt(area, day);

    private ResolvedPolicy ResolveAt(AdminDivision area, DateOnly day)
    {
        var place = _places.Area(area);
        var province = _places.ProvinceOf(area).Code;
        return Resolve(place, day, [Of(PackLevel.Default, null, day), Of(PackLevel.City, area, day), Of(PackLevel.Province, province, day), Of(PackLevel.Nation, null, day)]);
    }

    /// <summary>The rules as they would be with this file in the place of the area's own.</summary>
    public ResolvedPolicy With(PackFile file, DateOnly day)
    {
        if (file.Level != PackLevel.City || file.Area is not { } area) throw PackFile.Wrong(file.Path, 1, "只有统筹区（level: city）的政策包可以单独试算");
        CheckPlace(file);
        var place = _places.Area(area);
        var province = _places.ProvinceOf(area).Code;
        return Resolve(place, day, [Of(PackLevel.Default, null, day), file, Of(PackLevel.Province, province, day), Of(PackLevel.Nation, null, day)], remember: false);
    }

    /// <summary>The rules that a recorded result was computed with.</summary>
    /// <exception cref="RefusedException">POLICY_VERSION_UNKNOWN.</exception>
    public ResolvedPolicy Find(string version)
    {
        if (_byVersion.TryGetValue(version, out var known)) return known;
        // Every version is some area's state on the first day of one of the files it rests on.
        if (AdminDivision.TryParse(version.Split('@')[0], out var area) && _places.Find(area) is { IsPoolingArea: true })
        {
            foreach (var day in _files.SelectMany(file => file.To is { } to ? new[] { file.From, to } : [file.From]).Distinct())
            {
                if (Of(PackLevel.Default, null, day) is not null && At(area, day) is var resolved && resolved.Pack.Version == version) return resolved;
            }
        }

        throw PolicyErrors.VersionUnknown.With(version).AsException();
    }

    /// <summary>Every mistake in every file, as seen from each area on each day something begins.</summary>
    public IReadOnlyList<Error> Check()
    {
        var errors = new List<Error>();
        foreach (var file in _files.Where(file => file.Level == PackLevel.City))
        {
            foreach (var day in _files.Where(other => other.Level != PackLevel.City && file.IsInForce(other.From)).Select(other => other.From).Append(file.From).Distinct())
            {
                try
                {
                    Bind(_places.Area(file.Area!.Value), day, Layers(file.Area.Value, day), errors);
                }
                catch (RefusedException refused)
                {
                    errors.Add(refused.Error);
                }
            }
        }

        return [.. errors.Distinct()];
    }

    /// <summary>Every mistake of one file, as if it were its area's own.</summary>
    /// <exception cref="RefusedException">POLICY_AT_CITY_LEVEL_ONLY.</exception>
    public IReadOnlyList<Error> Check(PackFile file)
    {
        CheckPlace(file);
        if (file.Level != PackLevel.City) return new PolicyLibrary([.. _files.Where(other => other.Level != file.Level || other.Area != file.Area), file], _places).Check();
        var errors = new List<Error>();
        Bind(_places.Area(file.Area!.Value), file.From, [.. Layers(file.Area.Value, file.From).Where(layer => layer.Level != PackLevel.City).Append(file).OrderBy(layer => layer.Level)], errors);
        return errors;
    }

    private List<PackFile> Layers(AdminDivision area, DateOnly day) =>
        [.. new[] { Of(PackLevel.Default, null, day), Of(PackLevel.City, area, day), Of(PackLevel.Province, _places.ProvinceOf(area).Code, day), Of(PackLevel.Nation, null, day) }.OfType<PackFile>()];

    private ResolvedPolicy Resolve(Place place, DateOnly day, IEnumerable<PackFile?> candidates, bool remember = true)
    {
        var layers = candidates.OfType<PackFile>().ToList();
        // The day itself does not matter, only which files are in force and whether one has ended.
        var key = place.Code.Code + string.Concat(layers.Select(layer => "|" + layer.Path)) + string.Concat(Warnings(place.Code, layers, day));
        if (remember && _resolved.TryGetValue(key, out var known)) return known;
        var errors = new List<Error>();
        var resolved = Bind(place, day, layers, errors);
        if (errors.Count > 0) throw errors[0].AsException();
        if (!remember) return resolved;
        _byVersion[resolved.Pack.Version] = resolved;
        return _resolved[key] = resolved;
    }

    private ResolvedPolicy Bind(Place place, DateOnly day, List<PackFile> layers, List<Error> errors)
    {
        if (layers.All(layer => layer.Level != PackLevel.Default)) throw PolicyErrors.PolicyMissing.With(place.Code, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).AsException();
        var body = layers.Select(layer => PackMerge.Expanded(layer.Body)).Aggregate(PackMerge.Over);
        var reader = new PackReader();
        reader.Only(body, "", "employee", "resident", "catalogue", "bounds", "treatment");
        var catalogue = reader.Map(body, "catalogue", "");
        reader.Only(catalogue, "catalogue", "intraProvince");
        var treatment = body["treatment"] is null ? null : reader.Map(body, "treatment", "");
        if (treatment is not null) reader.Only(treatment, "treatment", "trauma");
        var employee = new PackBinder(reader, InsuranceType.Employee).Bind(body);
        var resident = new PackBinder(reader, InsuranceType.Resident).Bind(body);
        PolicyBounds.Check(reader, body, place.Code, InsuranceType.Employee, employee);
        PolicyBounds.Check(reader, body, place.Code, InsuranceType.Resident, resident);

        var figures = PackMerge.Flatten(body).ToList();
        var own = layers.FirstOrDefault(layer => layer.Level == PackLevel.City);
        var from = layers.Max(layer => layer.From);
        var pack = new PolicyPack(
            Version(place.Code, from, figures), place.Code, place.Name, from, own?.To, employee, resident,
            reader.OneOf<CatalogueRule>(catalogue, "intraProvince", "catalogue"))
        {
            Trauma = treatment is null ? TraumaRule.Commitment : reader.OneOf<TraumaRule>(treatment, "trauma", "treatment", TraumaRule.Commitment),
        };
        errors.AddRange(reader.Errors);
        return new ResolvedPolicy(pack, figures, layers, Warnings(place.Code, layers, day));
    }

    /// <summary>AMB-46: when a policy has ended the default applies, and says so; never silently the old one.</summary>
    private List<string> Warnings(AdminDivision area, List<PackFile> layers, DateOnly day)
    {
        var warnings = new List<string>();
        var own = layers.Any(layer => layer.Level == PackLevel.City);
        if (Ended(PackLevel.City, area, layers, day) is { } ended) warnings.Add($"{area} 的政策（{ended.Path}）已于 {ended.To:yyyy-MM-dd} 到期，按国家缺省政策计算");
        else if (!own) warnings.Add($"{area} 没有生效的政策包，按国家缺省政策计算");
        if (Ended(PackLevel.Province, _places.ProvinceOf(area).Code, layers, day) is { } province) warnings.Add($"省级政策（{province.Path}）已于 {province.To:yyyy-MM-dd} 到期，其规定不再适用");
        return warnings;
    }

    private PackFile? Ended(PackLevel level, AdminDivision area, List<PackFile> layers, DateOnly day) =>
        layers.Any(layer => layer.Level == level) ? null : _files.LastOrDefault(file => file.Level == level && file.Area == area && file.To <= day);

    private static string Version(AdminDivision area, DateOnly from, IReadOnlyList<ResolvedFigure> figures)
    {
        var text = new StringBuilder();
        foreach (var figure in figures) text.Append(figure.Path).Append('\t').Append(figure.Value).Append('\t').Append(figure.Provenance.Source.Title).Append('\n');
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
        return string.Create(CultureInfo.InvariantCulture, $"{area}@{from:yyyy-MM-dd}#{hash}");
    }

    private PackFile? Of(PackLevel level, AdminDivision? area, DateOnly day) =>
        _files.LastOrDefault(file => file.Level == level && (area is null || file.Area == area) && file.IsInForce(day));

    /// <summary>OPS-009: one policy per city, no county variants.</summary>
    private void CheckPlace(PackFile file)
    {
        if (file.Area is not { } area) return;
        var place = _places.Find(area);
        var fits = file.Level switch
        {
            PackLevel.City => place is { IsPoolingArea: true },
            PackLevel.Province => place is { Tier: Tier.Province },
            PackLevel.Nation => place is { Tier: Tier.Nation },
            PackLevel.Default => true,
        };
        if (fits) return;
        throw (file.Level == PackLevel.City ? PolicyErrors.CityLevelOnly.With(area, file.Path) : PolicyErrors.PackInvalid.With(file.Path, 1, $"{area} 不是 level 所说的层级")).AsException();
    }
}
