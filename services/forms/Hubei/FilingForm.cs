using Yibao.Contracts.Settlements;
using Yibao.Forms.Printing;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Hubei;

/// <summary>人员类别 as Annex 1 numbers it; an emergency is deemed filed and has no number.</summary>
public enum PrintedCategory
{
    /// <summary>1.异地安置退休人员.</summary>
    ResettledRetiree = 1,
    /// <summary>2.异地长期居住人员.</summary>
    LongTermResident = 2,
    /// <summary>3.常驻异地工作人员.</summary>
    StationedWorker = 3,
    /// <summary>4.异地转诊人员.</summary>
    Referred = 4,
    /// <summary>5.其他临时外出就医人员.</summary>
    OtherTemporary = 5,
}

/// <summary>登记类别.</summary>
public enum RegistrationKind
{
    /// <summary>1.新增.</summary>
    New = 1,
    /// <summary>2.变更.</summary>
    Change = 2,
}

/// <summary>《湖北省异地就医登记备案表》 (004 Annex 1, FRM-004).</summary>
public sealed record FilingForm
{
    private const string Name = "湖北省异地就医登记备案表";

    /// <summary>备案编号.</summary>
    public required string Number { get; init; }

    public required AdminDivision HomeArea { get; init; }

    public required string Applicant { get; init; }

    public required string Sex { get; init; }

    public required InsuranceType Insurance { get; init; }

    public required PrintedCategory Category { get; init; }

    public required RegistrationKind Registration { get; init; }

    public required string SocialSecurityNumber { get; init; }

    public string? CardNumber { get; init; }

    /// <summary>参保地家庭住址.</summary>
    public required string HomeAddress { get; init; }

    /// <summary>异地联系地址.</summary>
    public required string ContactAddress { get; init; }

    public required string Phone { get; init; }

    public string? SecondPhone { get; init; }

    /// <summary>转往省（市、区）.</summary>
    public required string DestinationProvince { get; init; }

    /// <summary>转往地区（市、州）; empty for a municipality or a provincially pooled province (hint 3).</summary>
    public string? DestinationArea { get; init; }

    /// <summary>本人（被委托人）签名; empty: to be signed on paper.</summary>
    public string? SignedBy { get; init; }

    public DateOnly? FilledOn { get; init; }

    public required string Agency { get; init; }

    public string? AgencyPhone { get; init; }

    public string? Handler { get; init; }

    public DateOnly? HandledOn { get; init; }

    /// <exception cref="RefusedException"><c>FIELD_REQUIRED</c> (FIL-047).</exception>
    public Form Issue()
    {
        new Required(Name).Field("备案编号", Number).Field("姓名", Applicant).Field("性别", Sex).Field("险种", Enum.IsDefined(Insurance)).Field("人员类别", Enum.IsDefined(Category))
            .Field("登记类别", Enum.IsDefined(Registration)).Field("社会保障号码", SocialSecurityNumber).Field("参保地家庭住址", HomeAddress).Field("异地联系地址", ContactAddress)
            .Field("联系电话1", Phone).Field("转往省（市、区）", DestinationProvince).Field("经办机构", Agency).OrThrow();

        return new Form(new FormIdentity("F-HB-01", "附件1", Number, HomeArea), Name, [31, 37, 20, 22, 29, 47],
        [
            new Part.Line($"备案编号：{Number}"),
            new Part.Grid([
                new([Cell.Label("姓   名"), Cell.Text(Applicant), Cell.Label("性别"), Cell.Text(Sex), Cell.Label("险  种"), Cell.Choice(["1.职工医保", "2.居民医保"], Insurance == InsuranceType.Employee ? 0 : 1)]),
                // Printed with the 5 that the seed leaves out (AMB-68).
                new([Cell.Label("人员类别"), Cell.Choice(["1.异地安置退休人员", "2.异地长期居住人员", "3.常驻异地工作人员", "4.异地转诊人员", "5.其他临时外出就医人员"], (int)Category - 1, 3), Cell.Label("登记类别"), Cell.Choice(["1.新增", "2.变更"], (int)Registration - 1)]),
                new([Cell.Label("社会保障号码"), Cell.Text(SocialSecurityNumber, 3), Cell.Label("社会保障卡卡号(可选）"), Cell.Text(CardNumber)]),
                new([Cell.Label("参保地家庭住址"), Cell.Text(HomeAddress, 3) with { Left = true }, Cell.Label("异地联系地址"), Cell.Text(ContactAddress) with { Left = true }]) { MinHeight = 14 },
                new([Cell.Label("联系电话1"), Cell.Text(Phone, 3), Cell.Label("联系电话2"), Cell.Text(SecondPhone)]),
                new([Cell.Label("转往省\n（市、区）"), Cell.Text(DestinationProvince, 3), Cell.Label("转往地区\n(市、州)"), Cell.Text(DestinationArea)]),
                new([Cell.Text(Hints, 6) with { Left = true }]),
                new([Cell.Label("本人\n（被委托人）\n签名"), Cell.Text(SignedBy, 3), Cell.Label("填表日期"), Cell.Text(FilledOn is null ? "" : Words.Day(FilledOn))]) { MinHeight = 18 },
                new([Cell.Text($"经办机构：{Agency}　联系电话：{AgencyPhone}　经办人：{Handler}　经办日期：{(HandledOn is null ? "" : Words.Day(HandledOn))}", 6) with { Left = true }]),
            ]),
        ]);
    }

    /// <summary>The seed's six hints; 起付标 is printed as 起付标准 (AMB-68).</summary>
    private const string Hints = """
        温馨提示
        1.异地就医直接结算执行就医地规定的支付范围及有关规定、参保地规定的基本医疗保险基金起付标准、支付比例、最高支付限额、门诊慢特病病种范围等有关政策。
        2.办理备案时直接备案到就医地市或直辖市。参保人员根据病情、居住地、交通等情况，自主选择就医地开通的异地就医定点医疗机构住院就医。
        3.到海南、西藏等省级统筹的省份和新疆生产建设兵团就医的，可备案到就医省份和新疆生产建设兵团。
        4.参保人员在异地普通门诊就诊和药店购药时，无需办理异地就医备案即可在就医地开通的异地就医定点医药机构直接结算。门诊慢特病异地就医直接结算时，需要办理异地备案手续。
        5.未按规定办理登记备案手续，或在就医地非异地就医直接结算定点医疗机构发生的医疗费用，按参保地现有规定执行。
        6.异地就医直接结算时，应使用医保电子凭证或社会保障卡办理结算。
        """;

    public override string ToString() => $"{nameof(FilingForm)} {Number}";
}
