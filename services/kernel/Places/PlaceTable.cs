using System.Globalization;
using Yibao.Kernel.Data;

namespace Yibao.Kernel.Places;

/// <summary>Reads places and refuses a table that is no tree.</summary>
internal static class PlaceTable
{
    public static IReadOnlyDictionary<AdminDivision, Place> Parse(string text)
    {
        var rows = ReferenceTable.Parse("places.csv", text);
        var places = new Dictionary<AdminDivision, Place>();
        foreach (var row in rows)
        {
            var place = Read(row);
            if (!places.TryAdd(place.Code, place)) throw row.Wrong($"{place.Code} stands here twice.");
        }

        foreach (var row in rows) Check(places[new AdminDivision(row["code"])], places, row);
        return places.Values.Count(place => place.Parent is null) == 1 ? places : throw new FormatException("places.csv: exactly one place, the nation, has no parent.");
    }

    private static Place Read(ReferenceTable.Row row) => new(
        Code(row, "code") ?? throw row.Wrong("'code' is missing."),
        Text(row, "name"),
        Text(row, "printed"),
        Text(row, "short"),
        row["tier"] switch
        {
            "nation" => Tier.Nation,
            "province" => Tier.Province,
            "city" => Tier.City,
            var other => throw row.Wrong($"the tier '{other}' is none of nation, province, city."),
        },
        Code(row, "parent"),
        int.TryParse(row["order"], NumberStyles.None, CultureInfo.InvariantCulture, out var order) ? order : throw row.Wrong("'order' is a number."),
        row["pool"] switch
        {
            "yes" => Pooling.Area,
            "no" => Pooling.None,
            "by_province" => Pooling.ByProvince,
            var other => throw row.Wrong($"'pool' is yes, no or by_province, not '{other}'."),
        },
        Code(row, "same_city_as"));

    private static void Check(Place place, Dictionary<AdminDivision, Place> places, ReferenceTable.Row row)
    {
        if ((place.Tier == Tier.Nation) != (place.Parent is null)) throw row.Wrong("the nation, and only the nation, has no parent.");
        if (place.Parent is { } parent)
        {
            // Tiers only descend, so a table that passes cannot hold a cycle.
            if (!places.TryGetValue(parent, out var above)) throw row.Wrong($"the parent {parent} is not in the table.");
            if (above.Tier >= place.Tier) throw row.Wrong($"the parent {parent} is not of a higher tier.");
        }

        if (place.SameCityAs is { } city && (!places.TryGetValue(city, out var other) || other.Parent != place.Parent || !other.IsPoolingArea || !place.IsPoolingArea))
            throw row.Wrong($"{city} is not a pooling area beside it.");
    }

    private static AdminDivision? Code(ReferenceTable.Row row, string column) => row[column] is "" ? null
        : AdminDivision.TryParse(row[column], out var code) ? code
        : throw row.Wrong($"'{column}' is six digits.");

    private static string Text(ReferenceTable.Row row, string column) => row[column] is { Length: > 0 } text ? text : throw row.Wrong($"'{column}' is missing.");
}
