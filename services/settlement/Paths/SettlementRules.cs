using System.Collections.Frozen;
using System.Globalization;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Paths;

/// <summary>How an intra-province settlement travels (settle.intra).</summary>
public enum IntraPath
{
    /// <summary>The treatment agency splits every line, the home agency computes (001 三(四), SET-008).</summary>
    TreatmentSplit,
    /// <summary>The provincial platform computes by the home place's policy (004 Art.47, SET-007).</summary>
    ProvincialPlatform,
}

/// <summary>Within how long the details of a cross-province stay go to the nation.</summary>
/// <param name="Days">Calendar days after the settlement; null: deferred, no number (SET-012).</param>
public sealed record DetailsDeadline(int? Days)
{
    /// <summary>The last day (SET-011); null: none.</summary>
    public DateOnly? DueOn(DateOnly settled) => Days is { } days ? settled.AddDays(days) : null;
}

/// <summary>What share of its cross-province stays a place is to settle directly, and by when (SET-030).</summary>
public sealed record DirectRateTarget(decimal Ratio, DateOnly By);

/// <summary>
/// How a place settles, apart from its benefits: <c>infra/regions/settlement-rules.csv</c>, one row per area, rule and span of days. An
/// area's own row prevails over its province's, and that one over the nation's.
/// </summary>
public sealed class SettlementRules
{
    private const string File = "settlement-rules.csv";
    private static readonly string[] Columns = ["area", "from", "to", "rule", "value", "mark", "source"];
    private static readonly FrozenSet<string> Marks = FrozenSet.Create(StringComparer.Ordinal, "official", "illustrative", "default");

    private readonly ILookup<(string Area, string Rule), Row> _rows;
    private readonly NodeMap _places;

    private SettlementRules(IEnumerable<Row> rows, NodeMap places)
    {
        _rows = rows.ToLookup(row => (row.Area, row.Rule));
        _places = places;
    }

    /// <exception cref="RefusedException"><c>POLICY_INVALID</c> with file and line.</exception>
    public static SettlementRules Load(string regions, NodeMap places) => Parse(System.IO.File.ReadAllText(Path.Combine(regions, File)), places);

    /// <exception cref="RefusedException"><c>POLICY_INVALID</c> with file and line.</exception>
    public static SettlementRules Parse(string text, NodeMap places)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n');
        if (!lines[0].TrimEnd().Split(',').SequenceEqual(Columns)) throw Wrong(1, "表头应为 " + string.Join(',', Columns));
        var rows = new List<Row>();
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd();
            if (line.Length == 0 || line[0] == '#') continue;
            rows.Add(Read(i + 1, line.Split(','), places));
        }

        foreach (var group in rows.GroupBy(row => (row.Area, row.Rule)))
            foreach (var (earlier, later) in group.OrderBy(row => row.From).Zip(group.OrderBy(row => row.From).Skip(1)))
                if (earlier.To is not { } to || to > later.From) throw Wrong(later.Line, $"{later.Area} 的 {later.Rule} 有效期重叠");
        return new SettlementRules(rows, places);
    }

    /// <summary>The treatment place's way inside its province.</summary>
    public IntraPath IntraPathOf(AdminDivision treatment, DateOnly day) => (IntraPath)Find(treatment, day, "intra_path").Value;

    public DetailsDeadline? DetailsDeadlineOf(AdminDivision treatment, DateOnly day) => TryFind(treatment, day, "inpatient_details")?.Value as DetailsDeadline;

    /// <summary>补记账 is possible at this treatment place (INS-016).</summary>
    public bool AllowsSupplementaryBooking(AdminDivision treatment, DateOnly day) => (bool)Find(treatment, day, "supplementary_booking").Value;

    /// <summary>The home place reimburses online (SET-022).</summary>
    public bool ReimbursesOnline(AdminDivision home, DateOnly day) => (bool)Find(home, day, "online_manual").Value;

    /// <summary>Null: no target.</summary>
    public DirectRateTarget? RateTargetOf(AdminDivision home, DateOnly day) => TryFind(home, day, "direct_rate_target")?.Value as DirectRateTarget;

    private Row Find(AdminDivision area, DateOnly day, string rule) => TryFind(area, day, rule) ?? throw PolicyErrors.PolicyMissing.With(area, $"{rule} {Iso(day)}").AsException();

    private Row? TryFind(AdminDivision area, DateOnly day, string rule)
    {
        string[] layers = _places[area].Tier == Tier.Nation ? [area.Code] : [area.Code, _places.ProvinceOf(area).Code.Code, _places.Root.Code.Code];
        foreach (var layer in layers)
        {
            if (_rows[(layer, rule)].FirstOrDefault(row => row.From <= day && (row.To is not { } to || day < to)) is { } found) return found;
        }

        return null;
    }

    private static Row Read(int line, string[] cells, NodeMap places)
    {
        if (cells.Length != Columns.Length) throw Wrong(line, $"应有 {Columns.Length} 列，实有 {cells.Length} 列");
        if (!AdminDivision.TryParse(cells[0], out var area) || !places.Knows(area)) throw Wrong(line, $"不认识的区划 {cells[0]}");
        var from = Day(line, cells[1]) ?? throw Wrong(line, "缺少 from");
        var to = Day(line, cells[2]);
        if (to <= from) throw Wrong(line, "to 必须晚于 from");
        if (!Marks.Contains(cells[5])) throw Wrong(line, "mark 应为 official、illustrative 或 default");
        if (cells[6].Length == 0) throw Wrong(line, "缺少 source");
        return new Row(line, cells[0], from, to, cells[3], Value(line, cells[3], cells[4]));
    }

    private static object Value(int line, string rule, string value) => rule switch
    {
        "intra_path" => value switch
        {
            "treatmentSplit" => IntraPath.TreatmentSplit,
            "provincialPlatform" => IntraPath.ProvincialPlatform,
            _ => throw Wrong(line, "intra_path 应为 treatmentSplit 或 provincialPlatform"),
        },
        "inpatient_details" => value == "deferred" ? new DetailsDeadline(null)
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 366 ? new DetailsDeadline(days)
            : throw Wrong(line, "inpatient_details 应为天数（1 至 366）或 deferred"),
        "supplementary_booking" or "online_manual" => value switch
        {
            "yes" => true,
            "no" => (object)false,
            _ => throw Wrong(line, $"{rule} 应为 yes 或 no"),
        },
        "direct_rate_target" => Target(line, value),
        _ => throw Wrong(line, $"不认识的规则 {rule}"),
    };

    private static DirectRateTarget Target(int line, string value) =>
        value.Split("% by ") is [var percent, var by]
        && decimal.TryParse(percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var points) && points is > 0 and <= 100
        && Day(line, by) is { } day
            ? new DirectRateTarget(points / 100m, day)
            : throw Wrong(line, "direct_rate_target 应如 70% by 2025-12-31");

    private static DateOnly? Day(int line, string text) => text.Length == 0 ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw Wrong(line, $"日期应为 yyyy-MM-dd，不是 {text}");

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static RefusedException Wrong(int line, string what) => PolicyErrors.PackInvalid.With(File, line, what).AsException();

    private sealed record Row(int Line, string Area, DateOnly From, DateOnly? To, string Rule, object Value);
}
