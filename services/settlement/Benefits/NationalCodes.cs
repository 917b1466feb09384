using System.Globalization;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.Benefits;

/// <summary>Reads the national code lists as far as benefits depend on them. A province's longer local codes go by their national beginning.</summary>
public static class NationalCodes
{
    /// <summary>险种 (insutype).</summary>
    /// <exception cref="RefusedException">INSURANCE_TYPE_UNSUPPORTED (SET-036).</exception>
    public static InsuranceType Insurance(string? code) => code switch
    {
        "310" => InsuranceType.Employee,
        "390" => InsuranceType.Resident,
        _ => throw PolicyErrors.InsuranceTypeUnsupported.With(code).AsException(),
    };

    /// <summary>人员类别 (psn_type).</summary>
    /// <exception cref="RefusedException">FIELD_INVALID.</exception>
    public static PersonType Person(string? code, InsuranceType insurance)
    {
        PersonType? person = code is { Length: >= 2 } ? code[..2] switch
        {
            "11" => PersonType.Active,
            "12" => PersonType.Retired,
            "13" => PersonType.Veteran,
            "14" => PersonType.Minor,
            "15" or "17" => PersonType.Adult,
            "16" => PersonType.Senior,
            _ => null,
        } : null;
        if (person is { } known && known <= PersonType.Veteran == (insurance == InsuranceType.Employee)) return known;
        throw Invalid("psn_type", person is null ? $"不认识的人员类别 {code}" : $"人员类别 {code} 与险种 {(int)insurance} 不符");
    }

    /// <summary>医疗类别 (med_type), and whether the code itself says emergency (13, 1301, 24).</summary>
    /// <exception cref="RefusedException">FIELD_INVALID, MATERNITY_NOT_COVERED (SET-023).</exception>
    public static (CareType Care, bool Emergency) Care(string? code) => code switch
    {
        "11" or "12" or "18" or "19" => (CareType.GeneralOutpatient, false),
        "13" or "1301" => (CareType.GeneralOutpatient, true),
        "14" => (CareType.ChronicOutpatient, false),
        "24" => (CareType.Inpatient, true),
        "2106" or "2107" => throw PolicyErrors.MaternityNotCovered.With().AsException(),
        "21" or "22" or "23" or "28" or "2101" or "2102" or "2103" or "2105" or "2109" => (CareType.Inpatient, false),
        "41" => (CareType.Pharmacy, false),
        "51" or "52" or "53" => throw PolicyErrors.MaternityNotCovered.With().AsException(),
        _ => throw Invalid("med_type", $"不认识的医疗类别 {code}"),
    };

    /// <summary>医院等级 (hosp_lv): 1 三级特等, 2 三级甲等 … 14 一级无等.</summary>
    /// <exception cref="RefusedException">FIELD_INVALID.</exception>
    public static HospitalLevel Level(string? code) => code switch
    {
        "1" or "2" or "01" or "02" => HospitalLevel.TertiaryA,
        "3" or "4" or "12" or "03" or "04" => HospitalLevel.Tertiary,
        "5" or "6" or "7" or "13" or "05" or "06" or "07" => HospitalLevel.Secondary,
        "8" or "9" or "10" or "14" or "08" or "09" => HospitalLevel.Primary,
        "11" => HospitalLevel.Unrated,
        _ => throw Invalid("hosp_lv", $"不认识的医院等级 {code}"),
    };

    /// <summary>医院等级 (hosp_lv) as printed.</summary>
    /// <exception cref="RefusedException">FIELD_INVALID.</exception>
    public static string LevelName(string? code) => code?.TrimStart('0') switch
    {
        "1" => "三级特等",
        "2" => "三级甲等",
        "3" => "三级乙等",
        "4" => "三级丙等",
        "5" => "二级甲等",
        "6" => "二级乙等",
        "7" => "二级丙等",
        "8" => "一级甲等",
        "9" => "一级乙等",
        "10" => "一级丙等",
        "11" => "无等级",
        "12" => "三级无等",
        "13" => "二级无等",
        "14" => "一级无等",
        _ => throw Invalid("hosp_lv", $"不认识的医院等级 {code}"),
    };

    private static RefusedException Invalid(string field, string what) => SystemErrors.FieldInvalid.With(field, string.Create(CultureInfo.InvariantCulture, $"{what}")).AsException();
}
