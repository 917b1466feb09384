using Yibao.Contracts.Filings;

namespace Yibao.Filing.Filings;

/// <summary>Why a visit goes to manual reimbursement (手工报销): the code a manual case starts from (FIL-036, FIL-048).</summary>
public static class ManualReimbursement
{
    /// <summary>就医机构未联网或未开通.</summary>
    public const string NonNetworkInstitution = "NON_NETWORK_INSTITUTION";

    /// <summary>未按规定办理备案.</summary>
    public const string NotFiled = "NOT_FILED";

    /// <summary>出院自费结算后补办备案.</summary>
    public const string SelfPaidFiledLate = "SELF_PAID_FILED_LATE";

    /// <summary>其他原因未能直接结算.</summary>
    public const string Other = "OTHER_CAUSE";

    /// <summary>The reason that a late filing gives a stay; null when that stay is not the one it was made for.</summary>
    public static string? Reason(Filing filing, DateTimeOffset admittedAt)
    {
        ArgumentNullException.ThrowIfNull(filing);
        return filing.Mode == FilingMode.RetroAfterDischarge && filing.Application.LateFor is { } stay && stay.Contains(admittedAt) ? SelfPaidFiledLate : null;
    }

    /// <summary>The reason behind a refused pre-check.</summary>
    public static string Of(string refusalCode) => refusalCode switch
    {
        "INSTITUTION_UNKNOWN" or "INSTITUTION_NOT_OPEN" or "CARE_TYPE_NOT_OPEN" or "INSTITUTION_NOT_PUBLISHED" or "INSTITUTION_SUSPENDED" or "INSTITUTION_CANCELLED" or "INTERNET_SERVICE_NOT_OPEN" => NonNetworkInstitution,
        "NO_FILING" or "NO_FILING_AT_ADMISSION" or "FILING_EXPIRED" or "OUTSIDE_FILED_PLACE" or "EMERGENCY_FILING_NEEDED" => NotFiled,
        "ALREADY_SELF_PAID" => SelfPaidFiledLate,
        _ => Other,
    };
}
