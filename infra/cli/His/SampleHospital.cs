using Yibao.Local.Samples;
using Yibao.SampleHis;

namespace Yibao.Cli.His;

/// <summary>The sample hospital of Wuhan at the national interface, its patients from other provinces, and what it charges them.</summary>
internal static class SampleHospital
{
    public const string Code = "H42010000001";
    public const string Area = "420100";
    public const string Name = "示范市第一医院（武汉）";

    public static HisAccount Account => new(SampleAccounts.AccessKey(Code), SampleAccounts.SecretKey(Code), Code, Name, Area);

    /// <summary>A retiree of Xining, resettled in Wuhan.</summary>
    public static Patient Outpatient => Of("999000195608059028", "西宁退休职工");

    /// <summary>An employee of Guiyang, filed for Wuhan.</summary>
    public static Patient Inpatient => Of("999000197103149019", "贵阳职工");

    public static IReadOnlyList<Charge> OutpatientCharges { get; } =
    [
        new("001102054823363", "主任医师门诊诊察费", 51.10m, 1),
        new("002503001575574", "肌钙蛋白I", 71.97m, 2),
        new("XO97LHG245A001091590999286", "硝苯地平控释片 30mg", 171.35m, 1),
    ];

    public static IReadOnlyList<Charge> InpatientCharges { get; } =
    [
        new("001109030533755", "普通床位费（双人间）", 73.19m, 3),
        new("003401077868164", "红光治疗", 216.63m, 12),
        new("XP53OXS424A001061455959422", "美罗培南注射用 0.5g", 95.75m, 12),
        new("C2351151475445014040", "腹腔镜一次性穿刺器", 461.79m, 2),
    ];

    private static Patient Of(string number, string what)
    {
        var row = SampleData.Rows(Demos.SamplePlatform.Samples, "persons.csv").FirstOrDefault(row => row["certno"] == number) ?? throw new Shell.FailedException($"infra/samples/persons.csv has no {what}.");
        return new Patient(row["insu_admdvs"], row["insutype"], row["psn_cert_type"], number, row["psn_name"], row["psn_type"]);
    }
}
