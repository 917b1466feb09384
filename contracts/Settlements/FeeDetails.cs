using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Settlements;

/// <summary>Why fee details are sent after the fact.</summary>
public enum DetailsKind
{
    /// <summary>Of a direct settlement: the home place saw categories only (SET-011, SET-012).</summary>
    Direct,
    /// <summary>Of a visit that could not be settled directly: manual reimbursement starts from them (SET-021, SET-022).</summary>
    Undirect,
}

/// <summary>诊断 (diag_code, diag_name) as the institution uploaded it.</summary>
public sealed record Diagnosis(string Code, string Name, bool Main);

/// <summary>Why a visit could not be settled directly, and since when.</summary>
/// <param name="Code">See <see cref="UndirectFaults"/>.</param>
/// <param name="At">When the attempt failed.</param>
public sealed record UndirectFault(string Code, DateTimeOffset At);

/// <summary>The reasons for which a visit goes without direct settlement (004 Art.15, Art.60).</summary>
public static class UndirectFaults
{
    /// <summary>How such a visit is marked once its institution has reported it (INS-015).</summary>
    public const string Mark = "UNDIRECT";

    /// <summary>结算网络故障.</summary>
    public const string Network = "NETWORK";

    /// <summary>就诊凭证故障.</summary>
    public const string Credential = "CREDENTIAL";

    /// <summary>医保信息系统异常.</summary>
    public const string System = "SYSTEM";

    /// <summary>未按规定办理备案.</summary>
    public const string NotFiled = "NOT_FILED";

    /// <summary>就医机构未联网或未开通.</summary>
    public const string NonNetworkInstitution = "NON_NETWORK_INSTITUTION";

    /// <summary>出院自费结算后补办备案.</summary>
    public const string SelfPaidFiledLate = "SELF_PAID_FILED_LATE";

    /// <summary>其他原因.</summary>
    public const string Other = "OTHER_CAUSE";

    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal) { Network, Credential, System, NotFiled, NonNetworkInstitution, SelfPaidFiledLate, Other };

    /// <summary>客观原因 (001 三(二)): nobody's omission, so supplementary booking is possible.</summary>
    public static bool IsObjective(string code) => code is Network or Credential or System;
}

/// <summary>One fee line as the treatment place holds it.</summary>
/// <param name="Serial">费用明细流水号 (feedetl_sn).</param>
/// <param name="Code">医保目录编码 (med_list_codg).</param>
/// <param name="Name">Name in the treatment place's catalogue; empty where it knows none.</param>
/// <param name="Category">大类费用 (med_chrgitm_type).</param>
/// <param name="Price">单价 (pric), yuan.</param>
/// <param name="Count">数量 (cnt).</param>
/// <param name="Amount">明细项目费用总额 (det_item_fee_sumamt).</param>
/// <param name="Date">费用发生日期 (fee_ocur_time).</param>
/// <param name="Approval">医院审批标志 (hosp_appr_flag).</param>
/// <param name="Split">As the treatment place split it; null when it could not.</param>
public sealed record DetailLine(
    string Serial, string Code, string Name, ChargeCategory? Category, decimal Price, decimal Count, Money Amount, DateOnly Date, int Approval, SplitTotals? Split);

/// <summary>What a set of fee details is about: the head of every part of it.</summary>
public sealed record FeeDetails
{
    /// <summary>国家结算号 of a direct settlement; else <see cref="ReferenceOf"/> the visit.</summary>
    public required string Reference { get; init; }

    /// <summary>What the details of a visit without direct settlement are called: no institution's code has a colon, so it is no settlement's id.</summary>
    public static string ReferenceOf(string visitId) => $"undirect:{visitId}";

    public required DetailsKind Kind { get; init; }

    /// <summary>就诊 (mdtrt_id).</summary>
    public required string VisitId { get; init; }

    public required AdminDivision TreatmentArea { get; init; }

    public required AdminDivision HomeArea { get; init; }

    /// <summary>定点医药机构编号 (fixmedins_code).</summary>
    public required string Institution { get; init; }

    /// <summary>医院等级 (hosp_lv).</summary>
    public required string InstitutionLevel { get; init; }

    /// <summary>The opaque key.</summary>
    public required PersonKey Person { get; init; }

    public required InsuranceType Insurance { get; init; }

    /// <summary>就诊凭证类型 (mdtrt_cert_type).</summary>
    public required string CredentialType { get; init; }

    /// <summary>医疗类别 (med_type).</summary>
    public required string CareType { get; init; }

    public string? Disease { get; init; }

    public required DateTimeOffset CareFrom { get; init; }

    public required DateTimeOffset CareUntil { get; init; }

    public int OutpatientFlag { get; init; }

    public int InpatientType { get; init; }

    public bool Trauma { get; init; }

    /// <summary>Business date of the settlement, or the day the visit was reported.</summary>
    public required DateOnly Date { get; init; }

    public IReadOnlyList<Diagnosis> Diagnoses { get; init; } = [];

    public UndirectFault? Fault { get; init; }

    /// <summary>How many lines all parts have together.</summary>
    public required int Lines { get; init; }

    /// <summary>Their sum.</summary>
    public required Money Total { get; init; }
}

/// <summary>One message of details: the head and some of the lines.</summary>
/// <param name="Part">From 1.</param>
/// <param name="Parts">How many there are.</param>
public sealed record FeeDetailsPart(FeeDetails Details, int Part, int Parts, IReadOnlyList<DetailLine> Lines)
{
    /// <summary>So many lines go into one message.</summary>
    public const int MostLines = 1000;

    /// <summary>Says whether a part that comes again is the same.</summary>
    public string Hash(IDigest? digest = null)
    {
        var form = new CanonicalForm("fee-details.v1").Text("reference", Details.Reference).Number("kind", (int)Details.Kind).Number("part", Part).Number("parts", Parts)
            .Number("lines", Details.Lines).Amount("total", Details.Total).Text("homeArea", Details.HomeArea.Code).Text("person", Details.Person.ToString()).Instant("careUntil", Details.CareUntil);
        foreach (var line in Lines)
        {
            form.Text("serial", line.Serial).Text("code", line.Code).Text("price", Text(line.Price)).Text("count", Text(line.Count)).Amount("amount", line.Amount).Date("date", line.Date);
            if (line.Split is { } split) form.Split("split", split);
        }

        return form.Hash(digest);

        static string Text(decimal number) => number.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>A node holds all parts of a set of details.</summary>
public sealed record FeeDetailsStored(string Reference, AdminDivision Node, DateTimeOffset At);

/// <summary>The kinds of envelopes that details travel in.</summary>
public static class DetailsKinds
{
    /// <summary>Treatment → nation → home: <see cref="FeeDetailsPart"/>.</summary>
    public const string Part = "settlement.details.v1";

    /// <summary>Nation and home → treatment: <see cref="FeeDetailsStored"/>.</summary>
    public const string Stored = "settlement.details-stored.v1";

    /// <summary>Home city → its province: a manual reimbursement, for the direct settlement rate (SET-030).</summary>
    public const string Manual = "settlement.manual.v1";
}
