using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.Benefits;

/// <summary>The five funds of Qinghai's clearing sheet (000 Annex 2).</summary>
public enum QinghaiFund
{
    /// <summary>统筹基金.</summary>
    Pooled,
    /// <summary>个人账户.</summary>
    PersonalAccount,
    /// <summary>离休基金.</summary>
    Veteran,
    /// <summary>城乡居民基金.</summary>
    Resident,
    /// <summary>其他基金.</summary>
    Other,
}

/// <summary>The five personnel groups of the same sheet.</summary>
public enum QinghaiGroup
{
    /// <summary>在职.</summary>
    Active,
    /// <summary>退休.</summary>
    Retired,
    /// <summary>离休.</summary>
    Veteran,
    /// <summary>城乡居民(中): working age and minors (AMB-43).</summary>
    ResidentWorkingAge,
    /// <summary>城乡居民(老): old age.</summary>
    ResidentOld,
}

/// <summary>BEN-021: every fund of a result falls under exactly one of the five, every person in exactly one group.</summary>
public static class QinghaiFunds
{
    /// <summary>Amounts in the order of <see cref="QinghaiFund"/>; their sum is the fund total.</summary>
    public static IReadOnlyList<Money> Of(Figures figures, InsuranceType insurance, PersonType person)
    {
        var amounts = new Money[Enum.GetValues<QinghaiFund>().Length];
        foreach (var fund in figures.Funds) amounts[(int)FundOf(fund.Fund, insurance, person)] += fund.Amount;
        return amounts;
    }

    public static QinghaiFund FundOf(Fund fund, InsuranceType insurance, PersonType person) => fund switch
    {
        Fund.PersonalAccount => QinghaiFund.PersonalAccount,
        Fund.Pooled when person == PersonType.Veteran => QinghaiFund.Veteran,
        Fund.Pooled or Fund.ResidentCatastrophic when insurance == InsuranceType.Resident => QinghaiFund.Resident,
        Fund.Pooled => QinghaiFund.Pooled,
        // The sheet knows no other: everything else is printed under 其他基金 (AMB-56).
        _ => QinghaiFund.Other,
    };

    public static QinghaiGroup GroupOf(PersonType person) => person switch
    {
        PersonType.Active => QinghaiGroup.Active,
        PersonType.Retired => QinghaiGroup.Retired,
        PersonType.Veteran => QinghaiGroup.Veteran,
        PersonType.Minor or PersonType.Adult => QinghaiGroup.ResidentWorkingAge,
        PersonType.Senior => QinghaiGroup.ResidentOld,
    };
}
