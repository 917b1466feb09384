using Yibao.Contracts.Settlements;
using Yibao.Forms.Hubei;
using Yibao.Kernel;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Tests;

/// <summary>Invented persons and the catalogue's own figures.</summary>
internal static class Samples
{
    private static readonly InventedPerson Person = InventedPerson.Number(7, new DateOnly(1958, 5, 12), Sex.Male);

    public static AdminDivision Wuhan { get; } = new("420100");

    public static AdminDivision Guiyang { get; } = new("520100");

    /// <summary>FRM-014: 20,000.00 = 16,000.00 + 1,200.00 + 300.00 + 2,500.00; fund 12,080.00; cash 7,920.00.</summary>
    public static InpatientStatement Statement { get; } = new()
    {
        SettlementId = "420100-20230310-000123",
        InvoiceNumber = "0042000123",
        TreatmentArea = Wuhan,
        ContentHash = "3f1c9a7e5b2d4860",
        Patient = Person.Name,
        Sex = "男",
        Age = Person.Id.AgeOn(new DateOnly(2023, 3, 10)),
        SocialSecurityNumber = Person.Id.Reveal(),
        CardNumber = null,
        TreatmentPlace = "湖北省武汉市",
        Hospital = "武汉市示例中心医院",
        HomePlace = "贵州省贵阳市",
        Insurance = InsuranceType.Employee,
        HospitalLevel = "三级甲等",
        AdmissionKind = "普通住院",
        InpatientNumber = "ZY202302260118",
        Department = "心血管内科",
        MainDiagnosis = "I25.103 冠状动脉粥样硬化性心脏病",
        OtherDiagnoses = "I10.x00 特发性（原发性）高血压；E11.900 2型糖尿病",
        Admitted = new DateOnly(2023, 2, 26),
        Discharged = new DateOnly(2023, 3, 10),
        Split = new SplitTotals(Yuan(20_000m), Yuan(16_000m), Yuan(1_200m), Yuan(300m), Yuan(2_500m)),
        Figures = new Figures(Yuan(20_000m),
        [
            new FundAmount(Fund.Pooled, "统筹基金", Yuan(9_000m)),
            new FundAmount(Fund.PersonalAccount, "个人账户", Yuan(500m)),
            new FundAmount(Fund.EmployeeLargeSum, "职工大额医疗费用补助", Yuan(2_580m)),
            new FundAmount(Fund.MedicalAid, "医疗救助", Money.Zero),
        ], Yuan(7_920m), Money.Zero, Yuan(300m)),
        Deductible = Yuan(900m),
    };

    public static SettlementExplanation Explanation { get; } = new()
    {
        SettlementId = Statement.SettlementId,
        HomeArea = Guiyang,
        HomePlace = Statement.HomePlace,
        TreatmentPlace = Statement.TreatmentPlace,
        Split = Statement.Split,
        Figures = Statement.Figures,
        PolicyVersion = "520100-2023-01-01",
        Explained = new Explained(Yuan(900m),
        [
            new(Money.Zero, Money.Zero, "本次就医按“异地转诊”待遇计算", "employee.outOfArea.referred", "转诊", "演示政策包", "illustrative"),
            new(Yuan(16_000m), Yuan(900m), "本年度第 1 次住院，起付标准 900.00，本次自付 900.00", "employee.inpatient.deductible", "三级医院", "演示政策包", "illustrative"),
            new(Yuan(15_100m), Yuan(9_000m), "统筹基金支付 9,000.00（起付标准以上范围内费用 15,100.00）", "employee.inpatient.segments[0]", "第2段", "演示政策包", "illustrative"),
            new(Yuan(3_600m), Yuan(2_580m), "职工大额医疗费用补助：合规费用 3,600.00，支付 2,580.00", "employee.largeSum", "", "", "default"),
            new(Yuan(8_420m), Yuan(500m), "个人账户余额 800.00，支付 500.00", "employee.account", "个人账户", "演示政策包", "illustrative"),
            new(Money.Zero, Yuan(7_920m), "其余 7,920.00 由个人现金支付", "", "附件13 注3", "湖北省异地就医直接结算经办规程", "official"),
        ]),
    };

    /// <summary>FRM-004: stationed worker, employee insurance, new registration, to 440100.</summary>
    public static FilingForm Filing { get; } = new()
    {
        Number = "420500202303100001",
        HomeArea = new AdminDivision("420500"),
        Applicant = Person.Name,
        Sex = "男",
        Insurance = InsuranceType.Employee,
        Category = PrintedCategory.StationedWorker,
        Registration = RegistrationKind.New,
        SocialSecurityNumber = Person.Id.Reveal(),
        HomeAddress = "湖北省宜昌市示例区示例路1号",
        ContactAddress = "广东省广州市示例区示例大道2号示例公寓3栋1201室",
        Phone = Person.Phone,
        DestinationProvince = NodeRegistry.Reference.Latest.ProvinceOf(new AdminDivision("440100")).Name,
        DestinationArea = NodeRegistry.Reference.Latest[new AdminDivision("440100")].Name,
        SignedBy = Person.Name,
        FilledOn = new DateOnly(2023, 3, 10),
        Agency = "宜昌市医疗保障服务中心（示例）",
        AgencyPhone = "0717-0000000",
        Handler = "经办01",
        HandledOn = new DateOnly(2023, 3, 10),
    };

    public static CommitmentLetter Commitment { get; } = new()
    {
        FilingNumber = Filing.Number,
        HomeArea = Filing.HomeArea,
        Applicant = Filing.Applicant,
        Sex = "男",
        Phone = Filing.Phone,
        IdNumber = Filing.SocialSecurityNumber,
        HomePlace = "湖北省宜昌市",
        TreatmentPlace = "广东省广州市",
        Category = PrintedCategory.StationedWorker,
        SignedBy = Filing.Applicant,
        SignedOn = new DateOnly(2023, 3, 10),
    };

    /// <summary>FRM-012: injury 2023-03-01 14:00 at a market.</summary>
    public static TraumaCommitment Trauma { get; } = new()
    {
        VisitId = "420100-MZ-0001",
        TreatmentArea = Wuhan,
        AgencyPlace = "武汉市",
        Promisor = Person.Name,
        Phone = Person.Phone,
        CredentialKind = "居民身份证",
        CredentialNumber = Person.Id.Reveal(),
        InjuredAt = new DateTime(2023, 3, 1, 14, 0, 0, DateTimeKind.Unspecified),
        Place = "示例农贸市场",
        Course = "行走时踩到积水滑倒，右手腕着地受伤",
    };

    public static OutsideServiceSlip Slip { get; } = new()
    {
        Number = "WJ20230305001",
        TreatmentArea = Wuhan,
        Patient = Person.Name,
        Sex = "男",
        Age = 64,
        Department = "心血管内科",
        CredentialKind = "居民身份证",
        CredentialNumber = Person.Id.Reveal(),
        Diagnosis = "冠状动脉粥样硬化性心脏病",
        OutsideInstitution = "武汉市示例第二医院",
        Service = "冠状动脉CT血管成像（CTA） 680.00 元",
        Reason = "本院设备检修，病情需要尽快明确诊断",
    };

    private static Money Yuan(decimal yuan) => Money.Yuan(yuan);
}
