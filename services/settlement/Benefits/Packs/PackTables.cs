using Yibao.Contracts.Settlements;

namespace Yibao.Settlement.Benefits.Packs;

/// <summary>
/// Reads a table: one value for all; a value per hospital level; or per person type a value or a value per level.
/// What is missing falls back: 三级甲等 to 三级, 离休 to 退休, 未成年 and 老年 to 成年, anything to <c>others</c>.
/// </summary>
internal static class PackTables
{
    private const string Others = "others";

    private static readonly string[] PersonKeys = [.. Enum.GetNames<PersonType>().Select(PackReader.Camel)];
    private static readonly string[] LevelKeys = [.. Enum.GetNames<HospitalLevel>().Select(PackReader.Camel)];

    /// <summary>The person types an insurance knows.</summary>
    public static IReadOnlyList<PersonType> PersonsOf(InsuranceType insurance) => insurance switch
    {
        InsuranceType.Employee => [PersonType.Active, PersonType.Retired, PersonType.Veteran],
        InsuranceType.Resident => [PersonType.Minor, PersonType.Adult, PersonType.Senior],
    };

    public static LevelTable<T> Read<T>(PackReader reader, PackNode node, string path, InsuranceType insurance, T absent, Func<PackNode, string, T> value)
    {
        var cells = new T[LevelTable<T>.Persons * LevelTable<T>.Levels];
        Array.Fill(cells, absent);
        CheckKeys(reader, node, path);
        foreach (var person in PersonsOf(insurance))
        {
            foreach (var level in Enum.GetValues<HospitalLevel>())
            {
                if (Find(node, person, level) is var (found, at)) cells[(int)person * LevelTable<T>.Levels + (int)level] = value(found, path + at);
                else reader.Wrong(node.Provenance, $"{path} 没有 {PersonKeys[(int)person]}、{LevelKeys[(int)level]} 的值（可加 {Others}）");
            }
        }

        return new LevelTable<T>(cells);
    }

    private static (PackNode Node, string At)? Find(PackNode node, PersonType person, HospitalLevel level)
    {
        if (node is not PackMap map) return (node, "");
        if (!ByPerson(map)) return ByLevel(map, level, "");
        foreach (var key in Keys(person))
        {
            if (map[key] is not { } found) continue;
            if (found is not PackMap levels) return (found, "." + key);
            if (ByLevel(levels, level, "." + key) is { } cell) return cell;
        }

        return null;
    }

    private static (PackNode, string)? ByLevel(PackMap map, HospitalLevel level, string at)
    {
        foreach (var key in Keys(level))
        {
            if (map[key] is { } found) return (found, $"{at}.{key}");
        }

        return null;
    }

    private static string[] Keys(PersonType person) => person switch
    {
        PersonType.Veteran => ["veteran", "retired", Others],
        PersonType.Minor => ["minor", "adult", Others],
        PersonType.Senior => ["senior", "adult", Others],
        _ => [PersonKeys[(int)person], Others],
    };

    private static string[] Keys(HospitalLevel level) =>
        level == HospitalLevel.TertiaryA ? ["tertiaryA", "tertiary", Others] : [LevelKeys[(int)level], Others];

    /// <summary>A mapping is by person if any key names one, or if its <c>others</c> is itself a mapping.</summary>
    private static bool ByPerson(PackMap map) => map.Entries.Any(entry => PersonKeys.Contains(entry.Key, StringComparer.Ordinal) || entry is { Key: Others, Value: PackMap });

    private static void CheckKeys(PackReader reader, PackNode node, string path)
    {
        if (node is not PackMap map) return;
        if (!ByPerson(map))
        {
            reader.Only(map, path, [.. LevelKeys, Others]);
            return;
        }

        reader.Only(map, path, [.. PersonKeys, Others]);
        foreach (var (key, value) in map.Entries)
        {
            if (value is PackMap levels) reader.Only(levels, $"{path}.{key}", [.. LevelKeys, Others]);
        }
    }
}
