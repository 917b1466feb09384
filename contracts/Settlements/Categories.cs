using Yibao.Kernel;

namespace Yibao.Contracts.Settlements;

/// <summary>全国统一的大类费用 (med_chrgitm_type, SET-005): the fourteen national charge classes.</summary>
public enum ChargeCategory
{
    /// <summary>01 床位费.</summary>
    Bed = 1,
    /// <summary>02 诊察费.</summary>
    Consultation = 2,
    /// <summary>03 检查费.</summary>
    Examination = 3,
    /// <summary>04 化验费.</summary>
    Laboratory = 4,
    /// <summary>05 治疗费.</summary>
    Treatment = 5,
    /// <summary>06 手术费.</summary>
    Surgery = 6,
    /// <summary>07 护理费.</summary>
    Nursing = 7,
    /// <summary>08 卫生材料费.</summary>
    Materials = 8,
    /// <summary>09 西药费.</summary>
    WesternMedicine = 9,
    /// <summary>10 中药饮片费.</summary>
    HerbalPieces = 10,
    /// <summary>11 中成药费.</summary>
    PatentChineseMedicine = 11,
    /// <summary>12 一般诊疗费.</summary>
    GeneralConsultation = 12,
    /// <summary>13 挂号费.</summary>
    Registration = 13,
    /// <summary>14 其他费.</summary>
    Other = 14,
}

/// <summary>One category of a settlement with its four parts (SET-005, AMB-19): what the home place sees of an inpatient's lines.</summary>
public sealed record CategorySplit(ChargeCategory Category, SplitTotals Split);

/// <summary>The fourteen categories' codes and names.</summary>
public static class ChargeCategories
{
    private static readonly string[] Names =
        ["床位费", "诊察费", "检查费", "化验费", "治疗费", "手术费", "护理费", "卫生材料费", "西药费", "中药饮片费", "中成药费", "一般诊疗费", "挂号费", "其他费"];

    public static IReadOnlyList<ChargeCategory> All { get; } = Enum.GetValues<ChargeCategory>();

    public static string Name(ChargeCategory category) => Names[(int)category - 1];

    /// <summary>The two digits of the national code list.</summary>
    public static string Code(ChargeCategory category) => ((int)category).ToString("00", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Two digits, 01 to 14; anything else is not a national category.</summary>
    public static bool TryParse(string? code, out ChargeCategory category)
    {
        category = code is { Length: 2 } && char.IsAsciiDigit(code[0]) && char.IsAsciiDigit(code[1])
            ? (ChargeCategory)((code[0] - '0') * 10 + (code[1] - '0'))
            : default;
        return Enum.IsDefined(category);
    }
}
