using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.Benefits;

/// <summary>The funds each insurance lists (BEN-020), with their national codes and names.</summary>
public static class FundList
{
    private static readonly (Fund Fund, string Code, string Name)[] Employee =
    [
        (Fund.Pooled, "310100", "统筹基金"),
        (Fund.PersonalAccount, "310200", "个人账户"),
        (Fund.EmployeeLargeSum, "330100", "职工大额医疗费用补助"),
        (Fund.Supplementary, "370100", "补充医疗保险"),
        (Fund.CivilServant, "320100", "公务员医疗补助"),
        (Fund.DisabledServicemen, "350100", "伤残人员医疗保障"),
        (Fund.MedicalAid, "610100", "医疗救助"),
        (Fund.Other, "999997", "其他"),
    ];

    private static readonly (Fund Fund, string Code, string Name)[] Resident =
    [
        (Fund.Pooled, "390100", "基本医疗保险"),
        (Fund.ResidentCatastrophic, "390200", "城乡居民大病保险"),
        (Fund.MedicalAid, "610100", "医疗救助"),
        (Fund.Supplementary, "370100", "补充医疗保险"),
        (Fund.Other, "999997", "其他"),
    ];

    /// <summary>Family mutual aid lets a relative's account pay for a resident: then the list has one more line.</summary>
    private static readonly (Fund Fund, string Code, string Name) MutualAid = (Fund.PersonalAccount, "310200", "个人账户（家庭共济）");

    public static IReadOnlyList<(Fund Fund, string Code, string Name)> Of(InsuranceType insurance) => insurance switch
    {
        InsuranceType.Employee => Employee,
        InsuranceType.Resident => Resident,
    };

    /// <summary>Every fund of the insurance's list, zeros included, medical aid only where the area has it in direct settlement (SET-024).</summary>
    internal static IReadOnlyList<FundAmount> Fill(InsuranceType insurance, InsurancePolicy policy, ReadOnlySpan<Money> amounts)
    {
        var list = insurance == InsuranceType.Employee ? Employee : Resident;
        var extra = insurance == InsuranceType.Resident && !amounts[(int)Fund.PersonalAccount].IsZero;
        var filled = new List<FundAmount>(list.Length + 1);
        foreach (var (fund, code, name) in list)
        {
            if (fund == Fund.MedicalAid && !policy.MedicalAid) continue;
            filled.Add(new FundAmount(fund, policy.FundNames.GetValueOrDefault(fund, name), amounts[(int)fund]) { Code = code });
        }

        if (extra) filled.Add(new FundAmount(MutualAid.Fund, MutualAid.Name, amounts[(int)Fund.PersonalAccount]) { Code = MutualAid.Code });
        return filled;
    }
}
