using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Settlements;

/// <summary>One fee line as the treatment place split it (SET-006): sent with outpatient and pharmacy settlements.</summary>
/// <param name="Serial">费用明细流水号 (feedetl_sn).</param>
/// <param name="Code">医保目录编码 (med_list_codg).</param>
public sealed record SettledLine(string Serial, string Code, ChargeCategory Category, SplitTotals Split);

/// <summary>支付渠道 (OPS-015): where the patient pays; numbered as 经办人类别 (opter_type) of the national interface.</summary>
public enum PaymentChannel
{
    /// <summary>窗口.</summary>
    Counter = 1,
    /// <summary>自助终端.</summary>
    SelfService = 2,
    /// <summary>医保移动支付: app, mini-program, portal.</summary>
    Mobile = 3,
}

/// <summary>
/// The complete upstream request, signed by the treatment place: everything home needs to decide, as of the instants in it.
/// The same record asks for a trial settlement (预结算), which stores nothing anywhere.
/// </summary>
public sealed record SettlementRequest
{
    /// <summary>国家结算号 (setl_id): the institution's code and its own id of the transaction, see <see cref="SettlementId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>就诊 (mdtrt_id): the institution's code and its own id of the visit.</summary>
    public required string VisitId { get; init; }

    /// <summary>就医地统筹区 (mdtrtarea_admvs).</summary>
    public required AdminDivision TreatmentArea { get; init; }

    /// <summary>参保地统筹区 (insuplc_admdvs).</summary>
    public required AdminDivision HomeArea { get; init; }

    /// <summary>定点医药机构编号 (fixmedins_code).</summary>
    public required string Institution { get; init; }

    /// <summary>医院等级 (hosp_lv), national code; the institution's level on the day of admission.</summary>
    public required string InstitutionLevel { get; init; }

    /// <summary>The person's opaque key.</summary>
    public required PersonKey Person { get; init; }

    /// <summary>险种 (insutype).</summary>
    public required InsuranceType Insurance { get; init; }

    /// <summary>医疗类别 (med_type), national code: 11 general outpatient, 14 chronic outpatient, 21 inpatient, 41 pharmacy …</summary>
    public required string CareType { get; init; }

    /// <summary>开始时间 (begntime): admission, or the outpatient visit.</summary>
    public required DateTimeOffset CareFrom { get; init; }

    /// <summary>结束时间 (endtime): discharge; its date selects the benefit year (SET-014, SET-015).</summary>
    public required DateTimeOffset CareUntil { get; init; }

    /// <summary>就诊凭证类型 (mdtrt_cert_type): 01 e-credential, 02 identity card, 03 social security card (SET-004).</summary>
    public required string CredentialType { get; init; }

    /// <summary>病种编码 (dise_codg), chronic care only.</summary>
    public string? Disease { get; init; }

    /// <summary>门诊急诊转诊标志 (otp_er_refl_flag): 0 none, 1 emergency, 2 referral, 3 both.</summary>
    public int OutpatientFlag { get; init; }

    /// <summary>住院类型 (ipt_type): 1 ordinary, 2 emergency or rescue, 3 transfer; 0 for outpatients.</summary>
    public int InpatientType { get; init; }

    /// <summary>外伤标志 (trum_flag) with the commitment that no third party is liable (SET-016).</summary>
    public bool Trauma { get; init; }

    /// <summary>个人账户使用标志 (acct_used_flag).</summary>
    public bool UseAccount { get; init; }

    /// <summary>
    /// 支付渠道; null: not said. Under the signature like everything here, but not in <see cref="Hash"/>: it decides nothing, and a node of the
    /// version before it would take another hash of the same request.
    /// </summary>
    public PaymentChannel? Channel { get; init; }

    public required SplitTotals Split { get; init; }

    /// <summary>The 14 national categories (SET-005); their sum is the split.</summary>
    public required IReadOnlyList<CategorySplit> Categories { get; init; }

    /// <summary>Outpatient and pharmacy: each line (SET-006). Empty for inpatients.</summary>
    public IReadOnlyList<SettledLine> Lines { get; init; } = [];

    /// <summary>Which catalogue split the fees.</summary>
    public required string CatalogueVersion { get; init; }

    /// <summary>Hash of the bill: which lines with which contents. The same bill under another id is recognised by it.</summary>
    public required string BillHash { get; init; }

    /// <summary>业务日期, Asia/Shanghai: stamped here, once.</summary>
    public required DateOnly BusinessDate { get; init; }

    /// <summary>When the intent was made, UTC: registry and policy are taken as of it.</summary>
    public required DateTimeOffset Instant { get; init; }

    /// <summary>The figures of the quote the patient agreed to; a differing result is refused (<c>RESULT_CHANGED</c>).</summary>
    public Figures? Quoted { get; init; }

    /// <summary>The hash over all of it: the same id with another hash is another transaction.</summary>
    public string Hash(IDigest? digest = null)
    {
        var form = new CanonicalForm("settlement-request.v1")
            .Text("id", Id).Text("visitId", VisitId).Text("treatmentArea", TreatmentArea.Code).Text("homeArea", HomeArea.Code)
            .Text("institution", Institution).Text("institutionLevel", InstitutionLevel).Text("person", Person.ToString())
            .Number("insurance", (int)Insurance).Text("careType", CareType)
            .Instant("careFrom", CareFrom).Instant("careUntil", CareUntil).Text("credentialType", CredentialType)
            .Text("disease", Disease).Number("outpatientFlag", OutpatientFlag).Number("inpatientType", InpatientType)
            .Flag("trauma", Trauma).Flag("useAccount", UseAccount)
            .Split("split", Split)
            .Number("categories", Categories.Count);
        foreach (var (category, split) in Categories) form.Number("category", (int)category).Split("split", split);
        form.Number("lines", Lines.Count);
        foreach (var line in Lines) form.Text("serial", line.Serial).Text("code", line.Code).Number("category", (int)line.Category).Split("split", line.Split);
        form.Text("catalogueVersion", CatalogueVersion).Text("billHash", BillHash).Date("businessDate", BusinessDate).Instant("instant", Instant);
        if (Quoted is { } quoted) form.Figures("quoted", quoted);
        return form.Hash(digest);
    }

    /// <summary>The settlement that these figures make of the request.</summary>
    public SettlementContent With(Figures figures, string policyVersion, long accumulatorsVersion, string requestHash) => new(
        Id, null, VisitId, TreatmentArea, HomeArea, Institution, Person, Insurance, CareType, BusinessDate, Instant,
        Split, figures, requestHash, policyVersion, accumulatorsVersion);
}

/// <summary>Ids that are unique in the nation: the institution's code before what the institution calls it.</summary>
public static class SettlementId
{
    /// <summary>Most characters of an institution's own id.</summary>
    public const int MostCharacters = 64;

    /// <summary>Letters, digits, dots, hyphens and underscores: an id is part of a stream's name.</summary>
    public static bool IsWellFormed(string? ownId) =>
        ownId is { Length: > 0 and <= MostCharacters } && ownId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <exception cref="ArgumentException">Not well formed.</exception>
    public static string Of(string institution, string ownId) => IsWellFormed(institution) && IsWellFormed(ownId)
        ? $"{institution}:{ownId}"
        : throw new ArgumentException("An id has 1 to 64 letters, digits, dots, hyphens and underscores.", nameof(ownId));
}

/// <summary>The two ways back (architecture §4); both make a negative settlement.</summary>
public enum WayBack
{
    /// <summary>冲正 (2601): withdraws an outcome that the institution does not hold.</summary>
    Reversal,
    /// <summary>退费 (2208, 2305): undoes a delivered settlement, at most once.</summary>
    Refund,
}

/// <summary>Asks home to take a settlement back, whole; signed by the treatment place.</summary>
/// <param name="NegativeId">The negative settlement's own id.</param>
/// <param name="OriginalId">The settlement it takes back.</param>
/// <param name="Way">冲正 or 退费.</param>
/// <param name="TreatmentArea">就医地统筹区.</param>
/// <param name="HomeArea">参保地统筹区.</param>
/// <param name="IntentInstant">When the original was asked for: the reversal takes the same way.</param>
/// <param name="BusinessDate">The negative's own business date.</param>
/// <param name="Instant">When it was asked for, UTC.</param>
public sealed record ReversalRequest(
    string NegativeId, string OriginalId, WayBack Way, AdminDivision TreatmentArea, AdminDivision HomeArea,
    DateTimeOffset IntentInstant, DateOnly BusinessDate, DateTimeOffset Instant);
