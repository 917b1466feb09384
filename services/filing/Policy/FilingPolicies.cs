using System.Collections.Concurrent;
using System.Reflection;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Policy;

/// <summary>
/// Every pack of the country. The policy of an area on a day is the area's own pack, laid over the pack it extends, laid over the
/// national default. Where an area's pack has run out its province's or the national one applies, with a warning and never silently (AMB-46).
/// </summary>
public sealed class FilingPolicies
{
    private static readonly Lazy<FilingPolicies> Shipped = new(static () => Load(ShippedFiles(), NodeRegistry.Reference.Latest));

    private readonly IReadOnlyDictionary<AdminDivision, IReadOnlyList<PolicyFile>> _packs;
    private readonly NodeMap _places;
    private readonly ConcurrentDictionary<(AdminDivision, string), FilingPolicy> _built = new();

    private FilingPolicies(IReadOnlyDictionary<AdminDivision, IReadOnlyList<PolicyFile>> packs, NodeMap places) => (_packs, _places) = (packs, places);

    /// <summary>The packs of infra/regions that this build was made with.</summary>
    public static FilingPolicies Reference => Shipped.Value;

    public IEnumerable<PolicyFile> Files => _packs.Values.SelectMany(packs => packs);

    /// <summary>Reads and validates packs; every area's policy is built once, so that a wrong figure is found now and not at a patient's bed.</summary>
    /// <param name="files">Path below infra/regions and text.</param>
    /// <exception cref="RefusedException"><c>FILING_POLICY_INVALID</c> or <c>RESTRICTION_FORBIDDEN</c>, with file and line.</exception>
    public static FilingPolicies Load(IEnumerable<(string File, string Text)> files, NodeMap places)
    {
        var packs = files.Select(file => PolicyFile.Parse(file.File, file.Text)).GroupBy(pack => pack.Area)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<PolicyFile>)[.. group.OrderBy(pack => pack.From)]);
        foreach (var pack in packs.Values.SelectMany(list => list))
        {
            if (places.Find(pack.Area) is null) throw PolicyFile.Invalid(pack.File, 1, $"区划 {pack.Area} 不在节点注册表中");
            if (pack.Extends is { } above && !packs.ContainsKey(above)) throw PolicyFile.Invalid(pack.File, 1, $"extends 的 {above} 没有政策文件");
        }

        foreach (var list in packs.Values)
        {
            foreach (var (earlier, later) in list.Zip(list.Skip(1)))
            {
                if (earlier.From == later.From) throw PolicyFile.Invalid(later.File, 1, $"与 {earlier.File} 同日生效");
                if (earlier.Until is { } until && until >= later.From) throw PolicyFile.Invalid(earlier.File, 1, $"有效期与 {later.File} 重叠");
            }
        }

        var policies = new FilingPolicies(packs, places);
        if (!packs.ContainsKey(places.Root.Code)) throw PolicyFile.Invalid($"{places.Root.Code}/filing-*.yaml", 1, "缺少国家默认政策");
        foreach (var pack in packs.Values.SelectMany(list => list)) policies.For(pack.Area, pack.From);
        return policies;
    }

    /// <summary>The policy of a pooling area on a day.</summary>
    public FilingPolicy For(AdminDivision area, DateOnly day)
    {
        var warnings = new List<string>();
        var layers = Layers(Nearest(area, day, warnings), day);
        // Built once for each combination of packs, not for each day.
        return _built.GetOrAdd((area, string.Join('|', layers.Select(layer => layer.File).Concat(warnings))), _ => Build(area, layers, warnings));
    }

    // The area's own pack, else its province's, else the nation's.
    private PolicyFile Nearest(AdminDivision area, DateOnly day, List<string> warnings)
    {
        for (Place? place = _places[area]; place is not null; place = place.Parent is { } above ? _places[above] : null)
        {
            if (InForce(place.Code, day) is { } pack) return pack;
            if (_packs.TryGetValue(place.Code, out var own) && own.LastOrDefault(p => p.From <= day) is { Until: { } until } ended)
                warnings.Add($"{ended.File} 的有效期至 {until:yyyy-MM-dd}，其后没有新的政策文件，按上级或国家默认政策执行");
        }

        throw PolicyFile.Invalid($"{_places.Root.Code}/filing-*.yaml", 1, $"{day:yyyy-MM-dd} 没有有效的国家默认政策");
    }

    // Topmost last; every pack rests on the national default in the end.
    private List<PolicyFile> Layers(PolicyFile pack, DateOnly day)
    {
        var layers = new List<PolicyFile> { pack };
        while ((layers[^1].Extends ?? Default(layers[^1])) is { } above)
        {
            var next = InForce(above, day) ?? throw PolicyFile.Invalid(layers[^1].File, 1, $"extends 的 {above} 在 {day:yyyy-MM-dd} 没有有效政策");
            if (layers.Contains(next)) throw PolicyFile.Invalid(layers[^1].File, 1, "extends 循环");
            layers.Add(next);
        }

        return layers;
    }

    private AdminDivision? Default(PolicyFile layer) => layer.Area == _places.Root.Code ? null : _places.Root.Code;

    private FilingPolicy Build(AdminDivision area, IReadOnlyList<PolicyFile> layers, IReadOnlyList<string> warnings)
    {
        var values = new Dictionary<string, PolicyValue>(StringComparer.Ordinal);
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var layer in layers.Reverse())
        {
            foreach (var (key, value) in layer.Values)
            {
                values[key] = value;
                sources[key] = layer.Area == _places.Root.Code ? FilingPolicy.NationalDefault : $"{layer.File}:{value.Line} {layer.Document}（{layer.Mark}）";
            }
        }

        // The national default at the bottom says everything; what it leaves out, nobody says.
        if (PolicyKeys.Missing(values) is { } missing) throw PolicyFile.Invalid(layers[^1].File, 1, $"缺少 {missing}");
        return PolicyKeys.Build(area, layers[0].Area == _places.Root.Code ? FilingPolicy.NationalDefault : layers[0].File, warnings, values, sources);
    }

    private PolicyFile? InForce(AdminDivision area, DateOnly day) =>
        _packs.TryGetValue(area, out var list) ? list.LastOrDefault(pack => pack.From <= day && (pack.Until is not { } until || day <= until)) : null;

    private static IEnumerable<(string, string)> ShippedFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("regions/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name["regions/".Length..].Replace('\\', '/'), reader.ReadToEnd());
        }
    }
}
