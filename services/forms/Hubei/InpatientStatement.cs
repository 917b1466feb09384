using System.Collections.Immutable;
using System.Globalization;
using Yibao.Contracts.Settlements;
using Yibao.Forms.Printing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Hubei;

/// <summary>《湖北省异地就医住院结算单》 (004 Annex 13, FRM-014): what the patient gets at discharge, with the invoice (SET-025, FRM-039).</summary>
/// <remarks>Handed to the person it speaks of, so it shows name and number in clear; it is never stored with them.</remarks>
public sealed record InpatientStatement
{
    private const string Name = "湖北省异地就医住院结算单";

    /// <summary>Number of the settlement (setl_id).</summary>
    public required string SettlementId { get; init; }

    /// <summary>医疗收费票据号码: given together with the statement; null where the institution issues it on paper only.</summary>
    public string? InvoiceNumber { get; init; }

    public required AdminDivision TreatmentArea { get; init; }

    /// <summary>Hash of the settlement's content: what an auditor compares.</summary>
    public string? ContentHash { get; init; }

    public required string Patient { get; init; }

    public required string Sex { get; init; }

    public required int Age { get; init; }

    /// <summary>社会保障号码.</summary>
    public required string SocialSecurityNumber { get; init; }

    /// <summary>社会保障卡卡号（可选）.</summary>
    public string? CardNumber { get; init; }

    /// <summary>就医地 as printed, e.g. 湖北省武汉市.</summary>
    public required string TreatmentPlace { get; init; }

    public required string Hospital { get; init; }

    /// <summary>参保地 as printed.</summary>
    public required string HomePlace { get; init; }

    public required InsuranceType Insurance { get; init; }

    /// <summary>医院等级, e.g. 三级甲等.</summary>
    public required string HospitalLevel { get; init; }

    /// <summary>入院方式, e.g. 普通住院, 急诊入院.</summary>
    public required string AdmissionKind { get; init; }

    public required string InpatientNumber { get; init; }

    public required string Department { get; init; }

    public required string MainDiagnosis { get; init; }

    public string OtherDiagnoses { get; init; } = "";

    public required DateOnly Admitted { get; init; }

    public required DateOnly Discharged { get; init; }

    public required SplitTotals Split { get; init; }

    public required Figures Figures { get; init; }

    /// <summary>本次起付标准 (act_pay_dedc).</summary>
    public required Money Deductible { get; init; }

    /// <summary>住院天数: discharge − admission, at least 1.</summary>
    public int Days => Math.Max(1, Discharged.DayNumber - Admitted.DayNumber);

    /// <summary>The form, once both identities hold (SET-010).</summary>
    /// <exception cref="RefusedException"><c>IDENTITY_1</c>, <c>IDENTITY_2</c>, <c>FIELD_REQUIRED</c>, <c>FORM_CONTENT_INVALID</c>.</exception>
    public Form Issue()
    {
        Check();
        var identity = new FormIdentity("F-HB-13", "附件13", SettlementId, TreatmentArea) { DataHash = ContentHash };
        return new Form(identity, Name, [22, 28, 25, 27, 22, 26, 24, 49, 25, 38],
        [
            new Part.Line(InvoiceNumber is null ? "" : $"医疗收费票据号码：{InvoiceNumber}", "单位：元（保留两位小数）"),
            new Part.Grid([.. Person(), .. Stay(), .. Fees(), .. Funds()]),
            new Part.Notes(["注：1.参保地基金按照参保地返回的基金款项名称打印", "    2.总费用=统筹基金支付范围内费用+乙类先行自付费用+超限价自付费用+自费费用", "    3.总费用=基金支付合计金额+个人现金支付金额"]),
        ]) { Landscape = true };
    }

    private void Check()
    {
        new Required(Name).Field("结算号", SettlementId).Field("患者姓名", Patient).Field("性别", Sex).Field("社会保障号码", SocialSecurityNumber).Field("就医地", TreatmentPlace)
            .Field("医院名称", Hospital).Field("参保地", HomePlace).Field("医院等级", HospitalLevel).Field("入院方式", AdmissionKind).Field("住院号", InpatientNumber)
            .Field("出院科室", Department).Field("主要诊断", MainDiagnosis).OrThrow();
        if (Discharged < Admitted) throw FormErrors.ContentInvalid.With(Name, "出院日期早于入院日期").AsException();
        if (!Split.Holds)
            throw FeeErrors.Identity1.With(Split.Total, Split.InScope + Split.ClassBSelfPay + Split.OverLimit + Split.SelfFunded).AsException();
        if (!Figures.Holds || Figures.Total != Split.Total)
            throw FeeErrors.Identity2.With(Split.Total, Figures.FundTotal, Figures.Cash, Figures.HospitalBorne).AsException();
    }

    private IEnumerable<Row> Person() =>
    [
        new([Cell.Label("患者姓名"), Cell.Text(Patient), Cell.Label("性别"), Cell.Text(Sex), Cell.Label("年龄"), Cell.Count(Age), Cell.Label("社会保障号码"), Cell.Text(SocialSecurityNumber), Cell.Label("社会保障卡卡号（可选）"), Cell.Text(CardNumber)]),
        new([Cell.Label("就医地"), Cell.Text(TreatmentPlace, 3), Cell.Label("医院名称"), Cell.Text(Hospital, 5)]),
        new([Cell.Label("参保地"), Cell.Text(HomePlace, 3), Cell.Label("险种类型"), Cell.Text(InsuranceName, 2), Cell.Label("医院等级"), Cell.Text(HospitalLevel, 2)]),
    ];

    private IEnumerable<Row> Stay() =>
    [
        new([Cell.Label("入院方式"), Cell.Text(AdmissionKind, 3), Cell.Label("住院号"), Cell.Text(InpatientNumber, 2), Cell.Label("出院科室"), Cell.Text(Department, 2)]),
        new([Cell.Label("主要诊断"), Cell.Text(MainDiagnosis, 4), Cell.Label("次要诊断"), Cell.Text(OtherDiagnoses, 4)]),
        new([Cell.Label("入院日期"), Cell.Text(Words.Day(Admitted), 3), Cell.Label("出院日期"), Cell.Text(Words.Day(Discharged), 2), Cell.Label("住院天数"), Cell.Count(Days, 2)]),
    ];

    private IEnumerable<Row> Fees() =>
    [
        new([Cell.Label("总费用"), Cell.Yuan(Split.Total), Cell.Label("统筹基金支付范围内费用"), Cell.Yuan(Split.InScope), Cell.Label("乙类先行自付费用"), Cell.Yuan(Split.ClassBSelfPay), Cell.Label("超限价自付费用"), Cell.Yuan(Split.OverLimit), Cell.Label("自费费用"), Cell.Yuan(Split.SelfFunded)]),
        new([Cell.Label("基金支付合计金额", 2), Cell.Yuan(Figures.FundTotal, 3), Cell.Label("医院承担", 2), Cell.Yuan(Figures.HospitalBorne, 3)]),
    ];

    /// <summary>The funds at the left under the names that home returned, the patient's own figures at the right; a fund that pays nothing is not printed (SET-024).</summary>
    private IEnumerable<Row> Funds()
    {
        var paying = Figures.Funds.Where(fund => !fund.Amount.IsZero).ToList();
        ImmutableArray<(string Label, Money Amount)> own = [("个人现金支付金额", Figures.Cash), ("本次起付标准", Deductible), ("结算后个人账户余额", Figures.AccountBalance)];
        for (var i = 0; i < Math.Max(5, paying.Count); i++)
        {
            ImmutableArray<Cell> left = i < paying.Count
                ? [Cell.Label(paying[i].Name, 2), Cell.Yuan(paying[i].Amount, 3)]
                : [Cell.Label("", 2), Cell.Text("", 3)];
            ImmutableArray<Cell> right = i < own.Length
                ? [Cell.Label(own[i].Label, 2), Cell.Yuan(own[i].Amount, 3)]
                : [Cell.Label("", 2), Cell.Text("", 3)];
            yield return new Row([.. left, .. right]);
        }
    }

    private string InsuranceName => Insurance switch
    {
        InsuranceType.Employee => "职工基本医疗保险",
        InsuranceType.Resident => "城乡居民基本医疗保险",
    };

    /// <summary>A record prints its members; this one holds an identity.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{nameof(InpatientStatement)} {SettlementId}");
}
