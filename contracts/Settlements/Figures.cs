using Yibao.Kernel;

namespace Yibao.Contracts.Settlements;

/// <summary>险种 (insutype): the two insurances of the procedure (SET-036).</summary>
public enum InsuranceType
{
    /// <summary>职工基本医疗保险 (310).</summary>
    Employee = 310,
    /// <summary>城乡居民基本医疗保险 (390).</summary>
    Resident = 390,
}

/// <summary>The funds a settlement can be paid from (BEN-020); the internal superset of every form's list (AMB-56).</summary>
public enum Fund
{
    /// <summary>统筹基金 / 居民基本医疗保险 (hifp_pay).</summary>
    Pooled,
    /// <summary>个人账户 (acct_pay).</summary>
    PersonalAccount,
    /// <summary>职工大额医疗费用补助 (hifob_pay).</summary>
    EmployeeLargeSum,
    /// <summary>城乡居民大病保险 (hifmi_pay).</summary>
    ResidentCatastrophic,
    /// <summary>补充医疗保险 (hifes_pay).</summary>
    Supplementary,
    /// <summary>公务员医疗补助 (cvlserv_pay).</summary>
    CivilServant,
    /// <summary>伤残人员医疗保障.</summary>
    DisabledServicemen,
    /// <summary>医疗救助 (maf_pay).</summary>
    MedicalAid,
    /// <summary>其他 (oth_pay).</summary>
    Other,
}

/// <summary>The four parts of a fee (费用分割, SET-006, SET-010): their sum is the total.</summary>
/// <param name="Total">总费用 (medfee_sumamt).</param>
/// <param name="InScope">统筹基金支付范围内 (inscp_scp_amt).</param>
/// <param name="ClassBSelfPay">乙类先行自付 (preselfpay_amt).</param>
/// <param name="OverLimit">超限价自付 (overlmt_selfpay).</param>
/// <param name="SelfFunded">自费 (fulamt_ownpay_amt).</param>
public sealed record SplitTotals(Money Total, Money InScope, Money ClassBSelfPay, Money OverLimit, Money SelfFunded)
{
    public static SplitTotals Zero { get; } = new(Money.Zero, Money.Zero, Money.Zero, Money.Zero, Money.Zero);

    /// <summary>Identity 1 (SET-010): the four parts add up to the total.</summary>
    public bool Holds => Total == InScope + ClassBSelfPay + OverLimit + SelfFunded;

    /// <summary>No part is below zero. A refund is the negative of a whole settlement, never a negative split.</summary>
    public bool IsNonNegative => !(Total.IsNegative || InScope.IsNegative || ClassBSelfPay.IsNegative || OverLimit.IsNegative || SelfFunded.IsNegative);

    public static SplitTotals operator +(SplitTotals a, SplitTotals b) => new(
        a.Total + b.Total, a.InScope + b.InScope, a.ClassBSelfPay + b.ClassBSelfPay, a.OverLimit + b.OverLimit, a.SelfFunded + b.SelfFunded);
}

/// <summary>What one fund pays, under the name the home place prints (SET-025).</summary>
public sealed record FundAmount(Fund Fund, string Name, Money Amount)
{
    /// <summary>基金支付类型 (fund_pay_type) of the national code list.</summary>
    public string Code { get; init; } = "";
}

/// <summary>Home's result (SET-009): what each fund pays and what the patient pays.</summary>
/// <param name="Total">总费用 (medfee_sumamt).</param>
/// <param name="Funds">Every fund of the insurance's list, zeros included, the personal account among them (AMB-18).</param>
/// <param name="Cash">个人现金支付 (psn_cash_pay).</param>
/// <param name="HospitalBorne">医院承担 (hosp_part_amt).</param>
/// <param name="AccountBalance">结算后个人账户余额 (balc).</param>
public sealed record Figures(Money Total, IReadOnlyList<FundAmount> Funds, Money Cash, Money HospitalBorne, Money AccountBalance)
{
    /// <summary>基金支付合计 (fund_pay_sumamt).</summary>
    public Money FundTotal
    {
        get
        {
            var sum = Money.Zero;
            for (var i = 0; i < Funds.Count; i++) sum += Funds[i].Amount;
            return sum;
        }
    }

    /// <summary>Identity 2 (SET-010): total = funds + cash + hospital-borne.</summary>
    public bool Holds => Total == FundTotal + Cash + HospitalBorne;

    public Money Of(Fund fund)
    {
        // Asked for every fund of the list, for every hash: without an enumerator each time.
        var sum = Money.Zero;
        for (var i = 0; i < Funds.Count; i++)
        {
            if (Funds[i].Fund == fund) sum += Funds[i].Amount;
        }

        return sum;
    }

    /// <summary>Equal figures pay the same amounts from the same funds, however the lists were made.</summary>
    public bool Equals(Figures? other) => other is not null && Total == other.Total && Cash == other.Cash && HospitalBorne == other.HospitalBorne
        && AccountBalance == other.AccountBalance && Funds.SequenceEqual(other.Funds);

    public override int GetHashCode() => HashCode.Combine(Total, Cash, HospitalBorne, AccountBalance, Funds.Count);
}
