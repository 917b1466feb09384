using Yibao.Kernel.Places;

namespace Yibao.Filing.Institutions;

/// <summary>ins.admission: how institutions come to settle across provinces.</summary>
public enum InstitutionAdmission
{
    /// <summary>申请—协议—开通—报备 (Hubei, INS-002).</summary>
    Agreement,
    /// <summary>市州选择、省级确定、国家公布 (Qinghai, INS-003).</summary>
    CitySelects,
    /// <summary>省级在省内异地定点范围内确定 (Guizhou, INS-004).</summary>
    ProvinceDecides,
}

/// <summary>The rules for institutions of one pooling area; part of its pack (keys <c>ins.*</c>).</summary>
/// <param name="ChangeApplyWorkingDays">ins.changeApplyWorkingDays (INS-006).</param>
/// <param name="StatusMaintainWorkingDays">ins.statusMaintainWorkingDays (INS-007).</param>
/// <param name="UndirectUploadWorkingDays">ins.undirectUploadWorkingDays (INS-014).</param>
/// <param name="PayingNode">ins.payingNode: who settles with institutions designated by several pools (INS-025).</param>
/// <param name="GeneralOutpatientBaseline">target.generalOutpatientInstitutions: the count the goal starts from (INS-029); null: no goal.</param>
/// <param name="NoInstitutionsFrom">From this day the area has no institutions as a treatment place (INS-024); null: it may.</param>
/// <param name="ChronicMutualRecognition">chronic.intraProvinceMutualRecognition (INS-020).</param>
public sealed record InstitutionPolicy(
    InstitutionAdmission Admission,
    int ChangeApplyWorkingDays,
    int StatusMaintainWorkingDays,
    int UndirectUploadWorkingDays,
    PayingNodeRule? PayingNode,
    int? GeneralOutpatientBaseline,
    DateOnly? NoInstitutionsFrom,
    bool ChronicMutualRecognition)
{
    /// <summary>Only nationally published institutions settle across provinces.</summary>
    public bool PublicationRequired => Admission == InstitutionAdmission.CitySelects;
}

/// <summary>An institution designated by all of these areas is settled by one of them (INS-025).</summary>
public sealed record PayingNodeRule(IReadOnlySet<AdminDivision> DesignatedByAll, AdminDivision Pays);

/// <summary>Which agency settles with an institution on a day.</summary>
public static class PayingNode
{
    /// <exception cref="ArgumentException">The institution has no designation and no management on that day.</exception>
    public static AdminDivision Of(Institution institution, InstitutionPolicy policy, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(institution);
        ArgumentNullException.ThrowIfNull(policy);
        var designations = institution.Designations.Where(d => d.From <= day).Select(d => d.Area).ToHashSet();
        if (policy.PayingNode is { } rule && rule.DesignatedByAll.IsSubsetOf(designations)) return rule.Pays;
        return designations is { Count: 1 } ? designations.Single() : institution.AreaOn(day) ?? throw new ArgumentException("Nobody manages this institution on that day.", nameof(day));
    }
}

/// <summary>INS-029: institutions open for general outpatients against the goal of doubling by the end of 2025.</summary>
/// <param name="Percent">Count ÷ baseline, in percent with two decimals, half up.</param>
public sealed record OutpatientGoal(DateOnly Month, int Count, int Baseline, decimal Percent)
{
    public const int GoalPercent = 200;

    public static OutpatientGoal Of(DateOnly month, int count, int baseline) => new(month, count, baseline, decimal.Round(count * 100m / baseline, 2, MidpointRounding.AwayFromZero));

    public bool Reached => Percent >= GoalPercent;
}
