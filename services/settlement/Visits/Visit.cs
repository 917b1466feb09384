using System.Collections.Immutable;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Trauma;
using Yibao.Settlement.Manual;

namespace Yibao.Settlement.Visits;

/// <summary>Who the patient proved to be, by a credential that home verified; from here on only the opaque key exists (SET-038).</summary>
/// <param name="HomeArea">参保地 (insuplc_admdvs).</param>
/// <param name="CredentialType">就诊凭证类型 (mdtrt_cert_type): stored with the settlement (SET-004).</param>
public sealed record Insured(PersonKey Person, AdminDivision HomeArea, InsuranceType Insurance, string CredentialType);

/// <summary>就诊登记 (2201, 2401): what stays the same through the visit.</summary>
public sealed record Registration
{
    /// <summary>The institution's code and its own id of the visit, see <see cref="SettlementId"/>.</summary>
    public required string VisitId { get; init; }

    /// <summary>定点医药机构编号 (fixmedins_code).</summary>
    public required string Institution { get; init; }

    /// <summary>医院等级 (hosp_lv) on the day of admission.</summary>
    public required string InstitutionLevel { get; init; }

    /// <summary>就医地统筹区 (mdtrtarea_admvs).</summary>
    public required AdminDivision TreatmentArea { get; init; }

    /// <summary>医疗类别 (med_type), national code.</summary>
    public required string CareType { get; init; }

    /// <summary>开始时间 (begntime).</summary>
    public required DateTimeOffset CareFrom { get; init; }

    /// <summary>病种编码 (dise_codg).</summary>
    public string? Disease { get; init; }

    /// <summary>门诊急诊转诊标志 (otp_er_refl_flag).</summary>
    public int OutpatientFlag { get; init; }

    /// <summary>住院类型 (ipt_type).</summary>
    public int InpatientType { get; init; }

    /// <summary>外伤标志 (trum_flag) with the commitment that no third party is liable.</summary>
    public bool Trauma { get; init; }

    /// <summary>处方医药机构编码 (rxfixmedinsCode): who wrote the prescription that a pharmacy fills; null elsewhere.</summary>
    public string? Prescriber { get; init; }

    /// <summary>The treatment place settles trauma only with the signed commitment (004 Annex 11, SET-016); its rule on the day of admission.</summary>
    public bool CommitmentRequired { get; init; }

    /// <summary>Why it is not for direct settlement, as known from the beginning; see <see cref="UndirectFaults"/>. Null: it may be (FIL-048).</summary>
    public string? NotDirect { get; init; }
}

/// <summary>The visit was registered; as self-pay when no credential was shown.</summary>
public sealed record VisitRegistered(Registration Registration, Insured? Insured) : IFact
{
    /// <summary>How the patient was insured when he was registered; null for self-pay.</summary>
    public VisitStanding? Standing { get; init; }
}

/// <summary>What is printed of the person's standing; benefits are computed from home's own record.</summary>
/// <param name="PersonType">人员类别 (psn_type).</param>
/// <param name="CivilServant">公务员标志 (cvlserv_flag).</param>
public sealed record VisitStanding(string PersonType, bool CivilServant);

/// <summary>就诊信息变更 (2203, 2403).</summary>
public sealed record VisitChanged(Registration Registration) : IFact;

/// <summary>挂号撤销 / 入院撤销 (2202, 2404): the id can be registered anew.</summary>
public sealed record VisitCancelled(DateTimeOffset At) : IFact;

/// <summary>出院办理 (2402).</summary>
/// <param name="Way">离院方式 (dscg_way).</param>
public sealed record VisitEnded(DateTimeOffset CareUntil, string Way) : IFact;

/// <summary>出院撤销 (2405): the stay goes on as it was registered.</summary>
public sealed record VisitReopened(DateTimeOffset At, Registration Registration, Insured? Insured) : IFact;

/// <summary>A visit registered as self-pay was converted: the credential was shown before the settlement (SET-038).</summary>
public sealed record VisitInsured(Insured Insured) : IFact
{
    public VisitStanding? Standing { get; init; }

    public Registration? Registration { get; init; }
}

/// <summary>The patient paid everything: what is left is manual reimbursement.</summary>
public sealed record VisitSelfPaid(DateTimeOffset At) : IFact;

/// <summary>费用明细上传 (2204, 2301).</summary>
public sealed record FeesUploaded(IReadOnlyList<FeeLine> Lines) : IFact;

/// <summary>费用明细撤销 (2205, 2302): lines that are in no settlement.</summary>
public sealed record FeesWithdrawn(IReadOnlyList<string> Serials) : IFact;

/// <summary>The visit's bill is being settled.</summary>
public sealed record VisitSettlementStarted(string SettlementId, string BillHash, IReadOnlyList<string> Serials) : IFact;

/// <summary>It was granted: its lines are spent while it lives.</summary>
public sealed record VisitSettlementHeld(string SettlementId) : IFact;

/// <summary>It is being withdrawn: no longer an answer for the same bill under another id.</summary>
public sealed record VisitWithdrawalStarted(string SettlementId) : IFact;

/// <summary>The withdrawal was denied.</summary>
public sealed record VisitWithdrawalEnded(string SettlementId) : IFact;

/// <summary>It was refused, tombstoned or reversed: its lines are free again.</summary>
public sealed record VisitSettlementReleased(string SettlementId) : IFact;

/// <summary>A settlement as the visit knows it.</summary>
/// <param name="InProgress">No outcome yet.</param>
/// <param name="Withdrawing">A reversal or refund is under way.</param>
public sealed record VisitSettlement(string SettlementId, string BillHash, bool InProgress, bool Withdrawing);

/// <summary>就诊: recognises the same bill whatever id it comes under. <c>visit/{id}</c>.</summary>
public sealed record Visit : IState<Visit>
{
    public static Visit Empty { get; } = new();

    public Registration? Registration { get; private init; }

    public Insured? Insured { get; private init; }

    public VisitStanding? Standing { get; private init; }

    public bool SelfPaid { get; private init; }

    /// <summary>外伤无第三方责任承诺书, the last one signed.</summary>
    public TraumaCommitted? Commitment { get; private init; }

    /// <summary>结束时间 (endtime) of 2402; null while the visit lasts.</summary>
    public DateTimeOffset? CareUntil { get; private init; }

    /// <summary>Cancelled and not registered anew.</summary>
    public bool Cancelled { get; private init; }
    /// <summary>A fault kept it from direct settlement; from then on its lines stay as they are.</summary>
    public VisitUndirect? Undirect { get; private init; }

    /// <summary>By serial number, in order of serial: the form a bill's hash is taken over.</summary>
    public ImmutableSortedDictionary<string, FeeLine> Lines { get; private init; } = ImmutableSortedDictionary.Create<string, FeeLine>(StringComparer.Ordinal);

    /// <summary>Settlements in progress or live.</summary>
    public ImmutableDictionary<string, VisitSettlement> Settlements { get; private init; } = ImmutableDictionary.Create<string, VisitSettlement>(StringComparer.Ordinal);

    /// <summary>Which settlement in progress or live holds a line.</summary>
    public ImmutableDictionary<string, string> HeldLines { get; private init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    public static StreamKey<Visit> Stream(string visitId) => new($"visit/{visitId}");

    public Visit Evolve(IFact fact) => fact switch
    {
        VisitRegistered registered => this with { Registration = registered.Registration, Insured = registered.Insured, Standing = registered.Standing, Cancelled = false },
        VisitInsured insured => this with { Insured = insured.Insured, Standing = insured.Standing ?? Standing },
        VisitChanged changed => this with { Registration = changed.Registration },
        VisitCancelled => Empty with { Cancelled = true },
        VisitEnded ended => this with { CareUntil = ended.CareUntil },
        VisitReopened => this with { CareUntil = null },
        VisitSelfPaid => this with { SelfPaid = true },
        TraumaCommitted committed => this with { Commitment = committed },
        VisitUndirect undirect => this with { Undirect = undirect },
        FeesUploaded uploaded => this with { Lines = Lines.SetItems(uploaded.Lines.Select(line => KeyValuePair.Create(line.Serial, line))) },
        FeesWithdrawn withdrawn => this with { Lines = Lines.RemoveRange(withdrawn.Serials) },
        VisitSettlementStarted started => this with
        {
            Settlements = Settlements.SetItem(started.SettlementId, new VisitSettlement(started.SettlementId, started.BillHash, true, false)),
            HeldLines = HeldLines.SetItems(started.Serials.Select(serial => KeyValuePair.Create(serial, started.SettlementId))),
        },
        VisitSettlementHeld held => With(held.SettlementId, settlement => settlement with { InProgress = false }),
        VisitWithdrawalStarted withdrawing => With(withdrawing.SettlementId, settlement => settlement with { Withdrawing = true }),
        VisitWithdrawalEnded ended => With(ended.SettlementId, settlement => settlement with { Withdrawing = false }),
        VisitSettlementReleased released => this with
        {
            Settlements = Settlements.Remove(released.SettlementId),
            HeldLines = HeldLines.RemoveRange(HeldLines.Where(held => held.Value == released.SettlementId).Select(held => held.Key)),
        },
        _ => throw new InvalidOperationException($"A visit does not know {fact.GetType().Name}."),
    };

    private Visit With(string settlementId, Func<VisitSettlement, VisitSettlement> change) =>
        Settlements.TryGetValue(settlementId, out var settlement) ? this with { Settlements = Settlements.SetItem(settlementId, change(settlement)) } : this;
}
