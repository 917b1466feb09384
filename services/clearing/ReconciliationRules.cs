using Yibao.Kernel.Places;

namespace Yibao.Clearing;

/// <summary>Who finds the cause of a mismatch (rec.mismatchOwner).</summary>
public enum MismatchOwner
{
    /// <summary>The home city's agency, which may ask the province to coordinate (004 Art.54, REC-004).</summary>
    HomeCity,
    /// <summary>省异地就医结算服务中心: the provincial centre at once (000 Art.24, REC-005).</summary>
    Province,
}

/// <summary>One province's rules of reconciliation; data, not code paths.</summary>
/// <param name="Owner">rec.mismatchOwner.</param>
/// <param name="MonthCloseDay">rec.monthCloseDay: by this day the previous month is reconciled (REC-003).</param>
/// <param name="InstitutionFixWorkingDays">rec.institutionFixWorkingDays (REC-006).</param>
/// <param name="FinanceFormsCompared">账表相符 as well (rec.financeAgency; Hubei only, REC-010).</param>
public sealed record ProvinceRules(MismatchOwner Owner, int MonthCloseDay, int InstitutionFixWorkingDays, bool FinanceFormsCompared);

/// <summary>The rules of every province; what a province did not regulate follows the national procedure as Hubei prints it.</summary>
public sealed record ReconciliationRules(ProvinceRules Default, IReadOnlyDictionary<AdminDivision, ProvinceRules> Provinces)
{
    /// <summary>A record younger than this that one party alone holds is pending, not a mismatch (REC-011).</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>004 (湖北) Art.54–55 and 000 (青海) Art.24.</summary>
    public static ReconciliationRules Standard { get; } = new(
        new ProvinceRules(MismatchOwner.HomeCity, 3, 5, FinanceFormsCompared: false),
        new Dictionary<AdminDivision, ProvinceRules>
        {
            [new("420000")] = new(MismatchOwner.HomeCity, 3, 5, FinanceFormsCompared: true),
            [new("630000")] = new(MismatchOwner.Province, 3, 5, FinanceFormsCompared: false),
        });

    public ProvinceRules Of(AdminDivision province) => Provinces.GetValueOrDefault(province, Default);

    /// <summary>Who has to find the cause of a difference about this home place.</summary>
    public AdminDivision OwnerOf(AdminDivision homeArea, AdminDivision province) => Of(province).Owner switch
    {
        MismatchOwner.HomeCity => homeArea,
        MismatchOwner.Province => province,
    };
}
