using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.Benefits.Packs;

/// <summary>Turns a resolved tree into the rules of one insurance. The shape is described in <c>infra/regions/README.md</c>.</summary>
internal sealed class PackBinder(PackReader reader, InsuranceType insurance)
{
    private static readonly (string Key, Fund Fund, LayerFor For)[] EmployeeLayers =
    [
        ("largeSum", Fund.EmployeeLargeSum, LayerFor.Everyone),
        ("civilServant", Fund.CivilServant, LayerFor.CivilServant),
        ("supplementary", Fund.Supplementary, LayerFor.Supplementary),
        ("disabledServicemen", Fund.DisabledServicemen, LayerFor.DisabledServiceman),
    ];

    private static readonly (string Key, Fund Fund, LayerFor For)[] ResidentLayers =
    [
        ("catastrophic", Fund.ResidentCatastrophic, LayerFor.Everyone),
        ("supplementary", Fund.Supplementary, LayerFor.Supplementary),
    ];

    private readonly string _root = PackReader.Camel(insurance.ToString());

    public InsurancePolicy Bind(PackMap body)
    {
        var map = reader.Map(body, _root, "");
        // Named in both sections so that `both` can carry any of them.
        reader.Only(map, _root, "inpatient", "outpatient", "chronic", "annualCap", "largeSum", "catastrophic", "civilServant", "supplementary", "disabledServicemen",
            "medicalAid", "account", "fundNames", "outOfArea");
        var inpatient = Care(map, "inpatient");
        var outpatient = Care(map, "outpatient");
        var chronic = Care(map, "chronic", "limits", "diseases");
        var medicalAid = reader.Map(map, "medicalAid", _root);
        return new InsurancePolicy(
            inpatient, outpatient, chronic, Chronic(reader.Map(map, "chronic", _root)), OutOfArea(reader.Map(map, "outOfArea", _root)),
            CapOf(map, "annualCap", _root), [.. Layers(map), .. Aid(medicalAid)], reader.Flag(medicalAid, "enabled", _root + ".medicalAid", otherwise: false),
            AccountOf(reader.Map(map, "account", _root)), Names(map));
    }

    private CarePolicy Care(PackMap parent, string key, params ReadOnlySpan<string> more)
    {
        var path = $"{_root}.{key}";
        var map = reader.Map(parent, key, _root);
        reader.Only(map, path, ["deductible", "period", "segments", "cap", "countsTowardsAnnualCap", .. more]);
        return new CarePolicy(Deductible(map, path), Segments(map, path), CapOf(map, "cap", path), reader.Flag(map, "countsTowardsAnnualCap", path, otherwise: true));
    }

    private DeductiblePolicy Deductible(PackMap parent, string above)
    {
        if (parent["deductible"] is PackScalar { Text: "none" } none) return DeductiblePolicy.None with { Rule = PackReader.RuleOf(above + ".deductible", none) };
        var path = above + ".deductible";
        var map = reader.Map(parent, "deductible", above);
        reader.Only(map, path, "kind", "amounts");
        var kind = reader.OneOf<DeductibleKind>(map, "kind", path);
        if (map["amounts"] is not { } amounts)
        {
            reader.Wrong(map.Provenance, path + " 缺少 amounts");
            return DeductiblePolicy.None;
        }

        var table = PackTables.Read(reader, amounts, path + ".amounts", insurance, [Money.Zero], Amounts);
        return new DeductiblePolicy(kind, table, PackReader.RuleOf(path, map));

        Money[] Amounts(PackNode node, string at)
        {
            if (node is not PackList list) return [reader.Amount(node, at)];
            if (kind != DeductibleKind.PerAdmission || list.Items.Count is 0 or > 20) reader.Wrong(node.Provenance, $"{at} 只有 perAdmission 才能按住院次数列出 1 至 20 个金额");
            return list.Items.Count == 0 ? [Money.Zero] : [.. list.Items.Select((item, index) => reader.Amount(item, $"{at}[{index}]"))];
        }
    }

    private SegmentTable Segments(PackMap parent, string above, SegmentPeriod otherwise = SegmentPeriod.Visit)
    {
        var period = reader.OneOf<SegmentPeriod>(parent, "period", above, otherwise);
        var path = above + ".segments";
        if (parent["segments"] is not PackList { Items.Count: > 0 and <= 50 } list)
        {
            reader.Wrong((parent["segments"] ?? parent).Provenance, path + " 应为一至五十段的列表");
            return new SegmentTable(period, [new Segment(Money.Zero, null, LevelTable<decimal>.Of(0m), Rule.None)]);
        }

        var segments = new List<Segment>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (Segment(list.Items[i], $"{path}[{i}]") is not { } segment) continue;
            if (segments is [.., var last])
            {
                if (segment.From <= last.From) reader.Wrong(list.Items[i].Provenance, $"{path}[{i}] 的 from 必须大于上一段");
                segments[^1] = last with { To = segment.From };
            }

            segments.Add(segment);
        }

        return new SegmentTable(period, segments);
    }

    private Segment? Segment(PackNode node, string path)
    {
        if (node is not PackMap map)
        {
            reader.Wrong(node.Provenance, $"{path} 应有 from 和 ratio");
            return null;
        }

        reader.Only(map, path, "from", "ratio");
        if (map["from"] is not { } from || map["ratio"] is not { } ratio)
        {
            reader.Wrong(map.Provenance, $"{path} 应有 from 和 ratio");
            return null;
        }

        var table = PackTables.Read(reader, ratio, path + ".ratio", insurance, 0m, reader.Percent);
        return new Segment(reader.Amount(from, path + ".from"), null, table, PackReader.RuleOf(path, map));
    }

    private Cap CapOf(PackMap parent, string key, string above)
    {
        var path = $"{above}.{key}";
        if (parent[key] is not { } node) return Cap.None;
        var table = PackTables.Read<Money?>(reader, node, path, insurance, null, (cell, at) => cell is PackScalar { Text: "none" } ? null : reader.Amount(cell, at));
        return new Cap(table, PackReader.RuleOf(path, node));
    }

    private ChronicPolicy Chronic(PackMap map)
    {
        var path = _root + ".chronic";
        var limits = reader.OneOf<ChronicLimits>(map, "limits", path, ChronicLimits.Separate);
        var caps = new Dictionary<string, Money>(StringComparer.Ordinal);
        if (map["diseases"] is PackMap diseases)
        {
            foreach (var (code, cap) in diseases.Entries) caps[code] = reader.Amount(cap, $"{path}.diseases.{code}");
        }

        return new ChronicPolicy(limits, caps, PackReader.RuleOf(path + ".diseases", map["diseases"] ?? map));
    }

    private IEnumerable<LayerPolicy> Layers(PackMap map)
    {
        foreach (var (key, fund, whom) in insurance == InsuranceType.Employee ? EmployeeLayers : ResidentLayers)
        {
            if (map[key] is null or PackScalar { Text: "none" }) continue;
            yield return Layer(reader.Map(map, key, _root), $"{_root}.{key}", fund, whom, null);
        }
    }

    private IEnumerable<LayerPolicy> Aid(PackMap map)
    {
        var path = _root + ".medicalAid";
        reader.Only(map, path, "enabled", "classes");
        if (map["classes"] is not PackMap classes) yield break;
        foreach (var name in classes.Entries.Keys) yield return Layer(reader.Map(classes, name, path + ".classes"), $"{path}.classes.{name}", Fund.MedicalAid, LayerFor.AidClass, name);
    }

    private LayerPolicy Layer(PackMap map, string path, Fund fund, LayerFor whom, string? aidClass)
    {
        reader.Only(map, path, "base", "period", "segments", "cap", "cares", "includesClassB", "includesReduction", "reduced");
        return new LayerPolicy(
            fund, whom, aidClass,
            reader.OneOf<LayerBase>(map, "base", path, LayerBase.Remainder),
            reader.Flag(map, "includesClassB", path, otherwise: false),
            reader.Flag(map, "includesReduction", path, otherwise: true),
            reader.Flag(map, "reduced", path, otherwise: false),
            Cares(map, path), Segments(map, path), CapOf(map, "cap", path));
    }

    private IReadOnlyList<CareType> Cares(PackMap map, string path)
    {
        if (map["cares"] is not { } node) return [];
        if (node is PackList { Items.Count: > 0 } list)
        {
            var cares = new List<CareType>();
            foreach (var item in list.Items)
            {
                if (item is PackScalar { Text: var text } && Enum.GetValues<CareType>().Where(care => PackReader.Camel(care.ToString()) == text).ToList() is [var care]) cares.Add(care);
                else reader.Wrong(item.Provenance, $"{path}.cares 应为 inpatient、generalOutpatient、chronicOutpatient、pharmacy");
            }

            return cares;
        }

        reader.Wrong(node.Provenance, $"{path}.cares 应为列表");
        return [];
    }

    private AccountPolicy AccountOf(PackMap map)
    {
        var path = _root + ".account";
        reader.Only(map, path, "pays", "family");
        return new AccountPolicy(reader.OneOf<AccountScope>(map, "pays", path), reader.Flag(map, "family", path, otherwise: false), PackReader.RuleOf(path, map));
    }

    private Dictionary<Fund, string> Names(PackMap map)
    {
        var names = new Dictionary<Fund, string>();
        if (map["fundNames"] is not PackMap given) return names;
        foreach (var (key, node) in given.Entries)
        {
            var fund = Enum.GetValues<Fund>().Cast<Fund?>().FirstOrDefault(candidate => PackReader.Camel(candidate.ToString()!) == key);
            if (fund is { } known && node is PackScalar { Text.Length: > 0 and <= 40 } name) names[known] = name.Text;
            else reader.Wrong(node.Provenance, $"{_root}.fundNames.{key} 不是基金，或名称为空或过长");
        }

        return names;
    }

    private OutOfAreaPolicy OutOfArea(PackMap map)
    {
        var path = _root + ".outOfArea";
        reader.Only(map, path, "longTerm", "referred", "emergency", "otherTemporary", "returnHome", "outpatientNoFiling", "unfiled", "lateCommitment");
        var byClass = Enum.GetValues<TreatmentClass>().Select(treatment => treatment == TreatmentClass.Local ? Reduction.None : ReductionOf(map, PackReader.Camel(treatment.ToString()), path)).ToList();
        var late = map["lateCommitment"];
        var asOther = late switch
        {
            PackScalar { Text: "otherTemporary" } => true,
            null or PackScalar { Text: "local" } => false,
            _ => Refuse(late),
        };
        return new OutOfAreaPolicy(byClass, asOther, late is null ? Rule.None : PackReader.RuleOf(path + ".lateCommitment", late));

        bool Refuse(PackNode node)
        {
            reader.Wrong(node.Provenance, $"{path}.lateCommitment 应为 otherTemporary 或 local");
            return false;
        }
    }

    private Reduction ReductionOf(PackMap parent, string key, string above)
    {
        var path = $"{above}.{key}";
        var map = reader.Map(parent, key, above);
        reader.Only(map, path, "points", "firstPay", "multiplier");
        var (method, node, value) =
            map["points"] is { } points ? (ReductionMethod.Points, points, reader.Points)
            : map["firstPay"] is { } first ? (ReductionMethod.FirstPay, first, reader.Percent)
            : map["multiplier"] is { } factor ? (ReductionMethod.Multiplier, factor, reader.Factor)
            : (ReductionMethod.Points, (PackNode?)null, (Func<PackNode, string, decimal>)reader.Points);
        if (node is null || map.Entries.Count != 1)
        {
            reader.Wrong(map.Provenance, $"{path} 应为 points（百分点）、firstPay（先行自付比例）、multiplier（系数）之一");
            return Reduction.None;
        }

        var table = PackTables.Read(reader, node, $"{path}.{map.Entries.Keys.First()}", insurance, method == ReductionMethod.Multiplier ? 1m : 0m, value);
        return new Reduction(method, table, PackReader.RuleOf(path, map));
    }
}
