using Yibao.Contracts.Filings;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Institutions;

/// <summary>What an agency must look at: made from the institutions' states, so a list is never out of date.</summary>
public static class InstitutionLists
{
    /// <summary>Open and not yet reported to the province (INS-002).</summary>
    public static IReadOnlyList<string> ToReport(IEnumerable<Institution> institutions) =>
        [.. institutions.Where(i => i.Step == AdmissionStep.Opened && i.ReportedAt is null).Select(i => i.Code)];

    /// <summary>Suspensions, resumptions and cancellations the nation has not been told of (INS-005).</summary>
    public static IReadOnlyList<(string Code, string Change)> ToReportToNation(IEnumerable<Institution> institutions) =>
        [.. institutions.SelectMany(i => i.ToReport.Select(change => (i.Code, change)))];

    /// <summary>Maintenance that is past its last day (INS-007).</summary>
    public static IReadOnlyList<MaintenanceDue> OverdueMaintenance(IEnumerable<Institution> institutions, DateTimeOffset now) =>
        [.. institutions.SelectMany(i => i.Maintenance.Values).Where(task => now >= task.Due.End()).OrderBy(task => task.Due)];

    /// <summary>Uploads that are past their last day: the treatment agency urges (INS-014).</summary>
    public static IReadOnlyList<UploadDutyArose> Urging(IEnumerable<Institution> institutions, DateTimeOffset now) =>
        [.. institutions.SelectMany(i => i.Duties.Values).Where(duty => now >= duty.Due.End()).OrderBy(duty => duty.Due)];

    /// <summary>Institutions open for general outpatients out of area on a day (INS-029).</summary>
    public static int OpenForGeneralOutpatients(IEnumerable<Institution> institutions, DateOnly day) => institutions.Count(i =>
        (i.CancelledFrom is not { } gone || day < gone.BusinessDate()) && i.Openings.Any(o => o.Care == CareType.GeneralOutpatient && o.Scope != Scope.Local && !o.Internet && o.From <= day));
}
