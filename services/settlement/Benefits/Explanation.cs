using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.Benefits;

/// <summary>Words a step in plain Chinese, as a patient or an auditor reads it.</summary>
public static class Explanation
{
    public static string Of(Step step) => step.Kind switch
    {
        StepKind.Class => $"本次就医按“{Name(step.Class)}”待遇计算",
        StepKind.FirstPay => $"异地就医先行自付：范围内费用 {step.TookIn} 的 {Percent(step.Ratio)}，计 {step.Paid}",
        StepKind.Deductible => Deductible(step),
        StepKind.Segment => step.Before == step.Ratio
            ? $"{Above(step.Standard)}费用 {step.TookIn}，统筹基金按 {Percent(step.Ratio)} 支付"
            : $"{Above(step.Standard)}费用 {step.TookIn}，统筹基金本地支付比例 {Percent(step.Before)}，异地就医按 {Percent(step.Ratio)} 支付",
        StepKind.Pooled => $"统筹基金支付 {step.Paid}（起付标准以上范围内费用 {step.TookIn}）",
        StepKind.Cap => $"按比例应支付 {step.TookIn}，限额余 {step.Standard}，支付 {step.Paid}",
        StepKind.Layer => Layer(step),
        StepKind.Account => step.Used.IsZero
            ? $"个人账户余额 {step.Standard}，支付 {step.Paid}"
            : $"个人账户余额 {step.Standard}，支付 {step.Paid}（其中家庭共济 {step.Used}）",
        StepKind.Cash => $"其余 {step.Paid} 由个人现金支付",
    };

    public static string Name(TreatmentClass treatmentClass) => treatmentClass switch
    {
        TreatmentClass.Local => "本地就医",
        TreatmentClass.LongTerm => "异地长期居住（备案地就医）",
        TreatmentClass.Referred => "异地转诊",
        TreatmentClass.Emergency => "异地急诊抢救",
        TreatmentClass.OtherTemporary => "非急诊且未转诊的其他临时外出就医",
        TreatmentClass.ReturnHome => "备案有效期内回参保地就医",
        TreatmentClass.OutpatientNoFiling => "无需备案的异地门诊或购药",
        TreatmentClass.Unfiled => "未备案",
    };

    public static string Percent(decimal ratio) => (ratio * 100m).ToString("0.####", CultureInfo.InvariantCulture) + "%";

    private static string Deductible(Step step)
    {
        if (step.Standard.IsZero) return "没有起付标准";
        var which = step.Count > 0 ? $"本年度第 {step.Count} 次住院，" : "";
        var used = step.Used.IsZero ? "" : $"，本年度已付 {step.Used}";
        return $"{which}起付标准 {step.Standard}{used}，本次自付 {step.Paid}";
    }

    private static string Layer(Step step)
    {
        var start = step.Standard.IsZero ? "" : $"，起付 {step.Standard}";
        var used = step.Used.IsZero ? "" : $"，本年度已累计 {step.Used}";
        return $"{FundName(step.Fund)}：合规费用 {step.TookIn}{start}{used}，支付 {step.Paid}";
    }

    private static string FundName(Fund? fund) => fund switch
    {
        Fund.EmployeeLargeSum => "职工大额医疗费用补助",
        Fund.ResidentCatastrophic => "城乡居民大病保险",
        Fund.Supplementary => "补充医疗保险",
        Fund.CivilServant => "公务员医疗补助",
        Fund.DisabledServicemen => "伤残人员医疗保障",
        Fund.MedicalAid => "医疗救助",
        _ => "其他基金",
    };

    private static string Above(Money from) => from.IsZero ? "" : $"{from} 以上部分，";
}
