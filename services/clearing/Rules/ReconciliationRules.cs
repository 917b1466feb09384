using System.Reflection;
using Yibao.Clearing.Exchange;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Rules;

/// <summary>Who finds the cause of a mismatch (rec.mismatchOwner).</summary>
public enum MismatchOwner
{
    /// <summary>The home city's agency, which may ask the province to coordinate (004 Art.54, REC-004).</summary>
    HomeCity,
    /// <summary>省异地就医结算服务中心: the provincial centre at once (000 Art.24, REC-005).</summary>
    Province,
}

/// <summary>One province's rules of reconciliation on a day.</summary>
/// <param name="Owner">rec.mismatchOwner.</param>
/// <param name="MonthCloseDay">rec.monthCloseDay: by this day the previous month is reconciled (REC-003).</param>
/// <param name="InstitutionFixWorkingDays">rec.institutionFixWorkingDays (REC-006).</param>
/// <param name="FinanceFormsCompared">账表相符 as well (rec.financeAgency; Hubei only, REC-010).</param>
/// <param name="MessageTimeout">A record younger than this that one party alone holds is pending, not a mismatch (REC-011).</param>
/// <param name="CutPatience">So long at most the cut waits for the node's own settlements to be booked.</param>
/// <param name="CompareAgain">How often a day that does not agree is compared again.</param>
public sealed record ProvinceRules(
    MismatchOwner Owner, int MonthCloseDay, int InstitutionFixWorkingDays, bool FinanceFormsCompared, TimeSpan MessageTimeout, TimeSpan CutPatience, TimeSpan CompareAgain);

/// <summary>
/// The rules as infra/regions has them: <c>&lt;nation or province&gt;/reconciliation-&lt;first day&gt;.yaml</c>. The nation's file says everything,
/// a province's what differs.
/// </summary>
public sealed class ReconciliationRules
{
    private static readonly Lazy<ReconciliationRules> Shipped = new(static () => Load(ShippedFiles(), NodeRegistry.Reference.Latest));

    private readonly ILookup<AdminDivision, RulesFile> _files;
    private readonly AdminDivision _root;

    private ReconciliationRules(IEnumerable<RulesFile> files, AdminDivision root) => (_files, _root) = (files.ToLookup(file => file.Area), root);

    /// <summary>The files that this build was made with.</summary>
    public static ReconciliationRules Reference => Shipped.Value;

    /// <param name="files">Path below infra/regions and text.</param>
    /// <exception cref="RefusedException"><c>RECONCILIATION_RULES_INVALID</c>, with file and line.</exception>
    public static ReconciliationRules Load(IEnumerable<(string File, string Text)> files, NodeMap places)
    {
        var read = files.Select(file => RulesFile.Parse(file.File, file.Text)).ToList();
        foreach (var file in read)
        {
            if (file.Area != places.Root.Code && places.Find(file.Area) is not { Tier: Tier.Province }) throw RulesFile.Invalid(file.File, 1, $"{file.Area} 不是国家或省级");
            if (file.Area == places.Root.Code && file.Missing is { } missing) throw RulesFile.Invalid(file.File, 1, $"缺少 {missing}");
        }

        if (read.GroupBy(file => (file.Area, file.From)).FirstOrDefault(same => same.Count() > 1) is { } twice) throw RulesFile.Invalid(twice.Last().File, 1, $"与 {twice.First().File} 同日生效");
        if (read.All(file => file.Area != places.Root.Code)) throw RulesFile.Invalid($"{places.Root.Code}/reconciliation-*.yaml", 1, "缺少国家默认规则");
        return new ReconciliationRules(read, places.Root.Code);
    }

    /// <summary>A province's rules; those of the nation for the nation itself.</summary>
    /// <exception cref="RefusedException"><c>RECONCILIATION_RULES_INVALID</c>: nothing was in force that day.</exception>
    public ProvinceRules Of(AdminDivision province, DateOnly day)
    {
        var nation = InForce(_root, day) ?? throw RulesFile.Invalid($"{_root}/reconciliation-*.yaml", 1, $"{day:yyyy-MM-dd} 没有生效的国家默认规则");
        var own = province == _root ? null : InForce(province, day);
        return nation.Under(own);
    }

    /// <summary>The rules that a node keeps as a house and as a side: its province's.</summary>
    public ProvinceRules Of(ISurroundings around, DateOnly day) => Of(around.Parent is null ? around.Node : around.ProvinceOf(around.Node), day);

    /// <summary>Who has to find the cause of a difference about this home place.</summary>
    public AdminDivision OwnerOf(AdminDivision homeArea, AdminDivision province, DateOnly day) => Of(province, day).Owner switch
    {
        MismatchOwner.HomeCity => homeArea,
        MismatchOwner.Province => province,
    };

    private RulesFile? InForce(AdminDivision area, DateOnly day) => _files[area].Where(file => file.From <= day).MaxBy(file => file.From);

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
